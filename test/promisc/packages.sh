#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The administrator's steps with iptables, as promisc-patches/README.md has them, in a
# system of a release that is made for it, and what is installed then, in a booted kernel:
#
#	test/promisc/packages.sh [bookworm|trixie...]
#
# By default bookworm. It downloads some 300 MB for each, to out/promisc/root-RELEASE.
set -u

top=$(realpath "$(dirname "$(realpath "$0")")/../..")
out=$top/out/promisc
source "$top/test/mirror.sh"
source "$top/test/readme.sh"
source "$top/test/checks.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# "version_in RELEASE": of iptables.
version_in() {
	case $1 in
	bookworm) echo 1.8.9 ;;
	trixie) echo 1.8.11 ;;
	*) die "there is no patch for iptables of $1" ;;
	esac
}

# "in_root RELEASE COMMAND...": there.
in_root() {
	local root=$out/root-$1
	shift

	nice unshare --mount --pid --fork --mount-proc="$root/proc" chroot "$root" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
}

# "make_root RELEASE": with the patches where the README thinks that they are.
make_root() {
	local root=$out/root-$1 uri

	uri=$(mirror Debian)
	[ -n "$uri" ] || die "apt knows no mirror of Debian: apt-get update"
	rm -rf --one-file-system "$root"
	mmdebstrap --variant=apt --aptopt="$(apt-config dump Acquire::Check-Valid-Until)" \
		"$1" "$root" - <<<"deb $uri $1 main" &&
		echo "deb-src $uri $1 main" >>"$root/etc/apt/sources.list" &&
		mkdir -p "$root/path/to" && cp -r "$top/promisc-patches" "$root/path/to/" &&
		in_root "$1" apt-get -q update
}

# "steps VERSION": the README has those of 1.8.9. Nobody is there to be asked.
steps() {
	(cd "$top/promisc-patches" && readme_commands "### From the source package to the installed iptables") |
		sed "s/1\\.8\\.9/$1/g; s/^apt-get \\(build-dep\\|install\\)/& -q -y/"
}

# "take_steps RELEASE": from first to last.
take_steps() {
	{
		echo "set -e"
		steps "$(version_in "$1")"
	} >"$out/root-$1/root/steps"
	in_root "$1" bash -c 'cd /root && bash -x steps'
}

# In the guest: "says ERROR COMMAND..."
says() {
	"${@:2}" 2>&1 | grep -F -e "$1"
}

# "looks_right ROOT": in the guest, what has been installed there.
looks_right() {
	local root=$1 program

	# There are no modules in there.
	modprobe -a iptable_filter ip6table_filter || return
	for program in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
		says "with PROMISC" chroot "$root" $program -A PROMISC -o eth0 || return
		chroot "$root" $program -A INPUT -p udp -j ACCEPT || return
		chroot "$root" $program -S INPUT || return
	done
	says "this kernel has no PROMISC hook" chroot "$root" iptables -A PROMISC &&
		says "this kernel has no PROMISC hook" chroot "$root" ip6tables -A PROMISC &&
		says "it comes with module iptable_promisc" chroot "$root" iptables-legacy -A PROMISC &&
		says "it comes with module ip6table_promisc" chroot "$root" ip6tables-legacy -A PROMISC &&
		zgrep -F 'fBpromisc' "$root/usr/share/man/man8/iptables.8.gz" &&
		[ "$(chroot "$root" apt-mark showhold | paste -s -d ' ')" = "iptables libip4tc2 libip6tc2 libxtables12" ]
}

in_guest() {
	"$top/test/vm/run.sh" --out "$out/vm/packages-$1" "$top/test/promisc/packages.sh" --in-guest "$out/root-$1"
}

if [ "${1:-}" = --in-guest ]; then
	looks_right "$2"
	exit
fi
[ $# -gt 0 ] || set -- bookworm
mkdir -p "$out"
for release; do
	check "$release: a system" make_root "$release"
	check "$release: the steps of the README" take_steps "$release"
	check "$release: what has been installed" in_guest "$release"
done
finish_checks
