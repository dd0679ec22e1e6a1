# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Kernels built from source, for tests that no kernel of a distribution serves. To
# be sourced, where there is a function die().

# What it takes, and the packages of these names.
need_build_programs() {
	local program missing=

	for program in gcc make flex bison bc patch xz; do
		command -v $program >/dev/null || missing+=" $program"
	done
	[ -z "$missing" ] || die "needs packages:${missing/ xz/ xz-utils}"
}

# "configure_kernel ARCH CC SOURCE BUILD FRAGMENT...": nothing but what the fragments
# say, and what that needs. An option whose dependencies are not met is dropped in
# silence, and would be missed only in the middle of a run.
configure_kernel() {
	local arch=$1 cc=$2 source=$3 build=$4 line
	shift 4

	mkdir -p "$build"
	cat "$@" >"$build/wanted" || die "there is no such configuration"
	KCONFIG_ALLCONFIG=$build/wanted make -C "$source" ARCH="$arch" \
		CC="$cc" O="$build" allnoconfig >"$build/log" 2>&1 || die "cannot configure: see $build/log"
	while read -r line; do
		case $line in
		CONFIG_*=n) line="# ${line%=n} is not set" ;;
		CONFIG_*) ;;
		*) continue ;;
		esac
		grep -q -x -F "$line" "$build/.config" || die "the kernel did not take $line"
	done <"$build/wanted"
}

# "make_kernel ARCH CC BUILD TARGET..."
make_kernel() {
	local arch=$1 cc=$2 build=$3
	shift 3

	nice make -C "$build" ARCH="$arch" CC="$cc" -j"$(nproc)" "$@" >>"$build/log" 2>&1 ||
		die "cannot build: see $build/log"
}
