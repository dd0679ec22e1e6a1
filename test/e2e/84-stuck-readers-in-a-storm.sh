# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: while readers are stuck, in a page fault that does not return, in files of all
# kinds, of tables that clear and others, that stay and that have been replaced, each
# change of rules of either flavour is done within seconds, and so is each other read.
# So it is while a namespace ends in which a reader is stuck, too; only that one waits for
# it. Once the page is there, what the stuck readers were given, what others were and
# what is left is what was counted.
#
# families: ipv4 ipv6
# short: nft-ipv4
# nft-only: it uses both flavours itself
# bound: 300
#
# STORM_SECONDS makes each of the two storms longer.
. "$(dirname "$0")/life.sh"

STORM_SECONDS=${STORM_SECONDS:-2}
# For each change, and each read.
BOUND=$((10 * ${SLOWNESS:-1}))
NETWORK_OF_ALL="-m traffic --traffic --portconn --netbase $NETWORK --name"
stuck=()

# "stick NAME FILE": a reader that is stuck there.
stick() {
	"$top/out/test/stuck" "$2" "$work/ready-$1" >"$work/given-$1" &
	stuck+=($!)
	until_true 20 test -e "$work/ready-$1"
}

# "stick_in FILE...": of the router.
stick_in() {
	local file

	for file; do
		stick "$file" "$tables/$file"
	done
}

# "in_time COMMAND...": or it fails, and nobody is stuck any more, so that it ends at all:
# who waits in the kernel cannot be killed.
in_time() {
	local out ended status

	exec {out}>&1 {ended}< <(if "$@" >&"$out"; then echo 0; else echo $?; fi)
	exec {out}>&-
	if ! read -r -t $BOUND -u "$ended" status; then
		kill -9 "${stuck[@]}"
		die "not within $BOUND s: $*"
	fi
	exec {ended}<&-
	return "$status"
}

# "change FLAVOUR ARGUMENT...": of iptables.
change() {
	local started=${EPOCHREALTIME/./}

	in_time nsenter --net=/run/netns/router "xtables-$1-multi" "${@:2}" || die "failed: $*"
	echo "$((${EPOCHREALTIME/./} - started))" >>"$work/changes-$1"
}

# "change_rules FLAVOUR NUMBER": each kind of change, of a chain that has one rule. Names whose last rule has gone come
# back with other options, so that there is a new table.
change_rules() {
	local rule=("$IPTABLES" -t mangle)

	# shellcheck disable=SC2086 # words
	{
		change "$1" "${rule[@]}" -I CHANGED $NETWORK_OF_ALL "NEW_$1" --clearonread
		change "$1" "${rule[@]}" -D CHANGED 2
		change "$1" "${rule[@]}" -R CHANGED 1 $NETWORK_OF_ALL "OTHER_$1"
		change "$1" $IPTABLES-restore --noflush <<-END
			*mangle
			-F CHANGED
			-A CHANGED $NETWORK_OF_ALL BACK_$1 --conntimeout $((100 + $2 % 2))
			-A CHANGED $NETWORK_OF_ALL NEW_$1
			COMMIT
		END
		change "$1" "${rule[@]}" -F CHANGED
		change "$1" "${rule[@]}" -A CHANGED $NETWORK_OF_ALL "BACK_$1" --conntimeout $((110 + $2 % 2))
	}
}

# "storm_of FLAVOUR": until it is over, and once at least.
storm_of() {
	local number=0

	until [ $number -gt 0 ] && [ "$SECONDS" -ge "$end" ]; do
		change_rules "$1" $number
		number=$((number + 1))
	done
}

read_within() {
	in_time cat "$tables/$1"
}

# What is read while there is a storm: all of the one, but for the files' ages, and of the
# other what is consumed.
read_on() {
	local file round=0

	until [ $round -gt 0 ] && [ "$SECONDS" -ge "$end" ]; do
		send >&2
		for file in STAYS STAYS_packets STAYS_portconn STAYS_info; do
			read_within $file >"$work/read-$file"
		done
		same "rows of STAYS" "$(wc -l <"$work/read-STAYS")" 10
		same "rows of STAYS_portconn" "$(wc -l <"$work/read-STAYS_portconn")" 2
		for file in CLEARS CLEARS_packets CLEARS_portconn; do
			read_within $file >"$work/taken-$file-$EPOCHREALTIME"
		done
		round=$((round + 1))
	done
	say "$round rounds of reads"
}

# Also from within what is begun in the background, where "die" ends no more than that.
storm() {
	local end process
	local -a running=()

	say "$1: for $STORM_SECONDS s"
	end=$((SECONDS + STORM_SECONDS))
	storm_of nft &
	running+=($!)
	storm_of legacy &
	running+=($!)
	read_on
	for process in "${running[@]}"; do
		wait "$process" || die "a change of rules has failed"
	done
	same "the stuck readers" "$(jobs -r | grep -c stuck)" ${#stuck[@]}
}

# Nine flows, of nine addresses.
sent=0
send() {
	sent=$((sent + 1))
	echo $sent >"$work/sent-so-far"
	blast <<<"inside udp src=193.11.176.1-193.11.176.9 dst=198.51.100.1 size=100 count=9"
}

free() {
	rm "$work/ready-$1"
}

is_gone() {
	! ip -n router link show "$1" >/dev/null 2>&1
}

topology
ip netns exec router sleep infinity &
tables=/proc/$!/net/xt_traffic
for flavour in nft legacy; do
	change $flavour $IPTABLES -t mangle -N CHANGED
	change $flavour $IPTABLES -t mangle -A FORWARD -j CHANGED
	# shellcheck disable=SC2086 # words
	change $flavour $IPTABLES -t mangle -A CHANGED $NETWORK_OF_ALL BACK_$flavour
done
# shellcheck disable=SC2086 # words
{
	change nft $IPTABLES -t mangle -A FORWARD $NETWORK_OF_ALL STAYS
	change legacy $IPTABLES -t mangle -A FORWARD $NETWORK_OF_ALL CLEARS --clearonread
}
until_true 10 test -e $tables/CLEARS
send
stick_in STAYS STAYS_portconn STAYS_info CLEARS CLEARS_packets CLEARS_portconn BACK_nft BACK_legacy
storm "rules of both flavours"

say "a namespace ends in which a reader is stuck"
ip netns add ending
in_namespace ending xtables-nft-multi $IPTABLES -A INPUT -m traffic --traffic --netbase $NETWORK --name ENDS
in_namespace ending sh -c "printf '$(address 193.11.176.1)\t1\t0\t1\t0\t0\t0\t0\t0\n' >$TABLES/ENDS"
ip netns exec ending sleep infinity &
helper=$!
until_true 10 test -e /proc/$helper/net/xt_traffic/ENDS
stick ENDS /proc/$helper/net/xt_traffic/ENDS
kill $helper
ip netns del ending
storm "the namespace waits"
# The kernel ends one after the other: so this one waits, and its devices are still there.
ip netns add next
ip -n router link add next type veth peer name next netns next
ip netns del next
sleep 1
ip -n router link show next >/dev/null || die "the namespace has not waited for a reader"
free ENDS
until_true 20 is_gone next

say "the page is there for all of them"
for file in STAYS{,_portconn,_info} CLEARS{,_packets,_portconn} BACK_{nft,legacy}; do
	free "$file"
done
for process in "${stuck[@]}"; do
	wait "$process" || die "a stuck reader failed"
done
for flavour in nft legacy; do
	sort -n "$work/changes-$flavour" |
		awk -v name=$flavour '{ last = $1 } END { print name ": " NR " changes, the longest took " last / 1000 " ms" }' >&2
done

sent=$(<"$work/sent-so-far")
for address in 193.11.176.{1..9}; do
	echo "$(address "$address")	0	$((sent * 100))	0	0	0	$((sent * 100))	0	0"
done >"$work/counted"
sed "s/	$((sent * 100))/	$sent/g" "$work/counted" >"$work/counted_packets"
printf '80\t0\t9\t0\t0\t0\t9\t0\t0\t0\t0\n' >"$work/counted_portconn"
for file in "" _packets _portconn; do
	sum_up "$work/counted$file" >"$work/wanted"
	read_within CLEARS$file >"$work/taken-CLEARS$file-last"
	whole_rows "$work/given-CLEARS$file" >"$work/taken-CLEARS$file-stuck"
	sum_up "$work"/taken-CLEARS$file-* >"$work/all"
	same_file "$work/all" "$work/wanted"
	read_within STAYS$file >"$work/read"
	sum_up "$work/read" >"$work/all"
	same_file "$work/all" "$work/wanted"
done
