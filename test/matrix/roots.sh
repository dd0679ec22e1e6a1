# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A Debian system for each release whose kernels are tried, in a directory of
# its own: its kernels and their headers, the compiler that these want, and all
# that the scenarios use. The modules are built in there, and the guest runs it
# (test/vm/run.sh --root). For run.sh to source.
#
# mmdebstrap makes them, from the mirrors that the host's apt knows. It touches
# neither the host's sources nor its packages, and a system that is there
# already is taken as it is: remove $roots/NAME to have a newer one.

# shellcheck disable=SC2154 # set by run.sh
roots=$out/roots

# Name and suites of each. Debian 11 and i386 have no more than its last point release:
# of its security updates the mirrors keep the lists, but not every package.
# shellcheck disable=SC2034 # for run.sh
releases=(
	"bullseye bullseye"
	"bookworm bookworm bookworm-updates bookworm-security"
	"trixie trixie trixie-updates trixie-security"
	"trixie-backports trixie trixie-updates trixie-security trixie-backports"
	"sid sid"
	"bookworm-arm64 bookworm bookworm-updates bookworm-security"
	"bookworm-i386 bookworm bookworm-updates"
)

packages_any=(
	libxtables-dev kmod busybox-static mount util-linux procps python3
	iptables nftables iproute2 iputils-ping ethtool jq tcpreplay tcpdump strace systemd
)
packages_build=(gcc make libc6-dev pkg-config man-db)
packages_amd64=(linux-{image,headers}{,-rt,-cloud}-amd64)
# For the other architectures, the system of the same release compiles: not every
# machine runs programs of 32 bits.
packages_cross=(clang gcc-{aarch64,i686}-linux-gnu libc6-dev-{arm64,i386}-cross)
packages_foreign=(
	base-files base-passwd bash coreutils dash diffutils findutils grep gzip
	hostname libc-bin login mawk sed tar
)
packages_arm64=(linux-{image,headers}-arm64)
packages_i386=(linux-{image,headers}-686-pae)

# "sources SUITE..." prints lines of sources.list.
sources() {
	local suite uri

	for suite; do
		case $suite in
		*-security) uri=$(mirror Debian-Security) ;;
		*) uri=$(mirror Debian) ;;
		esac
		[ -n "$uri" ] || die "apt knows no mirror for $suite: apt-get update"
		echo "deb $uri $suite main"
	done
}

# "packages_of NAME"
packages_of() {
	case $1 in
	*-arm64) echo "${packages_any[*]} ${packages_foreign[*]} ${packages_arm64[*]}" ;;
	*-i386) echo "${packages_any[*]} ${packages_foreign[*]} ${packages_i386[*]}" ;;
	bookworm) echo "${packages_any[*]} ${packages_build[*]} ${packages_amd64[*]} ${packages_cross[*]}" ;;
	*) echo "${packages_any[*]} ${packages_build[*]} ${packages_amd64[*]}" ;;
	esac
}

# "make_root NAME SUITE..."
make_root() {
	local name=$1 root=$roots/$1
	shift
	local -a options=(
		--aptopt='APT::Install-Recommends "false"'
		# What the host allows its mirrors: they may lag behind.
		--aptopt="$(apt-config dump Acquire::Check-Valid-Until)"
		--include="$(packages_of "$name")"
	)

	case $name in
	*-arm64 | *-i386) options+=(--architectures="${name##*-}" --variant=extract) ;;
	*-backports) options+=(--variant=apt --aptopt="APT::Default-Release \"$name\"") ;;
	*) options+=(--variant=apt) ;;
	esac
	mkdir -p "$root.part"
	mount_nothing_in "$root.part"
	rm -rf "$root" "$root.part"
	# Kernels are booted with an initramfs of the rig's.
	INITRD=No nice mmdebstrap "${options[@]}" "$1" "$root.part" - \
		< <(sources "$@") >"$roots/$name.log" 2>&1 ||
		die "cannot make a system of $name: see $roots/$name.log"
	[[ $name != *-@(arm64|i386) ]] || settle_extracted "$root.part"
	packages_of "$name" >"$root.part/made-of"
	mv "$root.part" "$root"
}

# What the packages' scripts would have made: they cannot run here.
settle_extracted() {
	local file kernel

	ln -s mawk "$1/usr/bin/awk"
	for file in passwd group; do
		cp "$1/usr/share/base-passwd/$file.master" "$1/etc/$file"
	done
	for kernel in "$1"/lib/modules/*; do
		depmod -b "$1" "${kernel##*/}"
	done
}

# Removing a directory in which something is mounted would remove that.
mount_nothing_in() {
	! grep -q -F " $(realpath "$1")/" /proc/self/mountinfo || die "something is mounted in $1"
}

# "need_root NAME"
need_root() {
	local of

	[ "$(cat "$roots/$1/made-of" 2>/dev/null)" != "$(packages_of "$1")" ] || return 0
	mkdir -p "$roots"
	say "making a system of $1"
	for of in "${releases[@]}"; do
		# shellcheck disable=SC2086 # name and suites
		[ "${of%% *}" != "$1" ] || make_root $of
	done
}

# "kernels_of NAME"
kernels_of() {
	find "$roots/$1/boot" -name 'vmlinuz-*' -printf '%f\n' | cut -d - -f 2- | sort --version-sort
}

# "in_root NAME COMMAND...": objtool wants a /proc.
in_root() {
	local root=$roots/$1
	shift

	nice unshare --mount --pid --fork --mount-proc="$root/proc" \
		chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C "$@"
}
