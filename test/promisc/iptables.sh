# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The versions of iptables for which there are patches, and Debian's source of each. To be
# sourced, where there are die(), $top, this tree, and $out, a directory for what is
# downloaded.
source "$(dirname "${BASH_SOURCE[0]}")/../apt.sh"
source "$(dirname "${BASH_SOURCE[0]}")/patches.sh"

# shellcheck disable=SC2154 # top
iptables_patches=$top/promisc-patches/iptables

iptables_versions() {
	versions_in "$iptables_patches"
}

# "release_with_iptables VERSION": of Debian.
release_with_iptables() {
	case $1 in
	1.8.9) echo bookworm ;;
	1.8.11) echo trixie ;;
	*) die "no release of Debian is known to have iptables $1" ;;
	esac
}

# "iptables_source VERSION": where it is, and what comes with it.
iptables_source() {
	# shellcheck disable=SC2154 # out
	echo "$out/iptables-$1.source"
}

# "has_iptables_source VERSION"
has_iptables_source() {
	[ -e "$(iptables_source "$1")/complete" ]
}

# "download_iptables VERSION": Debian's source package, unpacked and with Debian's own
# patches, and libnftnl and libmnl of the same release, as the host's may be too old.
download_iptables() (
	release=$(release_with_iptables "$1") || exit
	dir=$(iptables_source "$1")

	use_apt_of "$release" "$out/apt-source-$release" deb-src || exit
	rm -rf "$dir"
	mkdir -p "$dir"
	cd "$dir" || exit
	apt-get -q source --download-only iptables >log 2>&1
	unpack_iptables "$1" >>log 2>&1 || die "cannot download iptables $1: see $dir/log"
	apt-get -q download lib{nftnl11,nftnl-dev,mnl0,mnl-dev} >>log 2>&1 ||
		die "cannot download libnftnl: see $dir/log"
	for deb in *.deb; do
		dpkg-deb -x "$deb" libraries || exit
	done
	touch complete
)

# "unpack_iptables VERSION": here. Where a mirror has nothing but what upstream has
# released, that has to do.
unpack_iptables() {
	local -a archive

	if dpkg-source --no-check -x "iptables_$1"-*.dsc iptables; then
		return
	fi
	archive=("iptables_$1".orig.tar.*[z2])
	mkdir iptables
	tar -C iptables --strip-components=1 -xf "${archive[0]}" && touch without-debians-patches
}

# "patch_iptables VERSION DIRECTORY": makes there a copy of it, patched.
patch_iptables() {
	rm -rf "$2"
	cp -a "$(iptables_source "$1")/iptables" "$2" &&
		apply_patches "$2" "$iptables_patches/$1"/*.patch
}
