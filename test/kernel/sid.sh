# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Packages of Debian sid, for the sources in them: downloaded, not installed. To be
# sourced by scripts that have "die"; they set $sid, a directory for it.
source "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"

prepare_sid() {
	# shellcheck disable=SC2154 # set by who sources this
	use_apt_of sid "$sid"
}

# "fetch PACKAGE": its newest .deb, whose path is printed.
fetch() {
	rm -f "$sid/$1"_*.deb
	(cd "$sid" && apt-get -q download "$1" >>log 2>&1) || die "cannot download $1: see $sid/log"
	echo "$sid/$1"_*.deb
}

# "unpack_newest_kernel DIRECTORY": the source of the newest kernel that sid has.
unpack_newest_kernel() {
	local directory=$1 package deb

	prepare_sid
	package=$(apt-cache search --names-only '^linux-source-[0-9.]+$' | cut -d ' ' -f 1 |
		sort --version-sort | tail -n 1)
	[ -n "$package" ] || die "sid has no linux-source"
	deb=$(fetch "$package") || exit
	echo "Unpacking ${deb##*/}"
	rm -rf "$directory"
	mkdir -p "$directory"
	dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$directory" --strip-components=1
	rm -f "$deb"
}

# "patch_sources DIRECTORY PATCH..."
patch_sources() {
	local directory=$1 patch
	shift

	for patch; do
		patch --quiet --forward --directory="$directory" --strip=1 <"$patch" ||
			die "${patch##*/} does not fit"
	done
}
