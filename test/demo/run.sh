#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "./build demo": runs demo.sh here, or in a kernel booted for it; the one
# argument, here or guest, is what where.sh decided.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."

if [ "$1" = here ]; then
	exec test/demo/demo.sh
fi
mkdir -p out
make --no-print-directory all >out/demo-build.log 2>&1 ||
	{ cat out/demo-build.log; exit 1; }
exec test/vm/run.sh test/demo/demo.sh
