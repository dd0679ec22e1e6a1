# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# short: nft-ipv4
#
# Promise: NAME_portconn has room for every port there is, 0 to 65535, and one
# cat reads them all.
. "$(dirname "$0")/lib.sh"

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN
blast -n $NETWORK -o "$work/RSN" <<-'END'
	inside  tcp src=193.11.176.0/20 dst=8.8.8.8 dport=0-65535 flags=S
	outside udp src=8.8.8.8 dst=193.11.176.0/20 dport=65535 sport=0-65535
END
same_table RSN_portconn "$work/RSN_portconn"
same "rows" "$(wc -l <"$work/RSN_portconn")" 65537
same "first row" "$(sed -n 2p "$work/got-RSN_portconn" | tr '\t' ' ')" "0 0 1 0 1 0 0 0 0 0 0"
same "last row" "$(tail -n 1 "$work/got-RSN_portconn" | tr '\t' ' ')" "65535 65536 1 0 1 65536 0 0 0 0 0"
same_table RSN_ipconn "$work/RSN_ipconn"
