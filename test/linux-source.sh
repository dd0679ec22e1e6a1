# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's source, which Debian packs as one archive. To be sourced.

# The newest that is installed.
linux_source() {
	local archive

	archive=$(printf '%s\n' /usr/src/linux-source-*.tar.xz | sort --version-sort | tail -n 1)
	[ -e "$archive" ] || {
		echo "needs package: linux-source" >&2
		return 1
	}
	echo "$archive"
}

# "unpack_linux_source DIRECTORY PATTERN...": only files that match. Nothing is done
# if DIRECTORY is there.
unpack_linux_source() {
	local directory=$1 archive
	shift

	[ ! -e "$directory" ] || return 0
	archive=$(linux_source) || return
	rm -rf "$directory.part"
	mkdir -p "$directory.part"
	tar -C "$directory.part" --strip-components=1 -xJf "$archive" --wildcards "$@" &&
		mv "$directory.part" "$directory"
}
