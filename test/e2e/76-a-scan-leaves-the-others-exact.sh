# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: who scans a whole network gets no further than the module parameter "memory"
# allows. The addresses that were there before are counted to the byte, before, during
# and after the scan; and what was sent is what is shown and what is uncounted.
#
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# several-cpus: the scan comes on both, and each has pages of its own
# bound: 240
# short: none: 61 has a flood of packets from both, and 26 the bound
source "$(dirname "$0")/lib.sh"

WIDE=$(network 10.16.0.0/14)
LIMIT=$((4 << 20))
# What else the kernel allocates meanwhile.
NOISE=$((2 << 20))

# "send PREFIX CPU <BURSTS"
send() {
	"${BLAST[@]}" "${BLAST_LINKS[@]}" -c "$2" -s "${1//[!0-9]/}" -n "$WIDE" -o "$work/$1" >>"$work/sent"
}

# "known PREFIX CPU": a thousand addresses, in and out.
known() {
	send "$1" "$2" <<-END
		inside  udp src=10.16.0.0-10.16.3.255 dst=8.8.8.8 size=$((IP_HEADER + 8))~1500 count=2048
		outside tcp src=8.8.8.8 dst=10.16.0.0-10.16.3.255 size=$((IP_HEADER + 20))~1500 count=2048
	END
}

scan() {
	send "$1" "$2" <<<"outside tcp src=9.9.9.9 dst=$WIDE flags=S dport=22 size=$((IP_HEADER + 20))"
}

topology
router ip route add "$WIDE" via "$(address 10.255.1.2)"
before=$(kernel_memory)
echo $LIMIT >/sys/module/ipt_traffic/parameters/memory
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase "$WIDE" --name SCAN
known known1 0
known known2 1
until_true 20 backlogs_are_empty
same "packets uncounted before" "$(info SCAN uncounted_packets)" 0
sum_up "$work"/known[12]_packets >"$work/wanted"
table SCAN_packets >"$work/shown"
sum_up "$work/shown" >"$work/got"
same_file "$work/got" "$work/wanted"

say "a scan on both CPUs"
for cpu in 0 1; do
	scan scan$((3 + cpu)) $cpu &
done
known known5 0
wait
known known6 1
until_true 20 backlogs_are_empty
taken=$(($(kernel_memory) - before))
memory=$(info SCAN memory)
say "the kernel took $taken bytes, the table says $memory"

for what in bytes packets; do
	file=_$what
	file=${file#_bytes}
	sum_up "$work"/{known,scan}[1-6]"$file" >"$work/all"
	table SCAN"$file" >"$work/shown$file"
	sum_up "$work/shown$file" >"$work/shown-summed"
	those_in "$work/known1" "$work/all" >"$work/wanted"
	those_in "$work/known1" "$work/shown-summed" >"$work/got"
	same_file "$work/got" "$work/wanted"
	uncounted=$(info SCAN uncounted_$what)
	same "$what shown or uncounted" $(($(total "$work/shown$file") + uncounted)) "$(total "$work/all")"
	[ "$uncounted" -gt 0 ] || die "there was memory for all"
done
[ "$memory" -le $LIMIT ] || die "the bound is not kept"
if objects_are_lean; then
	[ $taken -le $((memory + NOISE)) ] || die "the kernel took more than the table says"
else
	without "what the kernel took, which was more than objects"
fi
