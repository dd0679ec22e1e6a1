# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-ipv6: connections are told by what is behind the headers
#
# Promise: a TCP connection is counted once, for the IP and for the port it goes
# to, whatever its packets: by a SYN (ACK, RST and FIN clear) of a flow that is
# not remembered. FIN or RST makes the flow forgotten, so that the next SYN is a
# new connection.
. "$(dirname "$0")/lib.sh"

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

# "opened IN OUT WHAT <BURSTS": so many connections of 193.11.176.9 by now.
opened() {
	say "$3"
	blast
	expect_row RSN_ipconn 193.11.176.9 "$1" "$2" "$1" "$2" 0 0 0 0 0 0
}

opened 0 1 "a connection, opened from inside, with all that belongs to it" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=S
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=80 dport=1000 flags=SA
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=A
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=AP size=1500 count=20
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=80 dport=1000 flags=A size=1500 count=50
END
opened 1 1 "one from outside" <<-'END'
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=1000 dport=25 flags=S
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=25 dport=1000 flags=SA
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=1000 dport=25 flags=A size=1500 count=9
END
opened 1 2 "a SYN that is sent again, and both ends at once" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1001 dport=80 flags=S count=5
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=80 dport=1001 flags=S count=5
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=S
END
opened 1 2 "packets that open nothing, of flows never seen" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=A count=20
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=AP count=20
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=SA count=20
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=SF count=20
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=SR count=20
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=R count=20
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=F count=20
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=2000~2999 dport=80 flags=- count=20
END
opened 1 4 "SYN with other flags than those" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=3000 dport=80 flags=SP
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=3001 dport=80 flags=SU
END
opened 1 6 "the same ports again after FIN, sent by either end" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=FA
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=S count=3
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=80 dport=1000 flags=FA
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=S count=3
END
opened 2 7 "and after RST" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=25 dport=1000 flags=R
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=1000 dport=25 flags=S count=3
	outside tcp src=8.8.8.8 dst=193.11.176.9 sport=80 dport=1000 flags=RA
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=S count=3
END
opened 2 7 "FIN of another flow changes nothing" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=81 flags=FA
	inside  tcp src=193.11.176.8 dst=8.8.8.8 sport=1000 dport=80 flags=FA
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=80 flags=S
END
opened 2 10 "flows differ by each of their four ends" <<-'END'
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1002 dport=80 flags=S
	inside  tcp src=193.11.176.9 dst=8.8.8.8 sport=1000 dport=82 flags=S
	inside  tcp src=193.11.176.9 dst=8.8.8.9 sport=1000 dport=80 flags=S
	inside  tcp src=193.11.176.7 dst=8.8.8.8 sport=1000 dport=80 flags=S
END
expect_row RSN_ipconn 193.11.176.7 0 1  0 1  0 0 0 0 0 0
#                            TOTAL  TCP
expect_row RSN_portconn 25   2 0    2 0   0 0 0 0 0 0
expect_row RSN_portconn 80   0 10   0 10  0 0 0 0 0 0
expect_row RSN_portconn 82   0 1    0 1   0 0 0 0 0 0
expect_keys RSN_portconn 25 80 82
