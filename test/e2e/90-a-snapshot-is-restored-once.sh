# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# bound: 300
# short: nft-ipv4
#
# Promise: "trafctl restore" adds what a snapshot has to tables whose counters have begun
# anew, once and only once, whoever is killed when; what was taken off when it was stored,
# or is in the table still, is not added; of a directory, each table gets the newest.
source "$(dirname "$0")/life.sh"
source "$(dirname "$0")/kills.sh"

TRAFCTL=$top/out/trafctl

trafctl() {
	within router "$TRAFCTL" "$@" --run "$work/run"
}

# "restores MESSAGE [FILE]": it says that.
restores() {
	trafctl restore "${2:-$work/kept}" >"$work/said"
	grep -F -e "$1" "$work/said"
}

# Without consuming it; when it was read is another matter.
state() {
	within router "$TRAFCTL" export | cut -f 2- | sort
}

# "is_as FILE": the tables are.
is_as() {
	state >"$work/now"
	cmp "$work/now" "$1"
}

traffic() {
	blast <<-END
		inside tcp src=193.11.176.0/24 dst=198.51.100.1 sport=1024~65535 dport=1~9 flags=S size=60 count=$1
		outside udp src=198.51.100.1 dst=193.11.176.0/24 size=$((IP_HEADER + 8))~500 dport=1~9 count=$1
	END
}

# "begin_anew [NAME...]": as if the module had been loaded anew.
begin_anew() {
	local name file

	[ $# -gt 0 ] || set -- ONE TWO
	for name; do
		for file in "" _packets _ipconn _portconn; do
			echo clear | within router tee "$TABLES/$name$file" >/dev/null
		done
	done
}

topology
mkdir "$work/kept"
for table in ONE "TWO --clearonread"; do
	# shellcheck disable=SC2086 # a name and an option
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn --portconn \
		--netbase $NETBASE --netmask $NETMASK --name $table
done

say "what is there still is not added"
traffic 100
state >"$work/truth"
trafctl snapshot -o "$work/kept"
restores "ONE: not restored from $(echo "$work"/kept/*): it is in the table still"
is_as "$work/truth"

say "once and only once"
begin_anew
[ "$(state | wc -l)" = 1 ] || die "something is left"
restores "TWO: restored from"
is_as "$work/truth"
restores "TWO: not restored from $(echo "$work"/kept/*): it has been restored already"
restores "ONE: not restored from $(echo "$work"/kept/*): it has been restored already" "$(echo "$work"/kept/*)"
is_as "$work/truth"
begin_anew TWO
restores "TWO: restored from"
is_as "$work/truth"

say "of a directory, the newest that a table is in"
traffic 7
state >"$work/truth"
trafctl snapshot -o "$work/kept" ONE
trafctl snapshot -o "$work/kept" TWO
begin_anew
restores "ONE: restored from"
is_as "$work/truth"

say "what was taken off is not added again"
trafctl snapshot --consume -o "$work/consumed"
state >"$work/nothing"
begin_anew
restores "ONE: not restored from $work/consumed: it was taken off the tables when it was stored" "$work/consumed"
is_as "$work/nothing"

# "lose_all [NAME...]": as if the machine had lost its power.
lose_all() {
	begin_anew
	rm -r "$work/run"
}

say "what was taken off and is elsewhere is not added from one of before"
only_in_a_guest
usual=/var/lib/ipt_traffic
trap 'rm -rf "$work" $usual' EXIT
mkdir -p $usual
traffic 9
trafctl snapshot
traffic 3
trafctl snapshot --consume -o "$work/month"
lose_all
restores "TWO: not restored from" $usual
is_as "$work/nothing"
traffic 9
state >"$work/truth"
trafctl snapshot
lose_all
restores "TWO: restored from" $usual
is_as "$work/truth"
[ "$(grep -l ^unless $usual/* | wc -l)" = 1 ] || die "nothing is noted in $usual"
trafctl snapshot --consume -o "$work/month2"
trafctl snapshot --consume -o "$work/month3"
[ "$(grep -l ^unless $usual/* | wc -l)" = 2 ] || die "notes remain that are of no use"
lose_all
restores "TWO: not restored from" $usual
is_as "$work/nothing"

say "one that is damaged keeps nothing else from being restored"
traffic 4
state >"$work/truth"
trafctl snapshot
trafctl snapshot
sed -i 3d "$(find $usual -name '*.traffic' | sort | tail -n 1)"
lose_all
status=0
trafctl restore $usual >"$work/said" || status=$?
same "status" "$status" 1
is_as "$work/truth"

say "what cannot be restored changes nothing"
traffic 5
state >"$work/truth"
trafctl snapshot -o "$work/whole"
head -c -20 "$work/whole" >"$work/cut"
sed 's/^table\tTWO/table\tGONE/' "$work/whole" >"$work/other"
begin_anew
state >"$work/nothing"
fails "$work/cut" within router "$TRAFCTL" restore --run "$work/run" "$work/cut"
fails "there is no table GONE: add its rule first" within router "$TRAFCTL" restore --run "$work/run" "$work/other"
is_as "$work/nothing"
restores "TWO: restored from" "$work/whole"
is_as "$work/truth"

[ "$FLAVOUR $FAMILY" = "nft ipv4" ] || exit 0
say "killed at system calls"
# Each time another snapshot, as that one is not restored twice.
has_something_to_restore() {
	traffic 1
	state >"$work/truth"
	rm -f "$work/whole"
	trafctl snapshot -o "$work/whole"
	begin_anew
}
is_brought_to_its_end() {
	trafctl restore "$work/whole" && is_as "$work/truth"
}
# Of those of a consuming snapshot, the last is the one that has it count; what has not
# come to that is void.
does_not_come_to_its_name() {
	local call count

	trafctl snapshot
	within router strace -qq -e trace=rename,renameat2 -o "$work/trace" \
		"$TRAFCTL" snapshot --consume -o "$work/last" --run "$work/run"
	call=$(sed -nE '$s/\(.*//p' "$work/trace")
	count=$(grep -c "^$call(" "$work/trace")
	traffic 2
	trafctl snapshot
	state >"$work/truth"
	rm "$work/last"
	! within router strace -qq -o /dev/null -e inject="$call:signal=KILL:when=$count" \
		"$TRAFCTL" snapshot --consume -o "$work/last" --run "$work/run" || die "it was not killed"
	[ ! -e "$work/last" ] || die "it has come to its name"
	grep -l ^unless $usual/* | tail -n 1 | xargs grep "^unless.*$work/.trafctl-"
}
does_not_come_to_its_name
lose_all
restores "TWO: restored from" $usual
is_as "$work/truth"
does_not_come_to_its_name
trafctl snapshot
! grep "^unless.*$work/.trafctl-" "$(find $usual -name '*.traffic' | sort | tail -n 2 | head -n 1)" ||
	die "the note remains"
is_as "$work/truth"

kill_at_each_call write,rename,renameat,unlinkat,flock has_something_to_restore is_brought_to_its_end \
	"$TRAFCTL" restore --run "$work/run" "$work/whole"
[ "$kills" -gt 7 ] || die "killed but $kills times"
