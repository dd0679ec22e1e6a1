# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-ipv6: it reads other structures of the kernel
# promisc-hook: yes
#
# Promise: on a kernel with the PROMISC hook, iptables and nft of the distribution work as
# on any other: tables have their chains and hooks, rules are saved and restored, an
# ingress chain of nft is at ingress. They know no chain PROMISC, and say so.
. "$(dirname "$0")/lib.sh"

# Without comments, which have the time, and counters.
saved() {
	router $IPTABLES-save | sed '/^#/d; s/ \[[0-9]*:[0-9]*\]$//'
}

topology
cat >"$work/rules" <<-END
	*raw
	:PREROUTING ACCEPT
	:OUTPUT ACCEPT
	-A PREROUTING -i in -j ACCEPT
	COMMIT
	*mangle
	:PREROUTING ACCEPT
	:INPUT ACCEPT
	:FORWARD ACCEPT
	:OUTPUT ACCEPT
	:POSTROUTING ACCEPT
	-A FORWARD -m traffic --traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK --name RSN
	-A POSTROUTING -o out -j MARK --set-xmark 0x1/0xffffffff
	COMMIT
	*nat
	:PREROUTING ACCEPT
	:INPUT ACCEPT
	:OUTPUT ACCEPT
	:POSTROUTING ACCEPT
	-A POSTROUTING -o nowhere -j ACCEPT
	COMMIT
	*filter
	:INPUT DROP
	:FORWARD ACCEPT
	:OUTPUT ACCEPT
	:USERS -
	-A INPUT -j USERS
	-A FORWARD -j USERS
	-A USERS -p tcp -j RETURN
	COMMIT
END
say "rules are restored, saved, and restored again"
router $IPTABLES-restore "$work/rules"
saved >"$work/first"
same "chains" "$(grep -c '^:' "$work/first")" 15
same "rules" "$(grep -c '^-A' "$work/first")" 7
router $IPTABLES-restore "$work/first"
saved >"$work/second"
same_file "$work/second" "$work/first"

say "an ingress chain of nft, whose hook has the number before"
router nft -f - <<-END
	table inet below {
		chain ingress {
			type filter hook ingress device "in" priority 0
			counter
		}
	}
END
blast -n "$NETWORK" -o "$work/RSN" <<-END
	inside  tcp count=100 src=193.11.176.0/24 dst=8.8.8.8 flags=S
	outside udp count=50 src=8.8.8.8 dst=193.11.176.0/24 size=1000
END
same_as_sent RSN mangle FORWARD
router nft list chain inet below ingress | grep -q ' counter packets 100 bytes ' ||
	die "it is not at ingress: $(within router nft list chain inet below ingress)"
router nft list ruleset >"$work/ruleset"
! grep -q -i promisc "$work/ruleset" || die "there is a chain for the hook"

say "no chain of that name"
! router $IPTABLES -A PROMISC -j ACCEPT 2>"$work/error" || die "there is one"
say "$(<"$work/error")"
saved >"$work/second"
same_file "$work/second" "$work/first"
