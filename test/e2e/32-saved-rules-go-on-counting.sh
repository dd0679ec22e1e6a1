# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What iptables-save prints, iptables-restore takes back unchanged, and the
# table goes on counting, the same one. So it does when the rules' own counters
# are zeroed and when other rules come and go. -C and -D find the rule.
source "$(dirname "$0")/life.sh"

rounds=0
# Packets, and what the table must show after so many rounds of them: the
# connections are remembered and counted once.
counts_on() {
	blast <<-END
		inside  tcp src=193.11.176.1-193.11.176.9 dst=198.51.100.1 flags=S size=60
		outside udp src=198.51.100.1 dst=193.11.176.1-193.11.176.9 size=100
	END
	rounds=$((rounds + 1))
	expect_row R 193.11.176.9 $((rounds * 100)) $((rounds * 60)) \
		0 $((rounds * 60)) $((rounds * 100)) 0 0 0
	expect_row R_portconn 80 9 9 0 9 9 0 0 0 0 0
	same "generation" "$(info R generation)" "$generation"
}

saved() {
	ip netns exec router iptables-save | grep -e '^-A'
}

rule="--traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK --name R"
rule+=" --hashsize 64 --nointernal --maxaddrs 5000 --conntimeout 3600"
topology
# shellcheck disable=SC2086 # words
router iptables -t mangle -A FORWARD -m traffic $rule
generation=$(info R generation)
counts_on
same "the saved rule" "$(saved)" "-A FORWARD -m traffic $rule"

say "iptables-save | iptables-restore: the rule's own counters begin anew"
ip netns exec router iptables-save >"$work/saved"
router iptables-restore <"$work/saved"
same "the rules" "$(saved)" "-A FORWARD -m traffic $rule"
counts_on
say "the same with the rules' counters"
ip netns exec router iptables-save -c >"$work/saved"
router iptables-restore -c <"$work/saved"
counts_on
same "the rule's own counters" "$(rule_counters mangle FORWARD)" \
	"$((2 * 18)) $((2 * 9 * 160))"

say "zeroing the rules' counters, other rules"
router iptables -t mangle -Z
same "the rule's own counters" "$(rule_counters mangle FORWARD)" "0 0"
router iptables -t mangle -I FORWARD -s 10.0.0.0/8
router iptables -t mangle -A INPUT -j ACCEPT
router iptables -t mangle -D FORWARD 1
counts_on

say "-C and -D: the order of options and given defaults do not matter"
router iptables -t mangle -C FORWARD -m traffic --name R --netbase $NETWORK --nointernal \
	--conntimeout 3600 --maxaddrs 5000 --hashsize 50 --ipconn --portconn --traffic
fails "" router iptables -t mangle -C FORWARD -m traffic --name R --netbase $NETWORK --nointernal \
	--conntimeout 3601 --maxaddrs 5000 --hashsize 50 --ipconn --portconn --traffic
# shellcheck disable=SC2086 # words
router iptables -t mangle -D FORWARD -m traffic $rule
same "the rules" "$(saved)" "-A INPUT -j ACCEPT"
