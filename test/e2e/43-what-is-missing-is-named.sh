# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Without the module, or without the extension, iptables says which of the two
# is missing; the rules that are there stay. A rule that is loaded goes on
# counting when the extension is taken away. (iptables 1.8.7, of Debian 11, tells
# less.) trafctl names a module, a table or a right that is missing as well, and a table
# that goes while it is read.
source "$(dirname "$0")/life.sh"

rule="-A FORWARD -m traffic --traffic --netbase $NETWORK --name R"
with=$XTABLES_LIBDIR
without=$work/xtables
case $(iptables -V) in
*" v1.8.7 "*)
	missing="Couldn't load match \`traffic'"
	without "what iptables 1.8.7 does not tell"
	tells_all=no
	;;
*)
	missing="Extension traffic revision 0 not supported, missing kernel module?"
	tells_all=yes
	;;
esac
modprobe=$(</proc/sys/kernel/modprobe)
trap 'echo "$modprobe" >/proc/sys/kernel/modprobe; rm -rf "$work"' EXIT

mkdir "$without"
ln -s "$with"/*.so "$without"
rm "$without/libxt_traffic.so"

topology
# shellcheck disable=SC2086 # words
router iptables $rule

say "the extension is missing"
XTABLES_LIBDIR=$without
fails "Couldn't load match \`traffic'" router iptables -m traffic -h
# shellcheck disable=SC2086 # words
fails "Couldn't load match \`traffic'" router iptables $rule
blast <<-END
	inside tcp src=193.11.176.1 dst=198.51.100.1 size=60
END
expect_row R 193.11.176.1 0 60 0 60 0 0 0 0
say "the rule cannot even be listed, and iptables says why in its own words"
router iptables -S >"$work/shown" 2>&1 || true
[ $tells_all = no ] ||
	grep -qF -e "match extension not found" -e "Can't find library for match \`traffic'" "$work/shown"

XTABLES_LIBDIR=$with

say "a right, or a table, is missing"
trafctl=$work/trafctl
cp "$top/out/trafctl" "$trafctl"
chmod 755 "$work"
fails "Permission denied: be root" within router setpriv --reuid 65534 --regid 65534 --clear-groups "$trafctl" show R
fails "there is no table of this name" within router "$trafctl" show NONE

say "a table goes while it is read"
echo 0 >/sys/module/ipt_traffic/parameters/linger
within router strace -qq -o "$work/trace" -e trace=openat "$trafctl" export --file bytes R >/dev/null
which=$(grep -n '"R"' "$work/trace" | cut -d : -f 1)
within router strace -qq -o /dev/null -e inject=openat:delay_exit=10000000:when="$which" \
	"$trafctl" export --file bytes R >"$work/export" 2>"$work/said" &
reading=$!
is_held() {
	find /proc/[0-9]*/fd -lname '*/xt_traffic/R' 2>/dev/null | grep -q .
}
until_true 9 is_held
router iptables -F
until_true 10 rmmod ipt_traffic
wait $reading && die "it was read"
grep -F "it has gone while it was read" "$work/said"
insmod "$top/out/kmod-$(uname -r)/ipt_traffic.ko"

say "the module is missing"
router iptables -A FORWARD -s 10.0.0.0/8 -j DROP
router iptables -S >"$work/firewall"
# In case it is installed here.
echo /bin/false >/proc/sys/kernel/modprobe
until_true 10 rmmod ipt_traffic
fails "the module is not loaded (modprobe ipt_traffic)" within router "$trafctl" list
# shellcheck disable=SC2086 # words
fails "$missing" router iptables $rule
printf '%s\n' "*filter" "-A FORWARD -j ACCEPT" "$rule" COMMIT >"$work/restore"
fails "$missing" router iptables-restore "$work/restore"
same "the firewall" "$(router iptables -S)" "$(<"$work/firewall")"
if [ $tells_all = yes ]; then
	router iptables -m traffic -h >"$work/help" 2>&1
	grep -qF -e "$missing" "$work/help"
	grep -qe "--netbase" "$work/help"
fi
