# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: in a table that clears, an address gives up its row when its numbers
# are consumed in all its files and it has been silent for conntimeout, if the
# table is more than 3/4 full. Not before, not while a reader has reserved
# something that he may give back, and never in a table that does not clear. When
# it comes back it gets a row again.
#
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# bound: 240
# short: nft-ipv4
#
# Each table has a row for every one of the first 16 addresses. Whether these have
# been given up is told by 16 others, which are counted then, or else uncounted.
. "$(dirname "$0")/lib.sh"

ORDERED=no
FIRST=193.11.176.1-193.11.176.16
SECOND=193.11.177.1-193.11.177.16
THIRD=193.11.178.1-193.11.178.16
FILES=("" _packets _ipconn)
# An address is looked at once a second: sees it consumed, sees it silent for 2 s.
GIVEN_UP=8

# Each address sends an echo request, and so shows something in all files.
send() {
	blast <<-END
		inside icmp src=$1 dst=198.51.100.1 size=84
	END
}

rule() {
	echo "-A FORWARD -m traffic --traffic --portconn --ipconn" \
		"--netbase $(network "$2")" "${@:3}" "--name $1"
}

consume() {
	local table file

	for table; do
		for file in "${FILES[@]}"; do
			table "$table$file" >"$work/$table$file"
		done
	done
}

expand() {
	addresses "${1%-*}" 16
}

# "counted RANGE TABLE...": all of them have rows, besides what is there already.
counted() {
	local table

	mapfile -t wanted < <(expand "$1")
	for table in "${@:2}"; do
		expect_keys "$table" "${wanted[@]}"
	done
}

# "uncounted N TABLE...": so many packets, each of 84 bytes.
uncounted() {
	local table

	for table in "${@:2}"; do
		same "what is uncounted in $table" \
			"$(info "$table" uncounted_packets) $(info "$table" uncounted_bytes)" \
			"$1 $((84 * $1))"
	done
}

refused() {
	if printf '%s\n' "$2" | within router tee "$TABLES/$1" >/dev/null 2>"$work/error"; then
		die "$1 took $2"
	fi
	grep -q "$3" "$work/error"
}

topology
{
	echo "*mangle"
	for name in CONSUMED BYTES PACKETS IPCONN STUCK RESTORED; do
		rule $name 193.11.176.0/22 --clearonread --maxaddrs 16 --conntimeout 2
	done
	rule KEPT 193.11.176.0/22 --maxaddrs 16 --conntimeout 2
	rule LATER 193.11.176.0/22 --clearonread --maxaddrs 16 --conntimeout 600
	# 16 are more than 3/4 of 21, but not of 22.
	rule MORE 193.11.176.0/22 --clearonread --maxaddrs 21 --conntimeout 2
	rule ROOMY 193.11.176.0/22 --clearonread --maxaddrs 22 --conntimeout 2
	rule TIMED 193.11.180.0/24 --clearonread --maxaddrs 1 --conntimeout 5
	echo COMMIT
} | router $IPTABLES-restore

send $FIRST
# Has the header and a part of the first row, and stops.
# shellcheck disable=SC2016 # for the inner shell
nsenter --net=/run/netns/router sh -c '
	exec <"$0"
	dd bs=40 count=1 status=none >"$1"
	kill -STOP $$' $TABLES/STUCK "$work/part" &
stuck=$!
until_true 20 test -s "$work/part"
consume CONSUMED STUCK RESTORED KEPT LATER MORE ROOMY
for file in "" _packets _ipconn; do
	same_rows "$work/CONSUMED$file" "$work/RESTORED$file"
done
same "rows that the stuck reader left" "$(wc -l <"$work/STUCK")" 16
for file in _packets _ipconn; do table BYTES$file; done >/dev/null
for file in "" _ipconn; do table PACKETS$file; done >/dev/null
for file in "" _packets; do table IPCONN$file; done >/dev/null
within router tee $TABLES/RESTORED_packets <"$work/RESTORED_packets" >/dev/null

say "not before conntimeout"
before=$EPOCHREALTIME
send 193.11.180.1
consume TIMED
after=$EPOCHREALTIME
until [ "$(table TIMED | wc -l)" = 2 ]; do
	send 193.11.180.2
done
given_up=$EPOCHREALTIME
say "silent since between $before and $after, its row is another's at $given_up"
awk -v a="$before" -v b="$given_up" 'BEGIN { exit !(b - a >= 5) }' || die "too early"
awk -v a="$after" -v b="$given_up" 'BEGIN { exit !(b - a < 15) }' || die "too late"
say "without a row, nothing can be subtracted, nor added if there is none left"
tail -n 1 "$work/TIMED" >"$work/row"
refused TIMED "-$(cat "$work/row")" "Invalid argument"
refused TIMED "$(cat "$work/row")" "No space left on device"
table TIMED_packets >/dev/null
table TIMED_ipconn >/dev/null
sleep $GIVEN_UP

say "who has given up, and who has not"
send $SECOND
same_table KEPT "$work/CONSUMED"
counted $SECOND CONSUMED MORE
uncounted 0 CONSUMED MORE
uncounted 16 BYTES PACKETS IPCONN STUCK RESTORED KEPT LATER
same "rows of ROOMY" "$(table ROOMY | wc -l)" 7
uncounted 10 ROOMY

say "what was reserved is given back to its address"
kill -9 $stuck
wait $stuck || true
table STUCK >"$work/given-back"
cat "$work/STUCK" <(tail -n +2 "$work/given-back") >"$work/STUCK-all"
same_rows "$work/STUCK-all" "$work/CONSUMED"

say "now these, too, have nothing to show"
table BYTES >"$work/BYTES"
same_rows "$work/BYTES" "$work/CONSUMED"
table PACKETS_packets >"$work/PACKETS_packets"
same_rows "$work/PACKETS_packets" "$work/CONSUMED_packets"
table IPCONN_ipconn >"$work/IPCONN_ipconn"
same_rows "$work/IPCONN_ipconn" "$work/CONSUMED_ipconn"
tail -n +2 "$work/RESTORED_packets" | sed 's/^/-/' |
	within router tee $TABLES/RESTORED_packets >/dev/null

sleep $GIVEN_UP
send $THIRD
counted $THIRD BYTES PACKETS IPCONN RESTORED
uncounted 16 BYTES PACKETS IPCONN RESTORED
uncounted 32 KEPT LATER
# The row that was given back may still be its address's: without the others, which
# have been silent for longer, the table is not crowded.
[ "$(table STUCK | wc -l)" -ge 16 ] || die "STUCK is stuck"

say "an address that comes back gets a row again"
same "rows of TIMED" "$(table TIMED | wc -l)" 1
within router tee $TABLES/TIMED <"$work/row" >/dev/null
send 193.11.180.1
expect_row TIMED 193.11.180.1 0 168 0 0 0 0 0 168
