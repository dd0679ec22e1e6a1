#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the scenarios about mirror ports in kernels with the patches of promisc-patches:
#
#	test/promisc/run.sh [--build] [SERIES...] [-- SCENARIO...]
#
# SERIES is one of promisc-patches/linux; without any, all that Debian has. SCENARIOs are
# those of test/e2e whose names begin so, and what test/e2e/run.sh is told of flavour and
# family; without any, those from 91 to 96. --build builds only.
#
# Everything is made in out/promisc, and what has to be is made again when a patch, a
# configuration or the source's version has changed. A kernel takes some ten minutes to
# build.
set -u

top=$(realpath "$(dirname "$(realpath "$0")")/../..")
out=$top/out/promisc
source "$top/test/kernel/rig.sh"
source "$top/test/promisc/linux.sh"

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

# "need_source SERIES": patched, in $out/source-SERIES.
need_source() {
	local directory=$out/source-$1 archive version patch

	find_linux "$1" || die "linux-source-$1 is gone"
	version+=" $(cat "$linux_patches/$1"/*.patch | sha256sum)"
	[ "$(cat "$directory.version" 2>/dev/null)" != "$version" ] || return 0
	say "unpacking linux-source-$1"
	rm -f "$directory.version"
	unpack_linux_archive "$archive" "$directory" '*' || die "cannot unpack $archive"
	for patch in "$linux_patches/$1"/*.patch; do
		patch --quiet --directory="$directory" --strip=1 --fuzz=0 --forward <"$patch" ||
			die "${patch##*/} does not fit"
	done
	echo "$version" >"$directory.version"
}

# "need_kernel SERIES": with what the scenarios take, as the machine that QEMU makes.
need_kernel() {
	local -a fragments=(kernel/machine-x86 sanitize/links)

	need_source "$1"
	! grep -q -w NETFILTER_XTABLES_LEGACY "$out/source-$1/net/netfilter/Kconfig" ||
		fragments+=(kernel/xtables-legacy)
	build_kernel "$1" x86 gcc "$out/source-$1" "${fragments[@]}"
}

# "run_scenarios SERIES SCENARIO..."
run_scenarios() {
	local directory=$out/$1 release
	shift

	release=$(<"$directory/build/include/config/kernel.release")
	"$top/test/vm/run.sh" --kernel "$directory/image" --modules "$directory/lib/modules/$release" \
		--timeout "${VM_TIMEOUT:-3600}" --env PATCHED_IPTABLES="$out" --out "$directory/guest" \
		"$directory/tree/test/e2e/run.sh" "$@" </dev/null
}

# "try_series SERIES"
try_series() {
	if ! find_linux "$1" && ! { download_linux "$1" && find_linux "$1"; }; then
		result SKIP "$1: $(suite_of "$1") has no linux-source-$1"
		return
	fi
	need_kernel "$1"
	[ "$mode" != build ] || return 0
	build_module "$1" x86 gcc
	say "$1: booting"
	if run_scenarios "$1" "${scenarios[@]}"; then
		result PASS "$1"
	else
		result FAIL "$1"
	fi
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
[ ${#scenarios[@]} -gt 0 ] || mapfile -t scenarios < <(cd "$top/test/e2e" && ls 9[1-6]-*.sh)
[ ${#chosen[@]} -gt 0 ] || mapfile -t chosen < <(linux_series)
passed=0
failed=0
skipped=0

need_build_programs
mkdir -p "$out"
for series in "${chosen[@]}"; do
	try_series "$series"
done
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ]
