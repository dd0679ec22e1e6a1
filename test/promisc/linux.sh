# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernels for which there are patches, and Debian's source of each. To be sourced,
# where there are die() and say(), $top, this tree, and $out, a directory for what is
# downloaded.
source "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../linux-source.sh"
source "$(dirname "${BASH_SOURCE[0]}")/patches.sh"

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

# "need_linux SERIES": finds or downloads its source.
need_linux() {
	find_linux "$1" || { download_linux "$1" && find_linux "$1"; }
}

# "need_patched_linux SERIES": in $out/source-SERIES.
need_patched_linux() {
	local directory=$out/source-$1 archive version said

	need_linux "$1" || die "there is no linux-source-$1"
	version+=" $(cat "$linux_patches/$1"/*.patch | sha256sum)"
	[ "$(cat "$directory.version" 2>/dev/null)" != "$version" ] || return 0
	say "unpacking linux-source-$1"
	rm -f "$directory.version"
	unpack_linux_archive "$archive" "$directory" '*' || die "cannot unpack $archive"
	said=$(apply_patches "$directory" "$linux_patches/$1"/*.patch) || die "they do not fit: $said"
	echo "$version" >"$directory.version"
}

# "has_netfilter_option SERIES OPTION": in the patched source.
has_netfilter_option() {
	grep -q -x "config $2" "$out/source-$1/net/netfilter/Kconfig"
}

# "linux_fragments SERIES": its configuration, beside that of all scenarios: what those
# about mirror ports take, and the machine that QEMU makes; as build_kernel wants it.
linux_fragments() {
	printf '%s\n' kernel/machine-x86 sanitize/links promisc/extensions
	# Options that not every series has.
	! has_netfilter_option "$1" NFT_OBJREF || echo kernel/nft-objref
	! has_netfilter_option "$1" NETFILTER_XTABLES_LEGACY || echo kernel/xtables-legacy
}
