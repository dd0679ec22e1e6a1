# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: what trafctl does is the same for both
# short: none, as 88 boots such a machine, and 92 has a mirror port
# bound: 300
#
# Promise: with its unit, a device is in mirror mode from a boot to the shutdown, which
# makes it what it was. When nftables.service flushes all of nft and loads its rules again,
# it is put into mirror mode again.
source "$(dirname "$0")/life.sh"
source "$(dirname "$0")/machine.sh"
source "$(dirname "$0")/monitor.sh"
only_in_a_guest

rules=/etc/nftables.conf

as_it_was() {
	remove_machine
	[ ! -e "$work/nftables.conf" ] || cp "$work/nftables.conf" $rules
	rm -rf "$work"
}

is_in_mirror_mode() {
	inside_machine trafctl mirror status >"$work/status"
	same "status" "$(<"$work/status")" "ok     mon0: it is in mirror mode, and all of it is in place"
}

# nftables.service does not wait for that.
comes_back() {
	until_true 20 inside_machine trafctl mirror status
	is_in_mirror_mode
}

has_xdp() {
	ip -n monitor link show dev eth0 | grep -q xdp
}

# "firewall_is RULES": those of nftables.service.
firewall_is() {
	within monitor nft list table inet firewall >"$work/listed"
	grep -q "$1" "$work/listed"
}

need_systemd
trap as_it_was EXIT
make_monitor
make_device mon0
# What the kernel loads for it; afterwards there are few modules.
mirror start mon0 >&2
mirror stop mon0 >&2
remember mon0
make_machine monitor ipt_traffic-mirror@mon0.service x_tables
cp $rules "$work"
cat >$rules <<-END
	flush ruleset
	table inet firewall { chain input { type filter hook input priority 0; tcp dport 22 accept; }; }
END

say "a boot"
boot
is_in_mirror_mode
shutdown
is_as_before mon0

say "as README.md has it, behind what it has before"
boot
inside_machine systemctl stop ipt_traffic-mirror@mon0.service
is_as_before mon0
inside_machine trafctl mirror start mon0
# shellcheck disable=SC2016
command=$(grep -o 'systemctl enable [^`]*mirror@mon0[^`]*' "$top/README.md")
say "$command"
inside_machine bash -ec "$command"
is_in_mirror_mode
[ -L /etc/systemd/system/sys-subsystem-net-devices-mon0.device.wants/ipt_traffic-mirror@mon0.service ]
inside_machine systemctl disable ipt_traffic-mirror@mon0.service

say "a firewall flushes all"
inside_machine systemctl start nftables.service
firewall_is "dport 22"
comes_back
sed -i 's/22/2222/' $rules
inside_machine systemctl reload nftables.service
firewall_is "dport 2222"
comes_back
sed -i 's/2222/22/' $rules
inside_machine systemctl restart nftables.service
firewall_is "dport 22"
comes_back
inside_machine systemctl stop nftables.service
comes_back

say "what it cannot put back now, it puts back later"
ip -n monitor address add 10.1.1.1/24 dev mon0
inside_machine systemctl start nftables.service
until_true 10 grep -q "it has an address" "$work/said-by-units"
ip -n monitor address del 10.1.1.1/24 dev mon0
inside_machine systemctl reload nftables.service
comes_back

say "a device with a program of XDP is no hindrance"
if [ -e /proc/sys/kernel/unprivileged_bpf_disabled ]; then
	within monitor /usr/bin/python3 "$top/test/e2e/xdp.py" eth0 "$work/go" &
	until_true 10 has_xdp
	inside_machine systemctl restart ipt_traffic-mirror@mon0.service
	is_in_mirror_mode
	touch "$work/go"
	wait $!
else
	without "programs of XDP"
fi
shutdown
is_as_before mon0
