#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whether the patches of promisc-patches apply to Debian's sources, without fuzz, and
# have the form that the kernel's checkpatch wants:
#
#	test/promisc/apply.sh
#
# What is not installed is downloaded, once, to out/promisc: some 300 MB.
set -u

top=$(realpath "$(dirname "$(realpath "$0")")/../..")
out=$top/out/promisc
source "$top/test/checks.sh"
source "$top/test/promisc/linux.sh"
source "$top/test/promisc/iptables.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# "touched PATCH...": the files that they change.
touched() {
	sed -n 's|^+++ b/||p' "$@" | sort -u
}

# "apply DIRECTORY PATCH...": one upon the other, to a copy of what is there.
apply() {
	rm -rf "$1.patched"
	cp -r "$1" "$1.patched"
	apply_patches "$1.patched" "${@:2}"
}

# "checkpatch DIRECTORY [OPTION] PATCH...": by that of the kernel there.
checkpatch() {
	"$1/scripts/checkpatch.pl" --no-tree --quiet "${@:2}"
}

# "unpack VERSION PACKED DIRECTORY PATCH...": what is needed of it, unless it is there.
unpack() {
	local version=$1 packed=$2 source=$3
	shift 3
	local -a files
	mapfile -t files < <(touched "$@")

	files+=(scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch})
	[ "$(cat "$source/made-of" 2>/dev/null)" != "$version ${files[*]}" ] || return 0
	unpack_linux_archive "$packed" "$source" "${files[@]/#/*/}" &&
		echo "$version ${files[*]}" >"$source/made-of"
}

# "check_linux SERIES"
check_linux() {
	local archive version source=$out/apply/linux-$1
	local -a patches=("$linux_patches/$1"/*.patch)

	if ! need_linux "$1"; then
		skip "linux $1" "$(suite_of "$1") has no linux-source-$1"
		return
	fi
	check "linux $version: unpacked" unpack "$version" "$archive" "$source" "${patches[@]}"
	check "linux $version: ${#patches[@]} patches apply" apply "$source" "${patches[@]}"
	check "linux $version: checkpatch" checkpatch "$source" --strict "${patches[@]}"
}

# "check_iptables VERSION": by any kernel's checkpatch. What it calls strict is against the
# ways of iptables.
check_iptables() {
	local kernel
	local -a patches=("$iptables_patches/$1"/*.patch)

	if ! has_iptables_source "$1" && ! download_iptables "$1"; then
		skip "iptables $1" "Debian has it no longer"
		return
	fi
	kernel=$(find "$out/apply" -maxdepth 1 -name 'linux-*[0-9]' | sort --version-sort | tail -n 1)
	check "iptables $1: ${#patches[@]} patches apply" patch_iptables "$1" "$out/apply/iptables-$1"
	check "iptables $1: checkpatch" checkpatch "$kernel" "${patches[@]}"
}

mkdir -p "$out/apply"
for series in $(linux_series); do
	check_linux "$series"
done
for version in $(iptables_versions); do
	check_iptables "$version"
done
finish_checks
