# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
#
# A reader of a clearing table that stops early consumes the rows it was given
# whole, and no other: the row it has a part of is reserved, that is hidden from
# other readers, and returned when the file is closed. Clearing files do not
# seek, and sendfile() has nothing from them: it would forget what it cannot send on.
source "$(dirname "$0")/life.sh"

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic \
	--netbase $NETBASE --netmask $NETMASK --clearonread --name C
blast <<-END
	inside udp src=193.11.176.1-193.11.176.3 dst=198.51.100.1 size=100 count=3
END

header=$'IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER'
row_1=$(address 193.11.176.1)$'\t0\t100\t0\t0\t0\t100\t0\t0'
row_2=$(address 193.11.176.2)$'\t0\t100\t0\t0\t0\t100\t0\t0'
row_3=$(address 193.11.176.3)$'\t0\t100\t0\t0\t0\t100\t0\t0'
whole=$((${#header} + 1 + ${#row_1} + 1))

# The header and row 1 whole, row 2 without its newline, on a file kept open.
cat >"$work/steps" <<-END
	exec 5<$TABLES/C
	dd bs=$((whole + ${#row_2})) count=1 status=none <&5 >$work/part
	cat $TABLES/C >$work/others
	exec 5<&-
	cat $TABLES/C >$work/returned
END
within router bash -e "$work/steps"
same "what was read" "$(cat "$work/part")" "$header"$'\n'"$row_1"$'\n'"$row_2"
same "what others saw meanwhile" "$(cat "$work/others")" "$header"$'\n'"$row_3"
same "what was returned" "$(cat "$work/returned")" "$header"$'\n'"$row_2"
same "what is left" "$(table C)" "$header"

fails "Invalid argument" within router python3 -c '
import os, sys
table, to = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
os.sendfile(to, table, None, 65536)
' $TABLES/C_packets "$work/sent"

# The packets were not touched by all this.
same "the packets" "$(table C_packets | wc -l)" 4

blast <<-END
	inside udp src=193.11.176.1-193.11.176.3 dst=198.51.100.1 size=100 count=3
END
say "a clearing file does not seek"
within router /usr/bin/python3 - "$TABLES/C" <<-'END'
	import errno, os, sys

	file = os.open(sys.argv[1], os.O_RDONLY)
	for attempt in (
	    lambda: os.lseek(file, 0, os.SEEK_SET),
	    lambda: os.lseek(file, 0, os.SEEK_CUR),
	    lambda: os.pread(file, 10, 0),
	):
	    try:
	        attempt()
	    except OSError as error:
	        assert error.errno == errno.ESPIPE, error
	    else:
	        raise AssertionError("it did seek")
END
same "rows left" "$(table C | wc -l)" 4

blast <<-END
	inside udp src=193.11.176.1-193.11.176.3 dst=198.51.100.1 size=100 count=3
END
say "memory that ends in the middle of a row takes what fits"
within router /usr/bin/python3 - "$TABLES/C" "$header" "$row_1" "$row_2" "$row_3" <<-'END'
	import ctypes, mmap, os, sys

	libc = ctypes.CDLL(None, use_errno=True)
	path = sys.argv[1]
	lines = [line + "\n" for line in sys.argv[2:]]
	whole = "".join(lines).encode()

	# The second page cannot be written to.
	memory = mmap.mmap(-1, 2 * mmap.PAGESIZE)
	start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
	assert not libc.mprotect(ctypes.c_void_p(start + mmap.PAGESIZE), mmap.PAGESIZE, mmap.PROT_READ)

	def read(file, room):
	    """What a read() of a page gives where only "room" bytes are there."""
	    at = mmap.PAGESIZE - room
	    got = libc.read(file, ctypes.c_void_p(start + at), mmap.PAGESIZE)
	    return memory[at:at + got] if got >= 0 else os.strerror(ctypes.get_errno())

	# All but the last byte of row 1, then nothing, then all the rest.
	file = os.open(path, os.O_RDONLY)
	room = len(lines[0] + lines[1]) - 1
	assert read(file, room) == whole[:room]
	assert read(file, 0) == "Bad address", read(file, 0)
	assert read(file, 1) == whole[room:room + 1]
	os.close(file)

	# Row 1 is gone; row 2 and what is behind it are not.
	file = os.open(path, os.O_RDONLY)
	room = len(lines[0] + lines[2]) + 1
	assert read(file, room) == (lines[0] + lines[2] + lines[3]).encode()[:room]
	os.close(file)
	with open(path) as file:
	    assert file.read() == lines[0] + lines[3]
END
same "rows left" "$(table C | wc -l)" 1
