# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: the tables look, and count, as the first users of this format know
# them. Their two samples, from two moments of one afternoon (only our rows are
# in order): two hosts of one network, .1 pinging .2, an ssh between them and
# one to outside, two name queries.
. "$(dirname "$0")/lib.sh"

topology
router ip route add 172.20.0.0/16 via 10.255.1.2
router iptables -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase 172.20.0.0 --netmask 255.255.0.0 --name RSN

blast <<-'END'
	inside  tcp  src=172.20.0.1 dst=172.20.0.2 sport=40000 dport=22 flags=S
	inside  tcp  src=172.20.0.2 dst=172.20.0.1 sport=22 dport=40000 flags=SA
	inside  tcp  src=172.20.0.1 dst=172.20.0.2 sport=40000 dport=22 flags=AP count=100 size=100~1500
	inside  tcp  src=172.20.0.2 dst=192.0.2.7 sport=40000 dport=22 flags=S
	outside tcp  src=192.0.2.7 dst=172.20.0.2 sport=22 dport=40000 flags=SA
	inside  udp  src=172.20.0.2 dst=192.0.2.53 sport=1024-1025 dport=53
	outside udp  src=192.0.2.53 dst=172.20.0.2 sport=53 dport=1024-1025 size=300
	inside  icmp src=172.20.0.1 dst=172.20.0.2 type=8 count=313
	inside  icmp src=172.20.0.2 dst=172.20.0.1 type=0 count=313
END
tr -s ' ' '\t' >"$work/portconn" <<-'END'
	PORT  TOTAL  TCP  UDP  ICMP  OTHER
	0 313 313 0 0 0 0 313 313 0 0
	22 1 2 1 2 0 0 0 0 0 0
	53 0 2 0 0 0 2 0 0 0 0
END
sed -i '1s/\t/\t\t/g' "$work/portconn"
same_table RSN_portconn "$work/portconn"

say "later"
blast <<-'END'
	inside  icmp src=172.20.0.1 dst=172.20.0.2 type=8 count=301
	inside  icmp src=172.20.0.2 dst=172.20.0.1 type=0 count=301
END
tr -s ' ' '\t' >"$work/ipconn" <<-'END'
	IP  TOTAL  TCP  UDP  ICMP  OTHER
	172.20.0.1 0 615 0 1 0 0 0 614 0 0
	172.20.0.2 615 3 1 1 0 2 614 0 0 0
END
sed -i '1s/\t/\t\t/g' "$work/ipconn"
same_table RSN_ipconn "$work/ipconn"
