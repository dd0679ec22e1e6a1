# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# short: nft-ipv4
#
# rmmod works as soon as no rule uses the module: tables that linger and files
# that are open do not keep it; reading those fails with EIO from then on. Only
# a read in progress is waited for. While a rule uses it rmmod is refused, and
# nothing changes.
source "$(dirname "$0")/life.sh"

rule() {
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --name "$@"
}

packets() {
	blast <<-END
		inside udp src=193.11.176.1-193.11.176.99 dst=198.51.100.1 size=100
	END
}

unloads() {
	rmmod ipt_traffic
}

is_unused() {
	[ "$(</sys/module/ipt_traffic/refcnt)" = 0 ]
}

is_going() {
	grep -q '^ipt_traffic .* Unloading' /proc/modules
}

topology
rule PLAIN
rule CLEARING --clearonread
packets
table PLAIN >"$work/before"

say "in use by rules"
fails "in use" rmmod ipt_traffic
same_table PLAIN "$work/before"

say "in use by nothing but open files and the linger"
open_from_outside router PLAIN PLAIN_info CLEARING
for fd in "${opened[@]}"; do
	dd bs=50 count=1 status=none <&"$fd" | wc -c | grep -qx 50
done
router $IPTABLES -t mangle -F
until_true 10 unloads
for fd in "${opened[@]}"; do
	fails "Input/output error" cat <&"$fd"
	exec {fd}<&-
done
fails "No such file" table PLAIN

say "a new one begins with nothing, in every namespace"
insmod "$top/out/kmod-$(uname -r)/ipt_traffic.ko"
same "files" "$(files_of router)$(files_of inside)" ""
rule PLAIN
packets
same_table PLAIN "$work/before"

say "a read in progress is waited for"
ip netns exec router "$top/out/test/stuck" $TABLES/PLAIN "$work/ready" &
stuck=$!
until_true 20 test -e "$work/ready"
router $IPTABLES -t mangle -F
until_true 10 is_unused
rmmod ipt_traffic &
unloading=$!
until_true 10 is_going
kill -9 $stuck
wait $unloading
fails "No such file" table PLAIN
