# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# short: nft-ipv6
#
# Tables belong to a network namespace: the same name in two of them means two
# tables, with options, numbers and files of their own. /proc/net/xt_traffic
# shows those of the reader's namespace.
source "$(dirname "$0")/life.sh"

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --name N
inside $IPTABLES -t mangle -A PREROUTING -m traffic --traffic --ipconn --clearonread \
	--netbase "$(network 193.11.176.0/24)" --name N
same "files of the router" "$(files_of router)" "N N_info N_packets"
same "files inside" "$(files_of inside)" "N N_info N_ipconn N_packets"
same "files outside" "$(files_of outside)" ""
same "files of the first namespace" "$(ls $TABLES)" ""

blast <<-END
	inside  tcp count=3 src=193.11.176.1 dst=198.51.100.1 size=60
	outside udp count=5 src=198.51.100.1 dst=193.11.176.1 size=100
	outside udp count=7 src=198.51.100.1 dst=193.11.177.1 size=100
END
header=$'IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER'
in_1=$(address 193.11.176.1)$'\t500\t0\t0\t0\t500\t0\t0\t0'
both_1=$(address 193.11.176.1)$'\t500\t180\t0\t180\t500\t0\t0\t0'
in_2=$(address 193.11.177.1)$'\t700\t0\t0\t0\t700\t0\t0\t0'
same "the router's N" "$(table N)" "$header"$'\n'"$both_1"$'\n'"$in_2"
same "N inside" "$(inside cat $TABLES/N)" "$header"$'\n'"$in_1"
same "N inside, consumed" "$(inside cat $TABLES/N)" "$header"

say "clearing, flushing and deleting leave the others alone"
router bash -c "echo clear >$TABLES/N"
same "the router's N" "$(table N)" "$header"
same "packets inside" "$(inside cat $TABLES/N_packets | wc -l)" 2
router $IPTABLES -t mangle -F
ip netns del router
same "files inside" "$(files_of inside)" "N N_info N_ipconn N_packets"
