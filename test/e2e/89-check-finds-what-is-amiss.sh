# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4
# short: legacy-ipv4
#
# Promise: "trafctl check" has nothing to say where all is in order, and ends with 0; it
# finds what hides packets, counts them twice or is amiss, each by itself, and ends with 1
# where something is wrong.
source "$(dirname "$0")/life.sh"
only_in_a_guest

TRAFCTL=$top/out/trafctl

trap 'umount "$modules" || true; rm -rf "$work"' EXIT

check() {
	within router "$TRAFCTL" check --run "$work/run"
}

# "finds STATUS LINE": one line of it, and nothing else but what is in order.
finds() {
	local status=0

	check >"$work/found" 2>&1 || status=$?
	same "status, and what is amiss" "$status: $(grep -v '^ok' "$work/found" | grep -cE -e "$2") of $(grep -vc '^ok' "$work/found")" "$1: 1 of 1"
	grep -v '^ok' "$work/found" >&2
}

in_order() {
	check >"$work/found" 2>&1 || { cat "$work/found" >&2; die "it is not in order"; }
	! grep -v '^ok' "$work/found" >&2 || die "it is not in order"
}

# "is_unused NAME"
is_unused() {
	[ "$(info "$1" rules)" = 0 ]
}

rule() {
	router iptables -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --name "$@"
}

# Where the kernel has it: in a moment there will be few modules.
has_modules() {
	modprobe -a "$@" 2>/dev/null
}

bridges=yes offloads=yes
has_modules bridge dummy || bridges=
has_modules nf_flow_table nf_flow_table_inet nft_flow_offload || offloads=
topology
# Both families; what they need is loaded by it.
router iptables -t mangle -A FORWARD -m traffic --traffic --netbase 0.0.0.0/0 --name FOUR
router ip6tables -t mangle -A FORWARD -m traffic --traffic --netbase ::/0 --name SIX
router iptables -t mangle -F
router iptables -F
router ip6tables -t mangle -F
few_modules x_tables
installed=$modules/kernel/net/ipv4/netfilter/ipt_traffic.ko
cp "$top/out/kmod-$(uname -r)/ipt_traffic.ko" "$installed"
depmod
rule RSN
in_order

say "rules"
router iptables -t mangle -I FORWARD -p tcp -j ACCEPT
finds 0 "note +FORWARD: .* table mangle\) what 1 rules decide on before rule 2 is not counted; the first is: -p tcp -j ACCEPT"
router iptables -t mangle -D FORWARD 1
router iptables -A FORWARD -o in -m traffic --traffic --netbase $NETWORK --name RSN
finds 0 "note +FORWARD: .*packets of RSN that rule 1 counts may be counted again by rule 1 of FORWARD"
router iptables -D FORWARD 1
router iptables -t mangle -N NOWHERE
router iptables -t mangle -A NOWHERE -m traffic --traffic --netbase $NETWORK --name OTHER
finds 1 "wrong +NOWHERE: .*no packet comes to this chain"
router iptables -t mangle -F NOWHERE
router iptables -t mangle -X NOWHERE
in_order

say "tables"
rule SMALL --maxaddrs 1
blast <<-END
	inside udp src=193.11.176.1-193.11.176.3 dst=198.51.100.1 size=100
END
check >"$work/found" && die "packets that were not counted are nothing wrong"
grep -x 'wrong  SMALL: 2 packets (200 bytes) found no row or no memory: give the rule a higher --maxaddrs, or --aggregate' "$work/found"
grep -x 'note   SMALL: 1 of 1 addresses are taken' "$work/found"
router iptables -t mangle -D FORWARD -m traffic --traffic --netbase $NETWORK --name SMALL --maxaddrs 1
until_true 10 is_unused SMALL
check >"$work/found" || true
grep '^note   SMALL: no rule uses it any more' "$work/found"
router iptables -t mangle -F
until_true 10 rmmod ipt_traffic
modprobe ipt_traffic
echo 0644 >/sys/module/ipt_traffic/parameters/perms
rule RSN
finds 1 "wrong +RSN: everybody may read it"
router iptables -t mangle -F
until_true 10 rmmod ipt_traffic

say "the module"
check >"$work/found" 2>&1 && die "a module that is not loaded is nothing wrong"
grep -x 'wrong  module: it is not loaded: modprobe ipt_traffic' "$work/found"
modprobe ipt_traffic
rule RSN
in_order
sed -i -E 's/(srcversion=)./\1Z/' "$installed"
finds 0 "note +module: another version is installed than the one that is loaded"
mv "$installed" "$work/"
depmod
check >"$work/found" 2>&1 && die "a module that is not installed is nothing wrong"
grep '^wrong  module: modprobe does not find it' "$work/found"
cp "$top/out/kmod-$(uname -r)/ipt_traffic.ko" "$installed"
depmod

say "the extension"
XTABLES_LIBDIR=$work/none check >"$work/found" 2>&1 && die "an extension that is not there is nothing wrong"
grep "^wrong  iptables: it cannot add a rule with -m traffic .*Couldn't load match" "$work/found"

say "a container"
mkdir -p "$work"/container/{usr/sbin,bin}
cp /bin/busybox "$work/container/bin/"
cp /bin/busybox "$work/container/usr/sbin/iptables"
within router unshare --mount chroot "$work/container" /bin/busybox sleep 1000 &
until_true 10 pgrep -f "busybox sleep 1000"
finds 0 "note +containers: process [0-9]+ has an iptables of its own without libxt_traffic.so"
mkdir -p "$work/container/usr/lib/x86_64-linux-gnu/xtables"
touch "$work/container/usr/lib/x86_64-linux-gnu/xtables/libxt_traffic.so"
in_order
pkill -f "busybox sleep 1000"

say "detours"
if [ -n "$offloads" ]; then
	router nft add table inet fast
	router nft add flowtable inet fast way '{ hook ingress priority 0; devices = { in, out }; }'
	finds 0 "note +offload: nftables has a flowtable"
	router nft delete table inet fast
else
	without flowtables
fi
if [ -n "$bridges" ]; then
	ip -n router link add br0 type bridge
	ip -n router link add port0 master br0 type dummy
	finds 0 "note +port0: it is a port of a bridge"
	ip -n router link del br0
else
	without bridges
fi

say "a program that is not installed"
ethtool=$(command -v ethtool)
mount --bind /dev/null "$ethtool"
finds 0 "note +ethtool: it is not installed: nobody looked at offload to hardware"
umount "$ethtool"

say "somebody was killed"
mkdir "$work/kept"
within router strace -qq -o /dev/null -e inject=unlinkat:signal=KILL:when=1 \
	"$TRAFCTL" snapshot --consume -o "$work/kept" --run "$work/run" || true
finds 1 "wrong +/.*: its rows were being taken off the tables when somebody was killed"
within router "$TRAFCTL" snapshot -o "$work/kept" --run "$work/run"
in_order
