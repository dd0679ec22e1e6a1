# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernels for which there are patches, and Debian's source of each. To be sourced,
# where there are die(), $top, this tree, and $out, a directory for what is downloaded.
source "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../linux-source.sh"
source "$(dirname "${BASH_SOURCE[0]}")/versions.sh"

# shellcheck disable=SC2154 # top
linux_patches=$top/promisc-patches/linux

linux_series() {
	versions_in "$linux_patches"
}

# "suite_of SERIES": the release of Debian that has it.
suite_of() {
	case $1 in
	6.1) echo bookworm ;;
	6.12) echo trixie ;;
	*) echo sid ;;
	esac
}

# "find_linux SERIES": sets $archive and $version to those of its source, if that is
# installed, or has been downloaded.
find_linux() {
	local package=linux-source-$1

	archive=/usr/src/$package.tar.xz
	if [ -e "$archive" ]; then
		version=$(dpkg-query -W -f '${Version}' "$package")
		return
	fi
	# shellcheck disable=SC2154 # out
	archive=$(find "$out" -maxdepth 1 -name "${package}_*.deb")
	version=${archive#*_}
	version=${version%_*}
	[ -n "$archive" ]
}

# "download_linux SERIES": fails if Debian has it no longer.
download_linux() (
	use_apt_of "$(suite_of "$1")" "$out/apt-$(suite_of "$1")" || exit
	cd "$out" && apt-get -q download "linux-source-$1" >"linux-source-$1.log" 2>&1
)
