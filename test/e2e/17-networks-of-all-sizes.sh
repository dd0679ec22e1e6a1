# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: a network may have one address or a million; the first and the last
# are counted like all others, and what is next to them is not.
. "$(dirname "$0")/lib.sh"

# What a table shows: addresses and packets OUT and IN.
packets() {
	table "$1_packets" | awk -F '\t' 'NR > 1 { print $1, $2, $3 }' | paste -s -d ,
}

topology
router iptables-restore <<-END
	*mangle
	-A FORWARD -m traffic --traffic --ipconn --netbase 193.11.176.77 --netmask 255.255.255.255 --name one
	-A FORWARD -m traffic --traffic --ipconn --netbase 193.11.176.76/31 --name two
	-A FORWARD -m traffic --traffic --ipconn --netbase 193.11.176.0/24 --name many
	-A FORWARD -m traffic --traffic --ipconn --netbase 193.0.0.0/12 --name million
	COMMIT
END
blast <<-'END'
	inside  udp src=193.11.176.0-193.11.177.255 dst=8.8.8.8 size=100
	inside  udp src=193.11.176.77 dst=8.8.8.8 size=100 count=5
	outside udp src=8.8.8.8 dst=193.11.176.75-193.11.176.78 size=50
	# The ends of the largest, and their neighbours.
	outside udp src=193.0.0.0 dst=8.8.8.8 size=100
	outside udp src=193.15.255.255 dst=8.8.8.8 size=100
	outside udp src=192.255.255.255 dst=8.8.8.8 size=100
	outside udp src=193.16.0.0 dst=8.8.8.8 size=100
END
same "one" "$(packets one)" "193.11.176.77 1 6"
same "two" "$(packets two)" "193.11.176.76 1 1,193.11.176.77 1 6"
expect_row one 193.11.176.77 50 600  0 0  50 600  0 0
expect_row one_ipconn 193.11.176.77 1 1  0 0  1 1  0 0  0 0
same "rows of many" "$(table many | wc -l)" 257
same "first and last of many" "$(table many | sed -n '2p; $p' | cut -f 1-3 | paste -s -d ' ' | tr '\t' ' ')" \
	"193.11.176.0 0 100 193.11.176.255 0 100"
same "rows of million" "$(table million | wc -l)" 515
same "first and last of million" "$(table million | sed -n '2p; $p' | cut -f 1-3 | paste -s -d ' ' | tr '\t' ' ')" \
	"193.0.0.0 0 100 193.15.255.255 0 100"
