# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# short: nft-ipv6
#
# NAME_info says what a table is: always the same keys, in the same order.
# "generation" is the time in ns at which its counters began: clearing gives a
# new one; reads that consume, rows written back, and changes of the rules do
# not.
source "$(dirname "$0")/life.sh"

KEYS="family network options generation addresses ports memory memory_limit"
KEYS+=" uncounted_packets uncounted_bytes flows_forgotten rules age_seconds"

options="--traffic --portconn --ipconn --hashsize 64 --clearonread --nointernal"
options+=" --maxaddrs 5000 --conntimeout 60"
rule="-m traffic $options --netbase $NETWORK --name I"
topology
before=$(date +%s%N)
# shellcheck disable=SC2086 # words
router $IPTABLES -t mangle -A FORWARD $rule
after=$(date +%s%N)
blast <<-END
	inside  tcp src=193.11.176.1-193.11.176.99 dst=198.51.100.1 flags=S size=60 dport=1-40 count=99
	outside udp src=198.51.100.1 dst=193.11.176.100-193.11.176.109 size=100 dport=41
	outside ip  src=198.51.100.1 dst=193.11.176.1-193.11.176.99 proto=47 size=100
END
table I_info >"$work/info"
same "keys" "$(cut -f 1 "$work/info" | paste -s -d ' ')" "$KEYS"
same "lines of a key and a value" "$(grep -cE $'^[a-z_]+\t[^\t]+$' "$work/info")" 13
same "family" "$(info I family)" "$FAMILY"
same "network" "$(info I network)" $NETWORK
same "options" "$(info I options)" "$options"
same "addresses" "$(info I addresses)" 109
# 1 to 40 of TCP, 41 of UDP, and 0 for the tunnels.
same "ports" "$(info I ports)" 42
same "uncounted" "$(info I uncounted_packets) $(info I uncounted_bytes)" "0 0"
same "flows_forgotten" "$(info I flows_forgotten)" 0
same "rules" "$(info I rules)" 1
memory=$(info I memory)
same "memory" "$((memory > 0 && memory < $(info I memory_limit)))" 1
generation=$(info I generation)
same "generation, from the first rule" "$((before <= generation && generation <= after))" 1
age=$(info I age_seconds)
same "age_seconds" "$((age >= 0 && age <= ($(date +%s%N) - before) / 1000000000 + 1))" 1

say "what gives no new generation"
# shellcheck disable=SC2086 # words
router $IPTABLES -t mangle -A INPUT $rule
same "rules" "$(info I rules)" 2
table I >"$work/I"
within router cp "$work/I" $TABLES/I
sed -n 's/^[0-9]/-&/p' "$work/I" | within router tee $TABLES/I >/dev/null
router $IPTABLES -t mangle -Z
router $IPTABLES -t mangle -F
# shellcheck disable=SC2086 # words
router $IPTABLES -t mangle -A FORWARD $rule
same "generation" "$(info I generation)" "$generation"

say "what does"
router bash -c "echo clear >$TABLES/I_packets"
same "a new generation" "$(($(info I generation) > generation))" 1
