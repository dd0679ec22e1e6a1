# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# short: nft-ipv4
#
# A caller that goes around the extension is refused by the kernel, which says
# why, and nothing is left of the attempt: no rule, no table, no file. Of an
# extension of another version it says which side to update.
#
# craft.c is an extension of the same name that checks nothing: --field sets
# bytes of the match data as they stand in memory (numbers: little-endian).
source "$(dirname "$0")/life.sh"

iptables=iptables

# "field_refused MESSAGE FIELD=HEX..."
field_refused() {
	local message=$1
	local -a rule=("$iptables" -A FORWARD -m traffic)
	shift

	for field; do
		rule+=(--field "$field")
	done
	refused "$message" "${rule[@]}"
}

# "name_refused TEXT...": with all that follows the text.
name_refused() {
	field_refused "--name: not 1 to 31 characters" \
		"name=$(printf '%b' "$1" | od -An -v -tx1 | tr -d ' \n')"
}

ip netns add router
mkdir "$work/xtables"
ln -s "$XTABLES_LIBDIR"/*.so "$work/xtables"
ln -sf "$top/out/test/craft/libxt_traffic.so" "$work/xtables"
XTABLES_LIBDIR=$work/xtables
say "what craft sends unless told otherwise is good"
router iptables -A FORWARD -m traffic
router iptables -F

say "another version"
field_refused "the iptables extension speaks version 0, this module version 1: update libxt_traffic.so" \
	abi=00000000
field_refused "the iptables extension speaks version 2, this module version 1: update the module ipt_traffic" \
	abi=02000000
field_refused "the iptables extension speaks version 4294967295, this module version 1: update the module ipt_traffic" \
	abi=ffffffff

say "an xtables revision that the module does not have"
fails "" router env CRAFT_REVISION=1 iptables -A FORWARD -m traffic
fails "" router env CRAFT_REVISION=255 iptables -A FORWARD -m traffic

say "names"
long=abcdefghijklmnopqrstuvwxyzABCDEF
name_refused "$long"
name_refused '\0\0\0\0\0\0'
name_refused 'a/b\0\0\0'
name_refused '..\0\0\0\0'
name_refused 'a\n\0\0\0\0'
name_refused 'a\0377\0\0\0\0'
name_refused 'CRAFT\0x'
name_refused "${long:0:30}\0x"

say "flags"
field_refused "CRAFT: unknown options" flags=41000000
field_refused "CRAFT: unknown options" flags=01000080
field_refused "CRAFT: unknown options" reserved=000001
field_refused "CRAFT: --traffic, --portconn or --ipconn is required" flags=00000000
field_refused "CRAFT: --traffic, --portconn or --ipconn is required" flags=08000000
field_refused "CRAFT: --nointernal and ! --nointernal exclude one another" flags=31000000

say "the network"
field_refused "CRAFT: --netbase: has bits set outside of --netmask" netbase=c10bb001
field_refused "CRAFT: --netbase: has bits set outside of --netmask" \
	netbase=c10bb000000000000000000000000001
field_refused "CRAFT: --netmask: not a contiguous mask" netmask=ffff00ff netbase=c10b0000
field_refused "CRAFT: --netmask: not a contiguous mask" netmask=0fffffff netbase=010bb000
field_refused "CRAFT: --netmask: longer than an address" netmask=fffff000ffffffff
field_refused "CRAFT: --netmask: longer than an address" \
	netmask=ffffffffffffffffffffffff00000000 netbase=c10bb000

say "numbers"
for hashsize in 0f000000 08000000 11000000 00000002 ffffffff; do
	field_refused "CRAFT: --hashsize: not a power of two" hashsize=$hashsize
done
for maxaddrs in 00000000 01000001 ffffffff; do
	field_refused "CRAFT: --maxaddrs: not from 1 to" maxaddrs=$maxaddrs
done
for conntimeout in 00000000 c1a80000 ffffffff; do
	field_refused "CRAFT: --conntimeout: not from 1 to" conntimeout=$conntimeout
done
for aggregate in 01 13 21 80 ff; do
	field_refused "CRAFT: --aggregate: not from the network's prefix length" aggregate=$aggregate
done

say "the same for IPv6"
iptables=ip6tables
field_refused "CRAFT: --netbase: has bits set outside of --netmask" netbase=20010db9000000000000000000000001
for mask in 00000000000000000000000000000001 ffff0000ffff00000000000000000000 ffffffffffffffffffffffffffff0fff; do
	field_refused "CRAFT: --netmask: not a contiguous mask" netmask=$mask
done
for aggregate in 01 1f 81 ff; do
	field_refused "CRAFT: --aggregate: not from the network's prefix length" aggregate=$aggregate
done
field_refused "CRAFT: --maxaddrs: not from 1 to" maxaddrs=01000001
iptables=iptables

say "nothing is left of all that"
same "files" "$(files)" ""
same "rules" "$(router iptables -S FORWARD)" "-P FORWARD ACCEPT"

say "the limits themselves are taken"
router iptables -A FORWARD -m traffic --field hashsize=00000001 \
	--field maxaddrs=00000001 --field conntimeout=c0a80000 \
	--field "name=$(printf '%s\0' "${long:0:31}" | od -An -v -tx1 | tr -d ' \n')"
same "files" "$(files)" "${long:0:31} ${long:0:31}_info ${long:0:31}_packets"
router iptables -F
router iptables -A FORWARD -m traffic --field aggregate=14 --field maxaddrs=01000000
router ip6tables -A FORWARD -m traffic --field aggregate=80 --field "name=$(printf 'SIX\0\0' | od -An -v -tx1 | tr -d ' \n')"
router iptables -F
router ip6tables -F
until_true 10 has_files ""
# The pointer is the kernel's own, whatever the caller says.
router iptables -A FORWARD -m traffic
router iptables -A FORWARD -m traffic --field table_room=4141414141414141
same "rules" "$(info CRAFT rules)" 2
