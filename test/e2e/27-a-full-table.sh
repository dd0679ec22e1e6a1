# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
#
# Promise: a table holds --maxaddrs addresses and goes on counting those; packets of
# any other are uncounted, once for each side, to the byte. The kernel's log says
# so once, at 90 %. A row of an address that has none is not restored then.
source "$(dirname "$0")/lib.sh"

messages() {
	dmesg | grep -c "FULL: 90 % of its rows" || true
}

# "uncounted_by_now PACKETS BYTES"
uncounted_by_now() {
	same "uncounted" "$(info FULL uncounted_packets) $(info FULL uncounted_bytes)" "$*"
}

ORDERED=no
topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn \
	--netbase $NETBASE --netmask $NETMASK --maxaddrs 200 --name FULL
before=$(messages)
blast <<<"inside udp src=193.11.176.0-193.11.176.178 dst=8.8.8.8 size=100"
same "messages at 179 of 200" "$(messages)" "$before"
blast <<<"outside udp src=8.8.8.8 dst=193.11.176.0-193.11.176.199 size=60"
same "messages" "$(messages)" $((before + 1))
same "addresses" "$(info FULL addresses)" 200
uncounted_by_now 0 0

say "300 others, one way and the other"
blast <<-'END'
	inside  udp src=193.11.177.0-193.11.178.43 dst=8.8.8.8 size=100
	outside tcp src=8.8.8.8 dst=193.11.177.0-193.11.178.43 size=60 flags=S
END
uncounted_by_now 600 48000

say "one side of a packet has a row, the other, or neither"
blast <<-'END'
	inside udp src=193.11.176.0 dst=193.11.177.0 size=1000
	inside udp src=193.11.177.0 dst=193.11.176.1 size=1001
	inside udp src=193.11.177.0 dst=193.11.177.1 size=1002
END
uncounted_by_now 604 52005
expect_row FULL 193.11.176.0   60 1100  0 0  60 1100  0 0
expect_row FULL 193.11.176.1   1061 100  0 0  1061 100  0 0
expect_row FULL_ipconn 193.11.176.0  1 2  0 0  1 2  0 0  0 0
expect_row FULL_ipconn 193.11.176.1  2 1  0 0  2 1  0 0  0 0

say "the rest is as it was, and goes on"
blast <<<"inside udp src=193.11.176.199 dst=8.8.8.8 size=100 count=7"
expect_row FULL 193.11.176.199   60 700  0 0  60 700  0 0
# shellcheck disable=SC2046 # words
expect_keys FULL $(addresses 193.11.176.0 200)
same "addresses" "$(info FULL addresses)" 200
same "matched" "$(rule_counters mangle FORWARD)" "989 81603"
same "messages" "$(messages)" $((before + 1))

say "restoring"
added=$'\t0\t100\t0\t0\t0\t100\t0\t0'
echo "$(address 193.11.176.199)$added" | within router tee $TABLES/FULL >/dev/null
expect_row FULL 193.11.176.199   60 800  0 0  60 800  0 0
if echo "$(address 193.11.177.0)$added" | within router tee $TABLES/FULL >/dev/null 2>"$work/error"; then
	die "it was taken"
fi
grep -q "No space left on device" "$work/error"
same "addresses" "$(info FULL addresses)" 200
