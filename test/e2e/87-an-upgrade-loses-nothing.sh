# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# bound: 600
#
# Promise: "trafctl upgrade" loads the module anew; rules are where they were, with their
# counters, whatever else they have; tables have what they had; what came by meanwhile is
# told, and who changes rules meanwhile loses none. Where it cannot be done nothing changes,
# and it says why. Whoever is killed is followed by another "trafctl upgrade", which ends it.
source "$(dirname "$0")/life.sh"
source "$(dirname "$0")/kills.sh"
only_in_a_guest

TRAFCTL=$top/out/trafctl
kept=$work/kept
linger=/sys/module/ipt_traffic/parameters/linger
UPGRADE=("$TRAFCTL" upgrade -o "$kept" --run "$work/run")

trap 'umount "$modules" || true; rm -rf "$work"' EXIT

upgrade() {
	within router "${UPGRADE[@]}"
}

# Of all of them, with their counters; but those of policies, which iptables-legacy sets to
# zero with each change. nft 1.8.7 ends some rules with a blank.
rules() {
	within router $IPTABLES-save -c | sed -E "/^#/d; s/^(:.*) \\[.*/\\1/; s/ +\$//; $leave_out"
}

# ip6tables-nft 1.8.9 does not set counters of rules.
leave_out=
look_at_counters() {
	printf '%s\n' "*raw" "[5:6] -A PREROUTING -j ACCEPT" COMMIT | within router $IPTABLES-restore -c
	if ! within router $IPTABLES-save -c -t raw | grep -F "[5:6]"; then
		leave_out='s/^\[[0-9:]*\] //'
		without "the rules' own counters, which $IPTABLES does not set"
	fi
	router $IPTABLES -t raw -F
}

traffic() {
	blast <<-END
		inside tcp src=193.11.176.0/24 dst=198.51.100.1 sport=1024~65535 dport=1~9 flags=S size=60
		outside udp src=198.51.100.1 dst=193.11.176.0/24 size=$((IP_HEADER + 8))~500 dport=1~9
	END
}

# Of tables and rules alike.
state() {
	local name file

	rules
	for name in RSN ONLY; do
		for file in "" _packets _ipconn _portconn; do
			echo "$name$file"
			table "$name$file" | sort_rows
		done
	done
}

# "twice <TABLE"
twice() {
	awk -F '\t' -v OFS='\t' 'NR > 1 { for (i = 2; i <= NF; i++) $i *= 2 } 1'
}

# By which its parameters are what they are by default.
was_loaded() {
	[ "$(<$linger)" = 30 ]
}

topology
all=(--traffic --ipconn --portconn --netbase "$NETBASE" --netmask "$NETMASK")
router $IPTABLES -t mangle -N ACCOUNTED
router $IPTABLES -t mangle -A FORWARD -m comment --comment 'the "first" -m traffic' -j ACCOUNTED
router $IPTABLES -t mangle -A FORWARD -i in -m traffic "${all[@]}" --name RSN
router $IPTABLES -t mangle -A FORWARD -p udp -m udp --dport 1:9 -m comment --comment 'a "quoted" -j DROP' \
	-m traffic "${all[@]}" --name ONLY -j MARK --set-mark 7
router $IPTABLES -t mangle -A FORWARD -m mark --mark 7 -j ACCOUNTED
router $IPTABLES -t mangle -A ACCOUNTED -j RETURN
router $IPTABLES -A FORWARD -o in -m traffic "${all[@]}" --name RSN -j ACCEPT
router $IPTABLES -A FORWARD -j ACCEPT

look_at_counters
# What rules need is there by now.
few_modules x_tables
installed=$modules/kernel/net/ipv4/netfilter/ipt_traffic.ko
cp "$top/out/kmod-$(uname -r)/ipt_traffic.ko" "$installed"
depmod

say "the module is loaded anew, and all is as it was"
traffic
state >"$work/before"
echo 77 >$linger
upgrade | tee "$work/said" >&2
grep -qx '3 rules were away for [0-9]*\.[0-9]* s; 0 packets (0 bytes) came to their places meanwhile' "$work/said"
was_loaded
state >"$work/after"
same_file "$work/after" "$work/before"

say "it goes on counting"
for table in RSN RSN_packets ONLY ONLY_packets; do
	table $table | twice >"$work/twice-$table"
done
traffic
for table in RSN RSN_packets ONLY ONLY_packets; do
	same_table $table "$work/twice-$table"
done

[ "$FAMILY" = ipv4 ] || exit 0
say "what cannot be done changes nothing"
state >"$work/before"
router $IPTABLES -t mangle -L -n -v >&2
# "cannot MESSAGE COMMAND...": for as long as the command runs.
cannot() {
	local message=$1
	shift

	fails "$message" within router "${UPGRADE[@]}" "$@"
	state >"$work/after"
	same_file "$work/after" "$work/before"
}
cannot "Not a directory" -o "$installed"
cannot "No such file or directory" -o "$work/none/there"
mv "$installed" "$work/"
depmod
cannot "not found"
mv "$work/ipt_traffic.ko" "$installed"
depmod
within inside $IPTABLES -A FORWARD -m traffic --traffic --netbase $NETWORK --name OTHER
cannot "rules use the module 4 times, and those of this network namespace 3 times"
within inside $IPTABLES -F FORWARD
mkdir "$work/full"
mount -t tmpfs -o size=4k none "$work/full"
cannot "No space left on device" -o "$work/full"
umount "$work/full"
same "what it leaves" "$(find "$work/run" -name 'upgrade*')" ""

say "packets that come by meanwhile are told, and no others missing"
state >"$work/before"
cat >/etc/modprobe.d/slow.conf <<END
install ipt_traffic touch $work/away; until [ -e $work/go ]; do sleep 0.1; done; modprobe --ignore-install ipt_traffic
END
within router "${UPGRADE[@]}" >"$work/said" &
upgrading=$!
until_true 30 test -e "$work/away"
traffic
router $IPTABLES -t mangle -I FORWARD -s "$(address 10.9.9.9)" -j DROP
touch "$work/go"
wait $upgrading
router $IPTABLES -t mangle -D FORWARD -s "$(address 10.9.9.9)" -j DROP
cat "$work/said" >&2
grep -q '3 rules were away for .* s; 768 packets (' "$work/said"
table_state() {
	sed '1,/^RSN$/d' "$1"
}
state >"$work/after"
same_file <(table_state "$work/after") <(table_state "$work/before")

say "a module that does not load: its rules and counts come back when it does"
state >"$work/before"
echo "install ipt_traffic echo broken >&2; false" >/etc/modprobe.d/slow.conf
fails "broken" within router "${UPGRADE[@]}"
fails "No such file" table RSN
rm /etc/modprobe.d/slow.conf
upgrade
state >"$work/after"
same_file "$work/after" "$work/before"

# What trafctl itself does is the same for both.
[ "$FLAVOUR" = nft ] || exit 0
say "killed at system calls"
# Notes, the module, programs that are run; with KILL_AT_ALL=yes all that change something.
CALLS=renameat,delete_module,wait4
[ -z "${KILL_AT_ALL:-}" ] || CALLS+=,rename,unlinkat,write,fsync,mkdir,flock,clone
changed() {
	traffic
	state >"$work/before"
	echo 77 >$linger
}
is_brought_to_its_end() {
	upgrade && was_loaded && state >"$work/after" && cmp "$work/before" "$work/after"
}
kill_at_each_call $CALLS changed is_brought_to_its_end "${UPGRADE[@]}"
for call in renameat delete_module wait4; do
	grep -qw $call "$work/calls" || die "it does not call $call any more: look at the list"
done
[ "$kills" -gt 7 ] || die "killed but $kills times"
same "what it leaves" "$(find "$work/run" -name 'upgrade*')" ""
