# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What ./build build leaves at the top of the tree can be installed with the
# first users' lines; after that iptables loads the module by itself, and
# modprobe knows it by all its names. ./build install does the same with the
# man page, and ./build uninstall takes all of it away.
source "$(dirname "$0")/life.sh"
only_in_a_guest

# Installing would build it, which takes long in the guest.
module=$top/out/kmod-$(uname -r)/ipt_traffic.ko
[ -z "$(find "$top/kmod" \( -name '*.[ch]' -o -name Kbuild \) -newer "$module")" ] ||
	die "the module is older than its sources: build first"

xtlibdir=$(pkg-config --variable=xtlibdir xtables)
manual=/usr/share/man/man8/iptables-traffic.8

as_it_was() {
	rm -f "$xtlibdir/libxt_traffic.so" "$manual"
	umount "$modules" || true
	rm -rf "$work"
}

is_loaded() {
	[ -e /sys/module/ipt_traffic ]
}

unload() {
	until_true 10 rmmod ipt_traffic
}

# "help_is_there COMMAND"
help_is_there() {
	local option

	router "$1" -m traffic -h >"$work/help"
	for option in traffic portconn ipconn netbase netmask name hashsize clearonread \
		nointernal maxaddrs conntimeout aggregate; do
		grep -qe "--$option\b" "$work/help" || die "the help of $1 lacks --$option"
	done
}

# What iptables itself needs is loaded now, for both flavours and families.
ip netns add router
router iptables -A FORWARD -m traffic --traffic --netbase 0.0.0.0/0 --name LOADED4
router ip6tables -A FORWARD -m traffic --traffic --netbase ::/0 --name LOADED6
router iptables -F
router ip6tables -F
unload
unset XTABLES_LIBDIR
trap as_it_was EXIT
few_modules x_tables
rm -f "$xtlibdir/libxt_traffic.so" "$manual"

say "the first users' lines"
mkdir "$work/top"
cp "$top/libxt_traffic.so" "$top/ipt_traffic.ko" "$work/top"
(
	cd "$work/top"
	mv libxt_traffic.so "$(pkg-config --variable=xtlibdir xtables)/"
	mv ipt_traffic.ko "/lib/modules/$(uname -r)/kernel/net/ipv4/netfilter/"
	depmod -A
	modprobe ipt_traffic
	iptables -m traffic -h >/dev/null
)
is_loaded
help_is_there iptables
help_is_there ip6tables

say "iptables loads it by itself"
unload
router iptables -A FORWARD -m traffic --traffic --netbase $NETWORK --name AUTO
is_loaded
same "files" "$(files)" "AUTO AUTO_info AUTO_packets"
router iptables -F
unload
router ip6tables -A FORWARD -m traffic --traffic --netbase 2001:db8::/32 --name AUTO
is_loaded
router ip6tables -F
unload

say "and modprobe does by each of its names"
for name in xt_traffic ip6t_traffic ipt_traffic; do
	modprobe $name
	is_loaded
	unload
done
rm "$modules/kernel/net/ipv4/netfilter/ipt_traffic.ko" "$xtlibdir/libxt_traffic.so"
depmod

say "./build install"
(cd "$top" && ./build install >/dev/null)
same "where modprobe finds it" "$(modinfo -n xt_traffic)" "$modules/updates/ipt_traffic.ko"
ls "$xtlibdir/libxt_traffic.so" "$manual"
router iptables -A FORWARD -m traffic --traffic --netbase $NETWORK --name AUTO
is_loaded
help_is_there iptables
help_is_there ip6tables
router iptables -F
unload

# "loads_table COMMAND MODULE NETWORK": iptables-legacy, for the table promisc.
loads_table() {
	say "$1 loads $2 by itself"
	router "$1" -t promisc -A PREROUTING -m traffic --traffic --netbase "$3" --name AUTO
	[ -e "/sys/module/$2" ]
	is_loaded
	router "$1" -t promisc -F
	until_true 10 rmmod "$2"
	unload
}

if [ "$FLAVOUR" = legacy ] && grep -q -w xt_register_template /proc/kallsyms; then
	loads_table iptables iptable_promisc 0.0.0.0/0
	loads_table ip6tables ip6table_promisc ::/0
fi

say "./build uninstall"
(cd "$top" && ./build uninstall >/dev/null)
fails "not found" modprobe xt_traffic
fails "Couldn't load match" router iptables -m traffic -h
fails "No such file" ls "$manual"
fails "No such file" ls "$modules/updates/ipt_traffic.ko"
