# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
#
# Promise: a network may have one address or all there are; the first and the last
# are counted like all others, and what is next to them is not. Rows ascend by
# address where the network is indexed directly: one of IPv4 with at most 2^20
# addresses, unless --hashsize or a --maxaddrs below its size ask for a hash. With
# a hash they come in the order in which the addresses appeared.
. "$(dirname "$0")/lib.sh"

# "rule NETWORK OPTION...": one more, for "load".
rules=()
rule() {
	rules+=("-A FORWARD -m traffic --traffic --ipconn --netbase $*")
}

load() {
	printf '%s\n' "*mangle" "${rules[@]}" COMMIT | router $IPTABLES-restore
	rules=()
}

# "ends NAME": the first and the last row's address, and how many there are.
ends() {
	table "$1" | awk 'NR == 2 { first = $1 } { last = $1 } END { print first, last, NR - 1 }'
}

topology
rule "$(network 193.11.176.77/32)" --name one
rule "$(network 193.11.176.76/31)" --name two
rule "$(network 193.11.176.0/24)" --name many
rule "$(network 193.0.0.0/12)" --name million
rule "$(network 193.0.0.0/11)" --name two_million
rule "$(network 192.0.0.0/2)" --name quarter
rule "$(network 193.11.176.0/24)" --hashsize 16 --name hashed
rule "$(network 193.11.176.0/24)" --maxaddrs 255 --name fewer
load
blast <<-'END'
	# The first that appears is not the lowest, nor the last the highest.
	inside  udp src=193.11.176.255 dst=8.8.8.8 size=100
	inside  udp src=193.11.176.0-193.11.177.255 dst=8.8.8.8 size=100
	inside  udp src=193.11.176.77 dst=8.8.8.8 size=100 count=5
	outside udp src=8.8.8.8 dst=193.11.176.75-193.11.176.78 size=60
	# The ends of large ones, and their neighbours.
	outside udp src=193.15.255.255 dst=8.8.8.8 size=100
	outside udp src=193.0.0.0 dst=8.8.8.8 size=100
	outside udp src=192.255.255.255 dst=8.8.8.8 size=100
	outside udp src=193.16.0.0 dst=8.8.8.8 size=100
	outside udp src=193.32.0.0 dst=8.8.8.8 size=100
	outside udp src=191.255.255.255 dst=8.8.8.8 size=100
	outside udp src=223.255.255.255 dst=8.8.8.8 size=100
	outside udp src=192.0.0.0 dst=8.8.8.8 size=100
END
expect_keys one 193.11.176.77
expect_keys two 193.11.176.76 193.11.176.77
expect_row one 193.11.176.77 60 600  0 0  60 600  0 0
expect_row two 193.11.176.77 60 600  0 0  60 600  0 0
expect_row one_ipconn 193.11.176.77 1 1  0 0  1 1  0 0  0 0
if [ $ORDERED = yes ]; then
	same "many" "$(ends many)" "193.11.176.0 193.11.176.255 256"
	same "million" "$(ends million)" "193.0.0.0 193.15.255.255 514"
else
	same "many" "$(ends many)" "$(address 193.11.176.255) $(address 193.11.176.254) 256"
	same "million" "$(ends million)" "$(address 193.11.176.255) $(address 193.0.0.0) 514"
fi
same "hashed" "$(ends hashed)" "$(address 193.11.176.255) $(address 193.11.176.254) 256"
same "fewer" "$(ends fewer)" "$(address 193.11.176.255) $(address 193.11.176.253) 255"
same "two_million" "$(ends two_million)" "$(address 193.11.176.255) $(address 193.16.0.0) 515"
same "quarter" "$(ends quarter)" "$(address 193.11.176.255) $(address 192.0.0.0) 519"
same "uncounted of fewer" "$(info fewer uncounted_packets) $(info fewer uncounted_bytes)" "1 100"
table many >"$work/many"
ORDERED=no same_table hashed "$work/many"

say "every bit of a mask counts"
router $IPTABLES -t mangle -F
case $FAMILY in
ipv4) host=193.11.176.77 lengths=(0 1 2 8 11 12 13 {15..17} 24 {30..32}) ;;
ipv6) host=2001:db8:8421:8421:8421:8421:8421:8421 lengths=(0 1 3 {31..33} 48 {63..65} {95..97} {126..128}) ;;
esac
# Lines of a length, the network of the host, and an address that the last bit of
# the mask leaves out.
/usr/bin/python3 - "$host" "${lengths[@]}" >"$work/networks" <<-'END'
	import ipaddress, sys

	host = ipaddress.ip_address(sys.argv[1])
	for length in map(int, sys.argv[2:]):
	    network = ipaddress.ip_network((host, length), strict=False)
	    other = int(host) ^ (1 << host.max_prefixlen - length if length else 0)
	    print(length, network, type(host)(other))
END
while read -r length network _; do
	rule "$network" --name "L$length"
done <"$work/networks"
load
while read -r length _ other; do
	[ "$length" = 0 ] || echo "inside udp src=$other dst=8.8.8.8"
done <"$work/networks" | blast
blast <<<"inside udp src=$host dst=8.8.8.8 count=9"
# Of the others, those of longer masks; and everybody is inside of /0.
longer=${#lengths[@]}
while read -r length _; do
	longer=$((longer - 1))
	same "packets of /$length, of the host and of others" \
		"$(table "L${length}_packets" | awk -v host="$host" 'NR > 1 { n[$1 == host] += $3 } END { print n[1], n[0] + 0 }')" \
		"9 $longer"
done <"$work/networks"
