#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the scenarios about mirror ports in kernels with the patches of promisc-patches:
#
#	test/promisc/run.sh [--build] [SERIES...] [-- SCENARIO...]
#
# SERIES is one of promisc-patches/linux; without any, all that Debian has. SCENARIOs are
# those of test/e2e whose names begin so, and what test/e2e/run.sh is told of flavour and
# family; without any, those from 91 to 96. They run with the system's iptables, then with
# some that are about what any kernel does, and once more with each iptables that is
# patched. --build builds only.
#
# Everything is made in out/promisc, and what has to be is made again when a patch, a
# configuration or the source's version has changed. A kernel takes some ten minutes to
# build.
set -u

top=$(realpath "$(dirname "$(realpath "$0")")/../..")
out=$top/out/promisc
source "$top/test/kernel/rig.sh"
source "$top/test/promisc/linux.sh"
source "$top/test/promisc/iptables.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "[$(date +%H:%M:%S)] $*"
}

result() {
	say "$1 $2"
	case $1 in
	PASS) passed=$((passed + 1)) ;;
	FAIL) failed=$((failed + 1)) ;;
	SKIP) skipped=$((skipped + 1)) ;;
	esac
}

# "need_kernel SERIES"
need_kernel() {
	local -a fragments

	need_patched_linux "$1"
	mapfile -t fragments < <(linux_fragments "$1")
	build_kernel "$1" x86 gcc "$out/source-$1" "${fragments[@]}"
}

# "run_scenarios SERIES system|VERSION SCENARIO...": with that iptables.
run_scenarios() {
	local directory=$out/$1 guest=$1-with-iptables-$2 release
	local -a options=(--env PROMISC_HOOK=yes)

	[ "$2" = system ] || options+=(--env IPTABLES_TREE="$out/iptables-$2")
	shift 2

	release=$(<"$directory/build/include/config/kernel.release")
	say "booting $guest"
	if "$top/test/vm/run.sh" --kernel "$directory/image" \
		--modules "$directory/lib/modules/$release" --timeout "${VM_TIMEOUT:-7200}" \
		--out "$out/$guest" "${options[@]}" "$directory/tree/test/e2e/run.sh" "$@" </dev/null; then
		result PASS "$guest"
	else
		result FAIL "$guest"
	fi
}

# "try_series SERIES"
try_series() {
	local archive version

	if ! need_linux "$1"; then
		result SKIP "$1: $(suite_of "$1") has no linux-source-$1"
		return
	fi
	need_kernel "$1"
	[ "$mode" != build ] || return 0
	build_module "$1" x86 gcc
	run_scenarios "$1" system "${scenarios[@]}" "${ordinary[@]}"
	for version in $(iptables_versions); do
		run_scenarios "$1" "$version" "${scenarios[@]}"
	done
}

mode=run
chosen=()
while [ $# -gt 0 ]; do
	case $1 in
	--build) mode=build ;;
	--) break ;;
	-*) die "usage: ${0##*/} [--build] [SERIES...] [-- SCENARIO...]" ;;
	*)
		[ -d "$linux_patches/$1" ] || die "no patches for Linux $1"
		chosen+=("$1")
		;;
	esac
	shift
done
[ $# = 0 ] || shift
scenarios=("$@")
ordinary=()
if [ ${#scenarios[@]} = 0 ]; then
	mapfile -t scenarios < <(cd "$top/test/e2e" && ls 9[1-6]-*.sh)
	ordinary=(01 04 05 70)
fi
[ ${#chosen[@]} -gt 0 ] || mapfile -t chosen < <(linux_series)
passed=0
failed=0
skipped=0

need_build_programs
mkdir -p "$out"
if "$top/test/promisc/apply.sh"; then
	result PASS "the patches apply"
else
	result FAIL "the patches apply"
fi
"$top/test/promisc/build-iptables.sh" || exit
for series in "${chosen[@]}"; do
	try_series "$series"
done
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ]
