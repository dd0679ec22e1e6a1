# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-ipv6: the rules are saved in another form
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

# iptables-nft 1.8.7 ends a rule with a blank.
saved() {
	within router $IPTABLES-save | sed -n '/^-A/{s/ $//;p}'
}

# ip6tables-nft 1.8.9 takes no counters for any rule.
keeps_counters() {
	router $IPTABLES -t mangle -A PREROUTING -i lo -c 5 600
	[ "$(rule_counters mangle PREROUTING)" = "5 600" ]
}

# iptables-nft 1.8.7 does not always.
zeroes_counters() {
	router $IPTABLES -t mangle -Z
	[ "$(rule_counters mangle FORWARD)" = "0 0" ]
}

# ip6tables-legacy 1.8.9 takes any data of a match for the same.
compares_matches() {
	router $IPTABLES -t mangle -A PREROUTING -i lo -m mark --mark 1
	! router $IPTABLES -t mangle -C PREROUTING -i lo -m mark --mark 2
}

rule="--traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK --name R"
rule+=" --hashsize 64 --nointernal --maxaddrs 5000 --conntimeout 3600"
topology
# shellcheck disable=SC2086 # words
router $IPTABLES -t mangle -A FORWARD -m traffic $rule
generation=$(info R generation)
counts_on
same "the saved rule" "$(saved)" "-A FORWARD -m traffic $rule"

say "iptables-save | iptables-restore: the rule's own counters begin anew"
within router $IPTABLES-save >"$work/saved"
router $IPTABLES-restore <"$work/saved"
same "the rules" "$(saved)" "-A FORWARD -m traffic $rule"
counts_on
say "the same with the rules' counters"
within router $IPTABLES-save -c >"$work/saved"
router $IPTABLES-restore -c <"$work/saved"
counts_on
seen=2
keeps_counters || { without "counters that are restored" && seen=1; }
same "the rule's own counters" "$(rule_counters mangle FORWARD)" \
	"$((seen * 18)) $((seen * 9 * 160))"

say "zeroing the rules' counters, other rules"
zeroes_counters || without "counters that -Z zeroes"
router $IPTABLES -t mangle -I FORWARD -s "$(network 10.0.0.0/8)"
router $IPTABLES -t mangle -A INPUT -j ACCEPT
router $IPTABLES -t mangle -D FORWARD 1
counts_on

say "-C and -D: the order of options and given defaults do not matter"
router $IPTABLES -t mangle -C FORWARD -m traffic --name R --netbase $NETWORK --nointernal \
	--conntimeout 3600 --maxaddrs 5000 --hashsize 50 --ipconn --portconn --traffic
if compares_matches; then
	fails "" router $IPTABLES -t mangle -C FORWARD -m traffic --name R --netbase $NETWORK --nointernal \
		--conntimeout 3601 --maxaddrs 5000 --hashsize 50 --ipconn --portconn --traffic
else
	without "matches that -C compares"
fi
# shellcheck disable=SC2086 # words
router $IPTABLES -t mangle -D FORWARD -m traffic $rule
same "the rules" "$(saved | grep -v -e '-i lo')" "-A INPUT -j ACCEPT"
