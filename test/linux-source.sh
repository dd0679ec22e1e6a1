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
	local archive

	[ ! -e "$1" ] || return 0
	archive=$(linux_source) && unpack_linux_archive "$archive" "$@"
}

# "unpack_linux_archive ARCHIVE DIRECTORY PATTERN...": from a package as well that is not
# installed.
unpack_linux_archive() {
	local archive=$1 directory=$2
	shift 2

	rm -rf "$directory" "$directory.part"
	mkdir -p "$directory.part"
	read_linux_archive "$archive" | xz -dc --threads=0 |
		tar -C "$directory.part" --strip-components=1 -x --wildcards "$@" &&
		mv "$directory.part" "$directory"
}

read_linux_archive() {
	case $1 in
	*.deb) dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards '*/linux-source-*.tar.xz' ;;
	*) cat "$1" ;;
	esac
}
