# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# short: nft-ipv6
#
# A reader that stops in the middle, in a page fault that never returns, holds
# up no rule change and no other reader, in tables that clear and in others.
source "$(dirname "$0")/lib.sh"

rule() {
	router timeout 20 $IPTABLES -t mangle "$1" FORWARD -m traffic --traffic \
		--netbase $NETBASE --netmask $NETMASK --name "${@:2}"
}

start_stuck() {
	say "stuck $1"
	ip netns exec router "$top/out/test/stuck" "$TABLES/$1" "$work/ready-$1" &
	stuck+=($!)
	until_true 20 test -e "$work/ready-$1"
}

topology
stuck=()
rule -A PLAIN
rule -A CLEARING --clearonread
rule -A OTHER
blast <<-END
	inside udp src=193.11.176.1-193.11.176.9 dst=198.51.100.1 size=100 count=9
END
start_stuck PLAIN
start_stuck CLEARING

# Other readers: all of the one, and all but the reserved row of the other.
same "rows of PLAIN" "$(timeout 20 ip netns exec router cat $TABLES/PLAIN | wc -l)" 10
same "rows of CLEARING" "$(timeout 20 ip netns exec router cat $TABLES/CLEARING | wc -l)" 9

# Rule changes: going, coming with other options, going for good.
rule -D PLAIN
rule -D CLEARING --clearonread
rule -A PLAIN --conntimeout 60
rule -A CLEARING
rule -D OTHER
router timeout 20 $IPTABLES -t mangle -F
router timeout 20 $IPTABLES -t mangle -A FORWARD -j ACCEPT
same "the stuck readers" "$(jobs -r | wc -l)" 2

# And they can be killed.
kill -9 "${stuck[@]}"
wait || true
rule -A CLEARING
same "rows of the new CLEARING" "$(table CLEARING | wc -l)" 1
