# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # variables of guest.sh
#
# What it takes to read a table with a row for every address. Sourced by
# guest.sh, whose command "reading" it is. To facts.tsv:
#
#	read-plain	cat NAME
#	read-consuming	the same with --clearonread, not the first time: its pages
#			are there, and every address has counted again
#	read-iptaccount	iptaccount -s -l NAME, with half the numbers
#	read-start	a cat that reads nothing
#
# The least of all rounds: ms on the clock, process start and all; or, where
# instructions are counted, instructions of each row without read-start. All
# three have counted the same packets, on --cpus N: plain and peer are made anew
# for each round, so that no table has longer numbers than another.

rules_consuming() { legacy iptables -t raw -A PREROUTING -m traffic --traffic --netbase "$network" --clearonread --name bench; }

# The first round is warming up, and the first time of the table that clears.
reading_round() {
	local size=$1 round=$2 value
	local table=/proc/net/xt_traffic/bench

	make_candidate traffic "$size"
	make_candidate account "$size"
	drive --addresses "$size" --cpus "$cpus" --rounds 1 --chunks "$chunks" traffic account consuming >/dev/null
	[ "$(ip netns exec traffic cat $table | wc -l)" = $((size + 1)) ] || die "there are not $size rows"
	for what in plain iptaccount consuming start; do
		case $what in
		plain) value=$(clocked traffic cat $table) ;;
		iptaccount) value=$(clocked account iptaccount -s -l bench) ;;
		consuming) value=$(clocked consuming cat $table) ;;
		start) value=$(clocked consuming cat /dev/null) ;;
		esac
		[ "$round" = 0 ] || keep_least "$what" "$value"
	done
	remove_candidate traffic
	remove_candidate account
}

reading_of_size() {
	local size=$1 round what
	local -A least=()

	say "$size addresses: reading"
	make_candidate consuming "$size"
	for ((round = 0; round <= rounds; round++)); do
		reading_round "$size" "$round"
	done
	remove_candidate consuming

	for what in plain consuming iptaccount start; do
		if [ "$BENCH_RIG" != icount ]; then
			clocked_fact "read-$what" "$size" "${least[$what]}"
		elif [ $what != start ]; then
			fact "read-$what" "$size" $(((least[$what] - least[start]) / size)) instructions-per-row
		fi
	done
}

reading() {
	local size

	for size in $sizes; do
		reading_of_size "$size"
	done
}
