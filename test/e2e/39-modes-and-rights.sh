# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Traffic is private data: files are 0640 and NAME_info 0440, of root. Module
# parameters change mode, owner and group of the files that are made from then
# on. Whatever the mode says, writing needs CAP_NET_ADMIN in the namespace's
# user namespace when the file is opened, and NAME_info cannot be written at all. Who may
# read a table that clears consumes it.
source "$(dirname "$0")/life.sh"

parameters=/sys/module/ipt_traffic/parameters

rule() {
	router iptables -A FORWARD -m traffic --traffic --netbase $NETWORK --name "$1"
}

# "modes NAME": mode, owner and group of its files.
modes() {
	within router stat -c '%a %u:%g %n' $TABLES/"$1"{,_packets,_info} |
		sed "s|$TABLES/||" | paste -s -d ,
}

# "as USER:GROUP COMMAND...": who is nothing else, in the router's namespace.
as() {
	router setpriv --reuid "${1%:*}" --regid "${1#*:}" --clear-groups "${@:2}"
}

# "try read|write|both FILE": a script.
try() {
	case $1 in
	read) echo "cat $TABLES/$2" ;;
	write) echo "exec 5>>$TABLES/$2 && echo clear >&5" ;;
	both) echo "exec 5<>$TABLES/$2 && echo clear >&5" ;;
	esac
}

EACCES="Permission denied"
EPERM="Operation not permitted"

ip netns add router
rule R
same "the directory" "$(within router stat -c '%a %u:%g' $TABLES)" "555 0:0"
same "modes" "$(modes R)" "640 0:0 R,640 0:0 R_packets,440 0:0 R_info"
router bash -c "$(try read R) && $(try read R_info) && $(try write R)" >/dev/null

say "others may not even read"
for file in R R_packets R_info; do
	fails "$EACCES" as 1000:1000 bash -c "$(try read $file)"
done
fails "$EACCES" as 1000:1000 bash -c "$(try write R)"

say "root who has given up CAP_NET_ADMIN may read"
without_net_admin=(router setpriv --bounding-set -net_admin bash -c)
"${without_net_admin[@]}" "$(try read R)" >/dev/null
fails "$EPERM" "${without_net_admin[@]}" "$(try write R)"
fails "$EPERM" "${without_net_admin[@]}" "$(try both R)"
say "and so may root of a user namespace that does not own this one"
fails "$EPERM" router unshare -Ur bash -c "$(try write R)"

say "NAME_info cannot be written, whoever tries"
fails "$EACCES" router bash -c "$(try write R_info)"
fails "$EACCES" router bash -c "$(try both R_info)"

say "group and mode by parameter"
echo 1234 >$parameters/gid
echo 0660 >$parameters/perms
rule G
same "modes" "$(modes G)" "660 0:1234 G,660 0:1234 G_packets,440 0:1234 G_info"
same "modes of files that were there" "$(modes R)" "640 0:0 R,640 0:0 R_packets,440 0:0 R_info"
as 1000:1234 bash -c "$(try read G) && $(try read G_info)" >/dev/null
fails "$EPERM" as 1000:1234 bash -c "$(try write G)"
fails "$EACCES" as 1000:1000 bash -c "$(try read G)"
say "a group that has the mode and a process that has the capability"
router setpriv --reuid 1000 --regid 1234 --clear-groups --inh-caps +net_admin \
	--ambient-caps +net_admin bash -c "$(try write G)"

say "whoever it was that opened a file may write it"
router bash -c "exec 5>>$TABLES/G; exec setpriv --reuid 1000 --regid 1000 --clear-groups bash -c 'echo clear >&5'"

say "to read a table that clears is to consume it"
row=$'193.11.176.1\t1\t2\t1\t2\t0\t0\t0\t0'
echo 0640 >$parameters/perms
router iptables -A FORWARD -m traffic --traffic --netbase $NETWORK --clearonread --name CLEARS
router bash -c "echo '$row' >$TABLES/CLEARS"
fails "$EACCES" as 1000:1000 bash -c "$(try read CLEARS)"
fails "$EACCES" as 1000:1234 bash -c "$(try write CLEARS)"
as 1000:1234 bash -c "$(try read CLEARS)" >"$work/read"
same "what the group reads" "$(tail -n 1 "$work/read")" "$row"
same "rows left" "$(table CLEARS | wc -l)" 1

say "owner by parameter"
echo 1000 >$parameters/uid
echo -1 >$parameters/gid
echo 0644 >$parameters/perms
rule U
same "modes" "$(modes U)" "644 1000:0 U,644 1000:0 U_packets,444 1000:0 U_info"
as 1000:1000 bash -c "$(try read U)" >/dev/null
fails "$EPERM" as 1000:1000 bash -c "$(try write U)"
as 1001:1001 bash -c "$(try read U_info)" >/dev/null

say "what perms takes"
for perms in 0 640x 0777 0240 01640 0641 8 ""; do
	fails "Invalid argument" bash -c "echo '$perms' >$parameters/perms"
done
same "perms" "$(<$parameters/perms)" 0644
