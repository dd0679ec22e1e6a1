# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
#
# Promise: no packet is too odd to be counted: whatever reaches the rule is in
# the table, to the byte, and harms nothing.
#
# Header lengths, total lengths, offsets and options that lie, protocols that
# are none, thousands of packets of random bytes; from a raw socket of the host
# itself (OUTPUT), over a link (PREROUTING, as the stack takes it in) and
# forwarded (FORWARD). Witnesses are nft sets on the hook and the rules' own
# counters.
. "$(dirname "$0")/lib.sh"

# "junk LINK SOURCE DESTINATION": addresses, as bursts have them.
junk() {
	cat <<-END
		$1 junk proto=6 count=3000 src=$2 dst=$3 size=20~120
		$1 junk proto=17 count=2000 src=$2 dst=$3 size=20~100
		$1 junk proto=1 count=1000 src=$2 dst=$3 size=20~100
		$1 junk proto=0~255 count=3000 src=$2 dst=$3 size=20~1500
		$1 ip proto=0-255 src=$2 dst=$3 size=20
		$1 tcp count=500 src=$2 dst=$3 size=20~60 doff=0~15 flags=S dport=0~65535
		$1 tcp count=500 src=$2 dst=$3 size=60~100 options=0~10 doff=0~15 flags=SFRPAU
		$1 udp count=500 src=$2 dst=$3 size=20~40 dport=0~65535
		$1 icmp count=500 src=$2 dst=$3 size=20~40 type=0~255 code=0~255
		# Fragments that overlap, and one that ends behind 65535.
		$1 udp count=50 src=$2 dst=$3 frag=0+ size=1500
		$1 udp count=50 src=$2 dst=$3 frag=8~1480+ size=20~1500
		$1 udp count=50 src=$2 dst=$3 frag=65528 size=1500
		$1 tcp count=50 src=$2 dst=$3 frag=0~16 size=20~40
	END
}

same_counts() {
	local table=$1 sum
	shift

	sum=$({ table "${table}_packets"; table "$table"; } |
		awk -F '\t' '/^IP/ { unit++; next } { n[unit] += $2 + $3 }
			END { printf "%.0f %.0f\n", n[1], n[2] }')
	same "the counters of $table's rule" "$(rule_counters mangle "$@")" "$sum"
}

# "same_as_seen TABLE HOOK"
same_as_seen() {
	witness_tables "$work/seen"
	same_table "$1" "$work/seen"
	same_table "$1_packets" "$work/seen_packets"
	router nft delete table ip witness
}

options="--traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK"
topology
router iptables-restore <<-END
	*mangle
	-A PREROUTING -m traffic $options --name PREROUTING
	-A FORWARD -m traffic $options --name FORWARD
	-A OUTPUT -m traffic $options --name OUTPUT
	COMMIT
END
# The hosts answer nothing.
for host in inside outside; do
	in_namespace $host nft -f - <<-END
		table ip deaf {
			chain prerouting {
				type filter hook prerouting priority raw
				drop
			}
		}
	END
done
inside=193.11.176.0~193.11.176.99
outside=8.8.8.0~8.8.8.99

# First, as the router answers some of what comes over the links.
say "from the host itself"
addresses 193.11.176.0 100 | witness output mangle
junk router $inside $outside | blast -s 2
same_as_seen OUTPUT
same_counts OUTPUT OUTPUT
say "over the links"
addresses 193.11.176.0 100 | witness prerouting mangle
{
	junk inside $inside $outside
	junk outside $outside $inside
} | blast -s 1
same_as_seen PREROUTING
same_counts PREROUTING PREROUTING
same_counts FORWARD FORWARD

for table in PREROUTING FORWARD OUTPUT; do
	table "${table}_info" | awk '$1 == "uncounted_packets" && $2 { exit 1 }'
	[ "$(table $table | wc -l)" -gt 100 ] || die "rows are missing"
	[ "$(table ${table}_portconn | wc -l)" -gt 500 ] || die "hardly anything had ports"
done
