# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
#
# Promise: in a --clearonread table an address that has been read in all its files
# and is silent for --conntimeout gives up its row when room is needed, and nobody
# else does: neither who goes on talking, nor who has a number left in any file, nor
# anybody in a table that does not clear. Who comes instead counts from nothing; so
# does who comes back. Room is needed when rows get short, or memory. (63 has all
# conditions one by one.)
#
# bound: 240
# short: nft-ipv4
source "$(dirname "$0")/lib.sh"

# "traffic FIRST LAST": one packet of each, for both tables.
traffic() {
	blast <<-END
		inside udp src=$1-$2 dst=8.8.8.8 size=100 dport=1~1000
	END
}

talk_on() {
	while :; do
		traffic 193.11.176.0 193.11.176.9
		sleep 1
	done
}

read_away() {
	local file

	for file in "$@"; do
		table "$file" >/dev/null
	done
}

uncounted_by_now() {
	same "uncounted of CLEARS and KEEPS" \
		"$(info CLEARS uncounted_packets) $(info KEEPS uncounted_packets)" "$*"
}

ORDERED=no
topology
for name in "CLEARS --clearonread" KEEPS; do
	# shellcheck disable=SC2086 # words
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn \
		--netbase $NETBASE --netmask $NETMASK --maxaddrs 100 --conntimeout 4 --name $name
done

say "80: 60 fall silent, 10 talk on, of 10 the connections are not read"
traffic 193.11.176.0 193.11.176.69
read_away CLEARS CLEARS_packets CLEARS_ipconn
traffic 193.11.177.0 193.11.177.9
read_away CLEARS CLEARS_packets
talk_on &
talkers=$!
# Silent for the timeout, found by somebody who looks every second, and no more
# than seconds until then.
sleep 15
kill $talkers
wait $talkers || true

say "80 others have their rows, and count from nothing"
read_away CLEARS CLEARS_packets
traffic 193.11.178.0 193.11.178.79
table CLEARS >"$work/CLEARS"
{
	head -n 1 "$work/CLEARS"
	addresses 193.11.178.0 80 | map_lines | sed 's/$/\t0\t100\t0\t0\t0\t100\t0\t0/'
} >"$work/wanted"
same_rows "$work/CLEARS" "$work/wanted"
uncounted_by_now 0 60

say "and nobody else gave up his"
# (On a slow machine those who talked may have been silent for long enough by now.)
traffic 193.11.176.0 193.11.176.9
traffic 193.11.179.0 193.11.179.0
uncounted_by_now 1 61
traffic 193.11.177.0 193.11.177.9
uncounted_by_now 1 61
# One from before, one of now.
table CLEARS_ipconn | awk -F '\t' -v key="$(address 193.11.177.5)" '$1 == key { print $3 }' >"$work/opened"
same "connections that were never read" "$(<"$work/opened")" 2

say "memory is short, and no row is there that had one"
router $IPTABLES -t mangle -F
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --clearonread \
	--netbase $NETBASE --netmask $NETMASK --maxaddrs 2000 --conntimeout 1 --name SHORT
# As many as get their entries at once.
traffic 193.11.176.0 193.11.176.127
read_away SHORT SHORT_packets
echo 1 >/sys/module/ipt_traffic/parameters/memory
traffic 193.11.177.0 193.11.177.99
same "uncounted" "$(info SHORT uncounted_packets)" 100
sleep 8
traffic 193.11.178.0 193.11.178.99
same "uncounted" "$(info SHORT uncounted_packets)" 100
same "rows" "$(table SHORT | wc -l)" 101
