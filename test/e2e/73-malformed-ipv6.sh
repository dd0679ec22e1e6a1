# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv6
# legacy-ipv6: malformed packets may be dropped by it
#
# Promise: no IPv6 packet is too odd to be counted: whatever reaches the rule is in
# the tables, in the class that the man page tells, and harms nothing.
#
# Chains of headers with lengths that lie, payload lengths that do, protocols that
# are none, random bytes; forwarded, and from a raw socket of the router itself.
# Truth is read (captures.c) in what the router's links were seen to send.
. "$(dirname "$0")/lib.sh"

# What the last packet says.
LAST=the-last-one

# "junk LINK SOURCE DESTINATION": addresses, as bursts have them.
junk() {
	cat <<-END
		$1 junk proto=6 count=3000 src=$2 dst=$3 size=40~200
		$1 junk proto=17 count=2000 src=$2 dst=$3 size=40~160
		$1 junk proto=58 count=1000 src=$2 dst=$3 size=40~160
		$1 junk proto=0~255 count=3000 src=$2 dst=$3 size=40~1500
		$1 ip proto=1-255 src=$2 dst=$3 size=40
		$1 tcp count=300 src=$2 dst=$3 ext=dst,frag,route size=40~90 doff=0~15 flags=S dport=0~65535
		$1 tcp count=300 src=$2 dst=$3 ext=ah:24,dst*9 size=40~190 doff=0~15 flags=SFRPAU
		$1 udp count=300 src=$2 dst=$3 ext=frag,frag frag=0~16 size=40~70 dport=0~65535
		$1 icmp count=300 src=$2 dst=$3 size=40~60 type=0~255 code=0~255
		$1 udp count=50 src=$2 dst=$3 frag=65528 size=1500
		$1 udp src=$2 dst=$3 payload=$(printf %s $LAST | od -An -v -tx1 | tr -d ' \n')
	END
}

# What goes out over a link, but the router's own errors.
capture() {
	ip netns exec router tcpdump -Z root -i "$1" -Q out -s 0 -B 65536 -U -w "$work/$1.pcap" \
		"ip6 and not src host $(address 10.255.1.1) and not src host $(address 10.255.2.1)" \
		2>"$work/$1.said" &
	captures+=($!)
	until_true 20 grep -q "listening on" "$work/$1.said"
}

# "sent_and_seen NAME PORTS LINK... <BURSTS": what goes out over those links.
sent_and_seen() {
	local name=$1 ports=$2 captures=() link file files
	shift 2

	rm -f "$work"/{in,out}.*
	for link; do
		: >"$work/$link.said"
		capture "$link"
	done
	blast -s 73
	for link; do
		until_true 20 grep -qa $LAST "$work/$link.pcap"
	done
	files=("${@/#/$work/}")
	files=("${files[@]/%/.pcap}")
	kill -INT "${captures[@]}"
	wait "${captures[@]}" || true
	for link; do
		grep -q "^0 packets dropped by kernel" "$work/$link.said" || die "$(<"$work/$link.said")"
	done
	"$top/out/test/captures" --sent ipv6 116 1 "$work/$name" "$work/merged" \
		"${files[@]}" >"$work/networks"
	for file in "" _packets _ipconn _portconn _rule; do
		mv "$work/$name-$NETBASE$file" "$work/$name$file"
	done
	same_as_sent "$name" mangle "$name"
	same "uncounted" "$(info "$name" uncounted_packets)" 0
	[ "$(wc -l <"$work/${name}_portconn")" -gt "$ports" ] || die "hardly anything had ports"
}

options="--traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK"
topology
router ip6tables-restore <<-END
	*mangle
	-A FORWARD -m traffic $options --name FORWARD
	-A OUTPUT -m traffic $options --name OUTPUT
	COMMIT
END
inside=193.11.176.0~193.11.176.99
outside=8.0.0.0~9.255.255.255

say "from the router itself"
junk router $inside $outside | sent_and_seen OUTPUT 500 out
say "forwarded"
{
	junk inside $inside $outside
	junk outside $outside $inside
} | sent_and_seen FORWARD 1000 in out
