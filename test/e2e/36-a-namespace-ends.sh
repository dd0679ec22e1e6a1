# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# short: nft-ipv6
#
# A network namespace can be deleted whatever its tables are at: in use by
# rules, lingering, with files held open by a process elsewhere and rows
# reserved. Its tables end with it, reading those files then fails with EIO, and
# the module can be unloaded while they are still open.
source "$(dirname "$0")/life.sh"

rule() {
	router $IPTABLES -t mangle "$1" FORWARD -m traffic --traffic --ipconn --portconn \
		--netbase $NETWORK --name "${@:2}"
}

read_fails() {
	if cat <&"$1" >/dev/null 2>"$work/error"; then
		return 1
	fi
	grep -q "Input/output error" "$work/error"
}

unloads() {
	rmmod ipt_traffic
}

topology
rule -A PLAIN
rule -A CLEARING --clearonread
rule -A LINGERING
blast <<-END
	inside tcp src=193.11.176.1-193.11.176.99 dst=198.51.100.1 flags=S size=60
	outside udp src=198.51.100.1 dst=193.11.176.0/20 size=100
END
rule -D LINGERING
open_from_outside router PLAIN PLAIN_info CLEARING CLEARING_portconn LINGERING_ipconn
for fd in "${opened[@]}"; do
	dd bs=50 count=1 status=none <&"$fd" | wc -c | grep -qx 50
done

say "the namespace goes"
ip netns del router
for fd in "${opened[@]}"; do
	until_true 20 read_fails "$fd"
done

say "so does the module, with the files still open"
until_true 20 unloads
for fd in "${opened[@]}"; do
	read_fails "$fd"
	exec {fd}<&-
done
