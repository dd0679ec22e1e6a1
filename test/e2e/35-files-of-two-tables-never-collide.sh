# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A name whose files would collide with another table's is refused, and the
# kernel's log names the file; it is free again when the other table is gone.
# Names have up to 31 characters of A-Z a-z 0-9 _ . - and do not begin with a
# dot; upper and lower case differ.
source "$(dirname "$0")/life.sh"

rule() {
	router iptables "$1" FORWARD -m traffic --netbase $NETWORK --name "${@:2}"
}

collides() {
	refused "$1: its file $2 is there already, of another table" \
		iptables -A FORWARD -m traffic --netbase $NETWORK --name "$1" "${@:3}"
}

ip netns add router
rule -A A --traffic --ipconn
collides A_packets A_packets --traffic
collides A_info A_info --traffic
collides A_ipconn A_ipconn --traffic --portconn
refused "A_packets: its file A_packets is there already, of another table" \
	ip6tables -A FORWARD -m traffic --traffic --netbase 2001:db8::/32 --name A_packets
same "files" "$(files)" "A A_info A_ipconn A_packets"
say "the same names without a common file"
rule -A A_packets --ipconn
rule -A A_portconn --traffic
collides A_packets_ipconn A_packets_ipconn --traffic
rule -D A_packets --ipconn
rule -D A_portconn --traffic

say "the name is free when the other table is gone, and the other way round"
rule -D A --traffic --ipconn
rule -A A_packets --traffic
collides A A_packets --traffic
rule -A A --ipconn
files_become A_info A_ipconn A_packets A_packets_info A_packets_packets
router iptables -F
files_become

say "names"
longest=abcdefghijklmnopqrstuvwxyz01234
for name in a A 0 _ - -A --name a.b-c_D9. x..y $longest; do
	rule -A "$name" --portconn
done
wanted=$(printf '%s\n' {a,A,0,_,-,-A,--name,a.b-c_D9.,x..y,${longest}}_{info,portconn} | sort | paste -s -d ' ')
same "files" "$(files)" "$wanted"
for name in . .. .a ${longest}5 a/b "a b" ""; do
	fails 'option "--name"' rule -A "$name" --portconn
done
same "files" "$(files)" "$wanted"
