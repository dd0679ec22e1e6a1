# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# bound: 240
# several-cpus: pages of both, and shared ones
# short: nft-ipv6
#
# All tables of a namespace stay below the module parameter "memory". When it is
# nearly used up one kernel message says so; CPUs then share pages; and what
# finds no memory at all is counted as uncounted. What is shown and what is
# uncounted make up what was sent, to the byte.
source "$(dirname "$0")/lib.sh"

# Enough for the addresses and too little for what they count.
case $FAMILY in
ipv4) LIMIT=$((1 << 20)) ;;
ipv6) LIMIT=$((4 << 20)) ;;
esac

messages() {
	dmesg | grep -c "90 % of the memory for traffic tables" || true
}

topology
router ip route add "$(network 10.16.0.0/12)" via "$(address 10.255.1.2)"
echo "$LIMIT" >/sys/module/ipt_traffic/parameters/memory
messages_before=$(messages)
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic \
	--netbase "$(network 10.16.0.0/16)" --clearonread --name M
same "memory_limit" "$(info M memory_limit)" "$LIMIT"

# Two CPUs, so that there are pages of both and shared ones.
for cpu in 0 1; do
	blast -c $cpu <<-END
		inside udp src=10.16.0.0-10.16.255.255 dst=198.51.100.1 size=100
		inside tcp src=10.16.0.0-10.16.255.255 dst=198.51.100.1 size=60
	END
done
messages_after=$(messages)
memory=$(info M memory)
say "reading consumes even now"
table M >"$work/bytes"
table M_packets >"$work/packets"
same "rows left" "$(table M; table M_packets)" "$(head -qn 1 "$work/bytes" "$work/packets")"

same "sent packets" "$(($(total "$work/packets") + $(info M uncounted_packets)))" $((4 * 65536))
same "sent bytes" "$(($(total "$work/bytes") + $(info M uncounted_bytes)))" $((2 * 65536 * 160))
same "some are uncounted" "$(($(info M uncounted_packets) > 0))" 1
same "some are shown" "$(($(total "$work/packets") > 0))" 1
same "the bound is kept" "$((memory <= LIMIT && $(info M memory) <= LIMIT))" 1
same "messages" $((messages_after - messages_before)) 1

say "a table that does not fit is refused, and says why"
echo 64K >/sys/module/ipt_traffic/parameters/memory
if router $IPTABLES -t mangle -A FORWARD -m traffic --ipconn \
	--netbase "$(network 10.16.0.0/12)" --maxaddrs 1048576 --name TOO_LARGE; then
	die "it was taken"
fi
dmesg | tail -n 5 | grep -q "TOO_LARGE: no memory for this table"
