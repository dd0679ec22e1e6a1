#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Checks what the module's comments claim of the order of its accesses; and the
# checker, by the tests of the kernel's own whose results are known.
set -eu
cd "$(dirname "$(realpath "$0")")/../.."
source test/linux-source.sh

known=out/litmus/kernel
mkdir -p out/litmus
unpack_linux_source $known '*/tools/memory-model/litmus-tests/*.litmus'
# The checker knows no locks.
mapfile -t files < <(grep -L spin_lock $known/tools/memory-model/litmus-tests/*.litmus)
[ ${#files[@]} -gt 20 ] || { echo "no litmus tests in $known" >&2; exit 1; }
exec test/litmus/check.py test/litmus/*.litmus --known "${files[@]}"
