# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# short: nft-ipv6
#
# Promise: a number near 2^64, which may have been restored, counts on exactly; where
# it would pass 2^64 it stays there, as does a total, rather than begin anew. What is
# above is not lost: it shows when something has been taken off.
. "$(dirname "$0")/lib.sh"

MOST=18446744073709551615
# 2^64 - 1000, and 2^63.
HIGH=18446744073709550616 HALF=9223372036854775808

# "send BYTES": from .1 by TCP, and from .2 and .3 by UDP.
send() {
	blast <<-END
		inside tcp src=193.11.176.1 dst=198.51.100.1 size=$1
		inside udp src=193.11.176.2-193.11.176.3 dst=198.51.100.1 size=$1 count=2
	END
}

# "write_to TABLE LINE..."
write_to() {
	printf '%s\n' "${@:2}" | within router tee "$TABLES/$1" >/dev/null
}

# "line ADDRESS NUMBER..."
line() {
	local IFS=$'\t'

	echo "$(address "$1")"$'\t'"${*:2}"
}

topology
for table in "PLAIN" "CLEARING --clearonread" "HASHED --hashsize 16"; do
	# shellcheck disable=SC2086 # words
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETBASE --netmask $NETMASK --name $table
done

say "restored, and counted on"
for table in PLAIN CLEARING HASHED; do
	write_to $table "$(line 193.11.176.1 0 $HIGH 0 $HIGH 0 0 0 0)" \
		"$(line 193.11.176.2 0 $HALF 0 $HALF 0 0 0 0)" "$(line 193.11.176.3 0 $MOST 0 $MOST 0 0 0 0)"
done
send 600
for table in PLAIN HASHED; do
	expect_row $table 193.11.176.1 0 18446744073709551216 0 18446744073709551216 0 0 0 0
	expect_row $table 193.11.176.2 0 9223372036854776408 0 $HALF 0 600 0 0
	say "a total stays at 2^64 - 1"
	expect_row $table 193.11.176.3 0 $MOST 0 $MOST 0 600 0 0
done

say "past 2^64"
send 600
for table in PLAIN HASHED; do
	expect_row $table 193.11.176.1 0 $MOST 0 $MOST 0 0 0 0
	expect_row $table 193.11.176.2 0 9223372036854777008 0 $HALF 0 1200 0 0
	expect_row $table 193.11.176.3 0 $MOST 0 $MOST 0 1200 0 0
done

say "no more can be restored, and nothing is changed by that"
for table in PLAIN HASHED; do
	if write_to $table "$(line 193.11.176.1 0 1 0 1 0 0 0 0)" 2>"$work/error"; then
		die "it was taken"
	fi
	grep -q "Invalid argument" "$work/error"
done

say "taking off what is shown leaves what is above"
for table in PLAIN HASHED; do
	table $table | tail -n +2 | sort_rows >"$work/stored"
	while IFS= read -r row; do
		write_to $table "-$row"
	done <"$work/stored"
	# 2^64 - 1000 + 1200 - (2^64 - 1).
	expect_row $table 193.11.176.1 0 201 0 201 0 0 0 0
	same "rows that are left" "$(table $table | wc -l)" 2
done

say "so does reading, and a reader that comes not to the end gives back"
within router head -c 60 $TABLES/CLEARING >/dev/null
table CLEARING >"$work/first"
table CLEARING >"$work/second"
same "read first" "$(sed 1d "$work/first")" "$(line 193.11.176.1 0 $MOST 0 $MOST 0 0 0 0
	line 193.11.176.2 0 9223372036854777008 0 $HALF 0 1200 0 0
	line 193.11.176.3 0 $MOST 0 $MOST 0 1200 0 0)"
same "read then" "$(sed 1d "$work/second")" "$(line 193.11.176.1 0 201 0 201 0 0 0 0)"
same "what is left" "$(table CLEARING | wc -l)" 1

say "from there on they count as any others"
send 600
for table in PLAIN HASHED; do
	expect_row $table 193.11.176.1 0 801 0 801 0 0 0 0
	expect_row $table 193.11.176.3 0 600 0 0 0 600 0 0
done
expect_row CLEARING 193.11.176.1 0 600 0 600 0 0 0 0

say "clear makes them zero"
for table in PLAIN HASHED; do
	write_to $table clear "$(line 193.11.176.1 0 $HIGH 0 $HIGH 0 0 0 0)"
done
send 600
send 600
for table in PLAIN HASHED; do
	write_to $table clear
	same "rows" "$(table $table | wc -l)" 1
done
send 600
for table in PLAIN HASHED; do
	expect_row $table 193.11.176.1 0 600 0 600 0 0 0 0
done
