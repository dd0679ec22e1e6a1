#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The form of the sources: checkpatch and sparse for the kernel module and the
# extension, no warnings from gcc and clang, clang-format for the rest of the C
# and shellcheck for the scripts.
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit
source test/checks.sh
source test/linux-source.sh

checkpatch() {
	unpack_linux_source out/lint/kernel '*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
		'*/scripts/const_structs.checkpatch' &&
		out/lint/kernel/scripts/checkpatch.pl --no-tree --quiet --file "$@"
}

# "sparse_module TARGET DIRECTORY": what make builds, and where. It minds two headers of the
# kernel's own, whoever includes them.
sparse_module() {
	local output

	make "$1" >/dev/null 2>&1 || return
	touch "$2"/*.c
	output=$(make -C "/lib/modules/$kver/build" \
		M="$PWD/$2" C=2 CHECK=sparse W=1 modules 2>&1) ||
		{ echo "$output"; return 1; }
	grep -v '/linux/netfilter_ipv[46]/ip6\?_tables.h:.* array of flexible structures$' <<<"$output" |
		grep -E 'warning|error' || return 0
	return 1
}

sparse_libxt() {
	local output

	# shellcheck disable=SC2046 # words
	output=$(sparse -Wno-vla -Ikmod $(pkg-config --cflags xtables) \
		libxt/libxt_traffic.c 2>&1)
	! grep -E 'warning|error' <<<"$output"
}

warnings_libxt() {
	# shellcheck disable=SC2046 # words
	"$1" -Wall -Wextra -Wno-unused-parameter -Werror -O2 -fPIC \
		-fsyntax-only -Ikmod $(pkg-config --cflags xtables) libxt/libxt_traffic.c
}

warnings_tools() {
	"$1" -Wall -Wextra -Wno-unused-parameter -Werror -O2 -fsyntax-only -std=gnu11 \
		-D_GNU_SOURCE -Itools/kernel -Itools -Ikmod tools/*.c kmod/rowtext.c
}

# Modules of the tests have the kernel's form, and its headers.
user_space() {
	printf '%s\n' "$@" | grep -v -E '/(bench_hook|xt_KEEP)\.[ch]$'
}

warnings_tests() {
	local file

	for file in $(user_space test/e2e/*.c test/bench/*.c); do
		"$1" -Wall -Wextra -Werror -O2 -fsyntax-only -Ikmod -Itest/e2e "$file" || return
	done
}

check_format() {
	# shellcheck disable=SC2046 # words
	clang-format --dry-run --Werror $(user_space $(find test tools -name '*.[ch]'))
}

check_scripts() {
	local -a scripts

	mapfile -t scripts < <(find . \( -name out -o -name .git \) -prune -o \
		-type f -print0 | xargs -0 grep -lE "^#!/bin/(ba)?sh|^# shellcheck shell")
	[ ${#scripts[@]} -gt 5 ] || { echo "found no scripts"; return 1; }
	shellcheck "${scripts[@]}"
}

mkdir -p out/lint
kver=$(make -s print-kver)
check "checkpatch: kmod" checkpatch kmod/*.[ch]
check "checkpatch: modules of the tests" checkpatch test/bench/bench_hook.[ch] test/e2e/xt_KEEP.c
check "checkpatch: libxt" checkpatch libxt/*.c
check "sparse and W=1: kmod" sparse_module ipt_traffic.ko "out/kmod-$kver"
check "sparse and W=1: modules of the tests" sparse_module bench-hook "out/bench-$kver/hook"
check "sparse: libxt" sparse_libxt
check "no warnings from gcc: libxt" warnings_libxt gcc
check "no warnings from clang: libxt" warnings_libxt clang
check "no warnings from gcc: tools" warnings_tools gcc
check "no warnings from clang: tools" warnings_tools clang
check "no warnings from gcc: tests" warnings_tests gcc
check "no warnings from clang: tests" warnings_tests clang
check "clang-format: test, tools" check_format
check "shellcheck" check_scripts
finish_checks
