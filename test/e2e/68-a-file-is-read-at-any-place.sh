# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
#
# Promise: in a file that does not clear, a read at any place, of any size, gives what
# stands there, whatever has been read before; also after a read of no bytes, which
# once made the next one miss rows.
#
# families: ipv4 ipv6
. "$(dirname "$0")/lib.sh"

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase "$NETWORK" --name ANY
blast <<-END
	inside udp src=193.11.176.0-193.11.176.99 dst=198.51.100.1 size=100
END
within router /usr/bin/python3 - $TABLES/ANY <<-'END'
	import os, sys

	file = os.open(sys.argv[1], os.O_RDONLY)
	whole = os.pread(file, 1 << 20, 0)
	assert whole.count(b"\n") == 101, whole

	def check(size, place):
	    got, wanted = os.pread(file, size, place), whole[place:place + size]
	    assert got == wanted, f"{size} bytes at {place}: {got}, wanted {wanted}"

	backwards = range(len(whole) + 99, -1, -7)
	for size in 0, 1, 50, 5000:
	    for place in backwards:
	        check(size, place)
	for size in 1, 50, 5000:
	    for place in backwards:
	        check(size, place)
	        check(0, place if size == 50 else 0)
	        check(size, place // 2)
	print(f"{len(whole)} bytes, read {len(backwards) * 13} times", file=sys.stderr)
END
