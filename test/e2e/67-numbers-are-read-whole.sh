# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: a number of 64 bits is read as it was at some moment, also where the
# processor moves 32 bits at a time, and while another one changes it.
#
# nft-only: iptables only makes the table
# several-cpus: one writes, one reads
. "$(dirname "$0")/lib.sh"

# What is written is subtracted from an offset: this is where all of that one's bits
# change with 1 that is added.
BASE=$((1 << 32))
SECONDS_LONG=15

row_of() {
	printf '193.11.176.1\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
		$((3 * $1)) $((3 * $1)) "$1" "$1" "$1" "$1" "$1" "$1"
}

ip netns add router
router iptables -A INPUT -m traffic --traffic --netbase $NETWORK --name WHOLE
row_of $BASE >"$work/base"
row_of 1 >"$work/one"
router sh -c "cat '$work/base' >$TABLES/WHOLE"

say "1 is added and subtracted for $SECONDS_LONG s"
within router /usr/bin/python3 - $TABLES/WHOLE "$work/one" $BASE $SECONDS_LONG <<-'END'
	import os, sys, time

	path, one, base, seconds = sys.argv[1:]
	one = open(one, "rb").read()
	end = time.monotonic() + float(seconds)

	if not (reader := os.fork()):
	    os.sched_setaffinity(0, {0})
	    table = os.open(path, os.O_RDONLY)
	    seen = {}
	    while time.monotonic() < end:
	        for number in os.pread(table, 4096, 0).split()[-6:]:
	            seen[number] = seen.get(number, 0) + 1
	    print(f"read: {seen}", file=sys.stderr)
	    os._exit(set(map(int, seen)) != {int(base), int(base) + 1})

	os.sched_setaffinity(0, {1})
	# Many at once: most of the time goes by with changing, little with calling.
	there_and_back = (one + b"-" + one) * 40
	table = os.open(path, os.O_WRONLY)
	rounds = 0
	while time.monotonic() < end:
	    if os.write(table, there_and_back) != len(there_and_back):
	        sys.exit("not all of it was written")
	    rounds += 40
	print(f"{rounds} rounds", file=sys.stderr)
	sys.exit(os.waitpid(reader, 0)[1] != 0)
END
table WHOLE | tail -n 1 >"$work/rest"
same_file "$work/rest" "$work/base"
