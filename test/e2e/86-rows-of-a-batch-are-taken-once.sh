#!/bin/bash
# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# short: nft-ipv4
#
# Promise: rows written as lines of a batch are taken once, however often they are
# sent; a batch of counters that have begun anew since is refused; and a table that
# clears can be looked at without consuming.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/life.sh"

generation() {
	info ONCE generation
}

# "send LINE...": through one open file, a write each.
send() {
	within router python3 -c '
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY)
for line in sys.argv[2:]:
    os.write(fd, line.encode() + b"\n")
' "$TABLES/ONCE" "$@"
}

# "bytes ADDRESS NUMBER": a row of so many bytes OUT, of UDP.
bytes() {
	printf '%s\t0\t%d\t0\t0\t0\t%d\t0\t0' "$(address "$1")" "$2" "$2"
}

expect_bytes() {
	expect_row ONCE "$1" 0 "$2" 0 0 0 "$2" 0 0
}

topology
for table in "ONCE" "CLEARS --clearonread"; do
	# shellcheck disable=SC2086 # a name and an option
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETBASE --netmask $NETMASK --name $table
done
blast <<<"inside udp src=193.11.176.1-193.11.176.9 dst=198.51.100.1 size=1000"
one=$(bytes 193.11.176.1 1)
two=$(bytes 193.11.176.2 2)
three=$(bytes 193.11.176.3 3)

say "lines that were taken are passed over"
send "batch $(generation) 7 0" "$one" "$two"
send "batch $(generation) 7 0" "$one" "$two" "$three"
send "batch $(generation) 7 1" "$two" "$three"
expect_bytes 193.11.176.1 1001
expect_bytes 193.11.176.2 1002
expect_bytes 193.11.176.3 1003

say "a line that is refused is none; who leaves it out says so"
fails "Invalid argument" send "batch $(generation) 8 0" "-$one" "-$(bytes 193.11.176.2 5000)"
send "batch $(generation) 8 2" "-$three"
send "batch $(generation) 8 0" "-$one" "-$two" "-$three"
expect_bytes 193.11.176.1 1000
expect_bytes 193.11.176.2 1002
expect_bytes 193.11.176.3 1000

say "each file has its own"
within router python3 -c '
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY)
os.write(fd, (sys.argv[2] + "\n" + sys.argv[3] + "\n").encode())
' "$TABLES/ONCE_packets" "batch $(generation) 8 0" "$one"
expect_row ONCE_packets 193.11.176.1 0 2 0 0 0 2 0 0

say "another batch, and counters that begin anew"
fails "Stale file handle" send "batch 1 9 0"
fails "Invalid argument" send "batch $(generation) 0 0"
fails "Invalid argument" send "batch $(generation) 9"
fails "Invalid argument" send "batch $(generation) 9 0 "
before=$(generation)
fails "Stale file handle" send "batch $before 9 0" "$one" clear "$one"
fails "Stale file handle" send "batch $before 9 0"
same "rows" "$(table ONCE | wc -l)" 1
send "batch $(generation) 9 0" "$one"
expect_bytes 193.11.176.1 1

say "looking at a table that clears"
# "peek": and what a look shows
peek() {
	within router bash -c "exec 5<>$TABLES/CLEARS; echo peek >&5; cat <&5"
}
peek >"$work/first"
peek >"$work/second"
same_file "$work/second" "$work/first"
same "rows" "$(wc -l <"$work/first")" 10
within router bash -c "exec 5<>$TABLES/CLEARS; head -c 10 <&5 >/dev/null; ! echo peek >&5" 2>/dev/null ||
	die "one may look after something was read"
table CLEARS >"$work/third"
same_file "$work/third" "$work/first"
same "rows" "$(table CLEARS | wc -l)" 1
