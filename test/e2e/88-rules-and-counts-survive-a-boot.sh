# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# bound: 300
# short: nft-ipv4
#
# Promise: with ipt_traffic.service the rules of /etc/ipt_traffic are there after a boot,
# apart from the firewall's, and so is what was counted before the shutdown; after a power
# cut, what was counted when the timer took the last snapshot. As it is started and
# stopped nothing is lost, nothing counted twice, and no other rule touched.
#
# A boot that forgets all tables is one before which the module was removed.
source "$(dirname "$0")/life.sh"
source "$(dirname "$0")/machine.sh"
source "$top/test/readme.sh"
only_in_a_guest

etc=/etc/ipt_traffic
kept=/var/lib/ipt_traffic

as_it_was() {
	remove_machine
	choose_flavour nft
	rm -rf "$work" $etc $kept
}

# "choose_flavour FLAVOUR", as an administrator does.
choose_flavour() {
	local name

	for name in iptables ip6tables; do
		update-alternatives --quiet --set $name "/usr/sbin/$name-$1"
	done
}

forget_tables() {
	until_true 10 rmmod ipt_traffic
}

save() {
	within router iptables-save | sed '/^#/d; s/\[.*\]//'
}

# How many count.
rules() {
	save >"$work/save"
	grep -c -e '-m traffic' "$work/save" || true
}

same_firewall() {
	save | sed '/traffic/d; /ACCOUNTING/d' >"$work/firewall-now"
	same_file "$work/firewall-now" "$work/firewall"
}

# There is nothing besides.
only_firewall() {
	save >"$work/firewall-now"
	same_file "$work/firewall-now" "$work/firewall"
}

traffic() {
	blast <<-END
		inside tcp src=193.11.176.1 dst=198.51.100.1 dport=80 flags=S size=100 count=$1
	END
}

counted() {
	expect_row RSN 193.11.176.1 0 $(($1 * 100)) 0 $(($1 * 100)) 0 0 0 0
}

# Those that choose files.
options() {
	info RSN options | sed 's/ --maxaddrs.*//'
}

snapshots() {
	find $kept -name '*.traffic' | wc -l
}

need_systemd
trap as_it_was EXIT
topology
router iptables -t mangle -A FORWARD -j ACCEPT
router iptables -A FORWARD -i in -j ACCEPT
unset XTABLES_LIBDIR
until_true 10 rmmod ipt_traffic
# What the kernel loads for the rules of a boot.
make_machine router ipt_traffic.service x_tables nfnetlink nf_tables nft_compat xt_comment \
	ip_tables iptable_mangle iptable_filter ip6_tables ip6table_mangle ip6table_filter
choose_flavour "$FLAVOUR"
mkdir $etc
cat >$etc/rules.v4 <<-END
	# What is accounted
	*mangle
	:ACCOUNTING - [0:0]
	-I FORWARD -m comment --comment "all of \"it\"" -j ACCOUNTING
	-A ACCOUNTING -m traffic --traffic --netbase $NETBASE --netmask $NETMASK --name RSN
	COMMIT
END
cp $etc/rules.v4 "$work/rules"
save >"$work/firewall"

boot
same "rules" "$(rules)" 1
traffic 7
counted 7

say "the snapshot of the timer, and a reload"
inside_machine systemctl start ipt_traffic-snapshot.service
same "snapshots" "$(snapshots)" 1
inside_machine systemctl reload ipt_traffic
same "rules" "$(rules)" 1
traffic 1
counted 8
inside_machine systemctl restart ipt_traffic
same "rules" "$(rules)" 1
traffic 1
counted 9

say "a shutdown, and a boot"
shutdown
only_firewall
forget_tables
boot
counted 9
traffic 1
counted 10

say "a power cut"
inside_machine systemctl start ipt_traffic-snapshot.service
traffic 1
power_cut
router iptables -t mangle -F
router iptables -t mangle -X
forget_tables
router iptables -t mangle -A FORWARD -j ACCEPT
boot
counted 10

say "files that have been changed"
sed -i 's/all of/some of/; s/^\*mangle/&\n:FORWARD DROP [0:0]/' $etc/rules.v4
inside_machine systemctl restart ipt_traffic
same "rules" "$(rules)" 1
same_firewall
same "callers" "$(grep -c -e '-j ACCOUNTING' "$work/save")" 1
counted 10

say "files that are wrong keep nobody else's rules from counting"
sed -i 's/--name RSN/--name .RSN/' $etc/rules.v4
fails "Job for ipt_traffic.service failed" inside_machine systemctl restart ipt_traffic
grep -F .RSN "$work/said-by-units"
same_firewall
cp "$work/rules" $etc/rules.v4
echo "nonsense" >$etc/rules.v6
inside_machine systemctl restart ipt_traffic
grep -F "rules.v6 is not added" "$work/said-by-units"
same "rules" "$(rules)" 1
counted 10
traffic 1
shutdown
only_firewall
forget_tables
boot
counted 11

say "nor does a reload change anything then"
sed -i 's/--traffic/& --ipconn/' $etc/rules.v4
fails "Job for ipt_traffic.service failed" inside_machine systemctl reload ipt_traffic
same "rules" "$(rules)" 1
same "options" "$(options)" "--traffic"
counted 11

say "a reload with other options keeps what was counted"
cat >$etc/rules.v6 <<-END
	*mangle
	-A FORWARD -m traffic --traffic --netbase 2001:db8::/48 --name SIX
	COMMIT
END
inside_machine systemctl reload ipt_traffic
same "rules" "$(rules)" 1
within router ip6tables-save -t mangle | grep -F "name SIX"
same "options" "$(options)" "--traffic --ipconn"
counted 11
shutdown
only_firewall
within router ip6tables-save >"$work/save"
grep traffic "$work/save" && die "a rule of IPv6 has stayed"

say "as README.md has it"
rm $etc/rules.v4 $etc/rules.v6
boot
same "rules" "$(rules)" 0
(cd "$top" && awk '/^```/ { inside = !inside; next } inside' README.md) >$etc/rules.v4
(cd "$top" && readme_commands "### At every boot") >"$work/commands"
inside_machine bash -ex "$work/commands"
same "rules" "$(rules)" 1
inside_machine systemctl is-active ipt_traffic.service ipt_traffic-snapshot.timer
inside_machine systemctl disable ipt_traffic.service ipt_traffic-snapshot.timer
shutdown
