#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The administrator's steps to a patched iptables and kernel, as promisc-patches/README.md
# has them, in a system of a release that is made for it, and what is installed then,
# booted:
#
#	test/promisc/packages.sh [bookworm|trixie...]
#
# By default bookworm. It downloads some 500 MB for each, to out/promisc/root-RELEASE, and
# takes half an hour. Nobody is there to be asked; and the kernel's configuration is not
# Debian's, which takes hours, but that of the scenarios.
set -u

top=$(realpath "$(dirname "$(realpath "$0")")/../..")
out=$top/out/promisc
source "$top/test/mirror.sh"
source "$top/test/readme.sh"
source "$top/test/checks.sh"
source "$top/test/sources.sh"
source "$top/test/kernel/build.sh"
source "$top/test/promisc/linux.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "$*"
}

# "iptables_in RELEASE": its version.
iptables_in() {
	case $1 in
	bookworm) echo 1.8.9 ;;
	trixie) echo 1.8.11 ;;
	*) die "there is no patch for iptables of $1" ;;
	esac
}

# "linux_in RELEASE": the series of its kernel.
linux_in() {
	local series

	for series in $(linux_series); do
		[ "$(suite_of "$series")" != "$1" ] || echo "$series"
	done
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

# "steps HEADING": of the README.
steps() {
	(cd "$top/promisc-patches" && readme_commands "$1") |
		sed 's/^apt-get \(build-dep\|install\)/& -q -y/'
}

# "take_steps RELEASE <STEPS": from first to last.
take_steps() {
	{
		echo "set -e"
		cat
	} >"$out/root-$1/root/steps"
	in_root "$1" bash -c 'cd /root && bash -x steps'
}

# The README has those of 1.8.9.
iptables_steps() {
	steps "### From the source package to the installed iptables" |
		sed "s/1\\.8\\.9/$(iptables_in "$1")/g" | take_steps "$1"
}

# The README has those of 6.1. What the kernel of the host's configuration is taken for is
# that of the scenarios.
kernel_steps() {
	local config=$out/config-$1 series
	local -a files

	series=$(linux_in "$1")
	need_patched_linux "$series"
	mapfile -t files < <({ echo kernel/scenarios; linux_fragments "$series"; } |
		sed "s|.*|$top/test/&.config|")
	configure_kernel x86 gcc "$out/source-$series" "$config" "${files[@]}"
	cp "$config/.config" "$out/root-$1/boot/config-$(uname -r)"
	steps "### From the source package to the booted kernel" |
		sed "s/6\\.1\\b/$series/g; /^reboot\$/d" | take_steps "$1"
}

# "kernel_of RELEASE": what has been installed.
kernel_of() {
	find "$out/root-$1/boot" -name 'vmlinuz-*-promisc' -printf '%f\n' | cut -d - -f 2-
}

# "install_module RELEASE": this project, for that kernel, and what the scenarios take.
install_module() {
	local kver

	kver=$(kernel_of "$1")
	in_root "$1" apt-get -q -y --no-install-recommends install gcc make pkg-config kmod man-db \
		busybox-static mount util-linux procps python3 nftables iproute2 iputils-ping ethtool jq || return
	put_sources "$out/root-$1/root/ipt_traffic"
	in_root "$1" bash -c "cd /root/ipt_traffic && ./build build KVER=$kver &&
		./build install KVER=$kver && make KVER=$kver test-programs"
}

# In the guest: "says ERROR COMMAND..."
says() {
	"${@:2}" 2>&1 | grep -F -e "$1"
}

# "looks_right ROOT": in the guest with a stock kernel, what has been installed there.
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

in_stock_guest() {
	"$top/test/vm/run.sh" --out "$out/vm/packages-$1" "$top/test/promisc/packages.sh" --in-guest "$out/root-$1"
}

# "in_patched_guest RELEASE": the scenarios of the chain PROMISC, by what is installed. They
# want iptables to be a tree of its own.
in_patched_guest() {
	local root=$out/root-$1 kernel

	kernel=$(kernel_of "$1")
	mkdir -p "$root/root/patched"
	ln -sfn /usr/sbin "$root/root/patched/sbin"
	ln -sfn /usr/lib/x86_64-linux-gnu "$root/root/patched/lib"
	"$top/test/vm/run.sh" --root "$root" --kernel "$root/boot/vmlinuz-$kernel" --timeout 3000 \
		--out "$out/vm/packages-$1-patched" --env PROMISC_HOOK=yes --env IPTABLES_TREE=/root/patched \
		"$root/root/ipt_traffic/test/e2e/run.sh" 93
}

if [ "${1:-}" = --in-guest ]; then
	looks_right "$2"
	exit
fi
[ $# -gt 0 ] || set -- bookworm
need_build_programs
mkdir -p "$out"
for release; do
	check "$release: a system" make_root "$release"
	check "$release: the steps to iptables of the README" iptables_steps "$release"
	check "$release: what has been installed, on a stock kernel" in_stock_guest "$release"
	check "$release: the steps to a kernel of the README" kernel_steps "$release"
	check "$release: this project's module for it" install_module "$release"
	check "$release: the chain PROMISC in what has been installed" in_patched_guest "$release"
done
finish_checks
