# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
#
# A row that is written to a file is added to what it shows: a saved table can
# be restored, header and all, and goes on counting. Lines may span writes. A
# write stops before a bad line and returns what it took; the next one fails and
# changes nothing.
source "$(dirname "$0")/lib.sh"

gone() {
	! within router test -e $TABLES/R
}

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn --portconn \
	--netbase $NETBASE --netmask $NETMASK --name R
packets() {
	blast <<-END
		inside tcp src=193.11.176.1-193.11.176.200 dst=198.51.100.1 sport=1024 dport=1-200 flags=S size=60
		outside udp src=198.51.100.1 dst=193.11.176.0-193.11.177.255 size=100 dport=1000~2000
		outside icmp src=198.51.100.1 dst=193.11.191.255 size=84
	END
}
packets
for file in R R_packets R_ipconn R_portconn; do
	table $file >"$work/$file"
	say "write $file back, in one piece and in pieces of 7 bytes"
	within router cp "$work/$file" $TABLES/$file
	within router dd bs=7 if="$work/$file" of=$TABLES/$file conv=notrunc status=none
	awk -F '\t' -v OFS='\t' 'NR > 1 { for (i = 2; i <= NF; i++) $i *= 3 } { print }' \
		"$work/$file" >"$work/three-times-$file"
	same_table $file "$work/three-times-$file"
done

say "counting goes on from there"
packets
awk -F '\t' -v OFS='\t' 'NR > 1 { for (i = 2; i <= NF; i++) $i = $i / 3 * 4 } { print }' \
	"$work/three-times-R" >"$work/four-times-R"
same_table R "$work/four-times-R"

say "a table that has gone for good can be had back"
echo 0 >/sys/module/ipt_traffic/parameters/linger
router $IPTABLES -t mangle -F
until_true 10 gone
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn --portconn \
	--netbase $NETBASE --netmask $NETMASK --name R
within router cp "$work/four-times-R" $TABLES/R
same_table R "$work/four-times-R"
echo clear | within router tee $TABLES/R >/dev/null

say "bad lines"
within router /usr/bin/python3 - $TABLES "$FAMILY" <<-'END'
	import errno, os, re, sys

	directory, family = sys.argv[1:]

	def row(text):
	    """The address in front as one of the family."""
	    if family == "ipv4":
	        return text
	    mixed = re.compile(r"(-*)(\d+)\.(\d+)\.(\d+)\.(\d+)\b(?!\.)")
	    def address(match):
	        a, b, c, d = map(int, match.groups()[1:])
	        return f"{match[1]}2001:db8::{a << 8 | b:x}:{c << 8 | d:x}"
	    return mixed.sub(address, text, 1)

	HEADER = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER\n"
	GOOD = row("193.11.176.9\t1\t2\t1\t2\t0\t0\t0\t0\n")
	NUMBERS = "\t0\t1\t0\t1\t0\t0\t0\t0"
	NO_ADDRESSES = {
	    "ipv4": ("193.11.176.01", "193.11.176", "193.11.176.1.1", "193.11.176.1/32",
	             "2001:db8::c10b:b001"),
	    "ipv6": ("2001:db8::c10b:b001:", "2001:db8::c10b::b001", "2001:db8::c10b:0b001",
	             "2001:db8:c10b:b001", "2001:db8::c10b:b001%lo", "2001:db8::c10b:b001/128",
	             "2001:db8:0:0:0:0:0:c10b:b001", "193.11.176.1"),
	}

	def table(name="R"):
	    return open(f"{directory}/{name}").read()

	def write(text, name="R"):
	    """Bytes taken by the first write and the error of the next, if any."""
	    file = os.open(f"{directory}/{name}", os.O_WRONLY)
	    taken = error = 0
	    try:
	        taken = os.write(file, text.encode())
	        if taken < len(text):
	            os.write(file, text.encode()[taken:])
	    except OSError as failure:
	        error = failure.errno
	    os.close(file)
	    return taken, error

	def expect(got, wanted, what):
	    assert got == wanted, f"{what!r}: {got}, wanted {wanted}"

	bad_lines = [row(bad) for bad in (
	    "193.11.192.0\t0\t1\t0\t1\t0\t0\t0\t0",  # outside of the network
	    "193.11.175.255\t0\t1\t0\t1\t0\t0\t0\t0",
	    "10.0.0.1\t0\t1\t0\t1\t0\t0\t0\t0",
	    "193.11.176.1\t0\t2\t0\t1\t0\t0\t0\t0",  # TOTAL is not the sum
	    "193.11.176.1\t1\t1\t0\t1\t0\t0\t0\t0",
	    "193.11.176.1\t0\t1\t0\t1\t0\t0\t0",  # a number is missing
	    "193.11.176.1\t0\t1\t0\t1\t0\t0\t0\t0\t0",  # one too many
	    "193.11.176.1\t0\t1\t0\t1\t0\t0\t0\t0\t",
	    "193.11.176.1\t0\t1\t0\t1\t0\t0\t\t0",
	    "193.11.176.1 0 1 0 1 0 0 0 0",  # not tabs
	    "193.11.176.1\t0\t+1\t0\t+1\t0\t0\t0\t0",
	    "193.11.176.1\t0\t0x1\t0\t0x1\t0\t0\t0\t0",
	    "193.11.176.1\t0\t18446744073709551616\t0\t18446744073709551616\t0\t0\t0\t0",
	    "193.11.176.1\t0\t0\t0\t18446744073709551615\t0\t1\t0\t0",  # TOTAL overflows
	    "host\t0\t1\t0\t1\t0\t0\t0\t0",
	    "-193.11.176.1\t0\t1\t0\t1\t0\t0\t0\t0",  # below zero
	    "--193.11.176.9\t0\t1\t0\t1\t0\t0\t0\t0",
	    "IP\t\tTOTAL",
	    "cleared",
	    "",
	    "x" * 1000,
	)] + [bad + NUMBERS for bad in NO_ADDRESSES[family]]
	for bad in bad_lines:
	    before = table()
	    expect(write(bad + "\n"), (0, errno.EINVAL), bad)
	    expect(table(), before, bad)
	    good_and_bad = HEADER + GOOD + bad + "\n" + GOOD
	    expect(write(good_and_bad), (len(HEADER + GOOD), errno.EINVAL), bad)
	    expect(table(), HEADER + GOOD, bad)
	    expect(write("-" + GOOD), (len(GOOD) + 1, 0), bad)
	    expect(table(), HEADER, bad)

	# The largest numbers, and one more.
	most = row("193.11.176.1\t0\t18446744073709551615\t0\t18446744073709551615\t0\t0\t0\t0\n")
	one = row("193.11.176.1\t0\t1\t0\t0\t0\t1\t0\t0\n")
	expect(write(most), (len(most), 0), most)
	expect(table(), HEADER + most, most)
	expect(write(one), (0, errno.EINVAL), one)
	expect(write("-" + most), (len(most) + 1, 0), most)
	expect(table(), HEADER, most)

	# The last line needs its newline.
	expect(write(GOOD + GOOD[:-1]), (2 * len(GOOD) - 1, 0), "no newline")
	expect(table(), HEADER + GOOD, "no newline")
	expect(write("clear\n"), (6, 0), "clear")

	# Ports.
	header = "PORT\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER\n"
	write("clear\n", "R_portconn")
	for bad in ("65536", "-65536", "http", "080", "193.11.176.1"):
	    expect(write(bad + "\t0" * 10 + "\n", "R_portconn"), (0, errno.EINVAL), bad)
	good = "65535\t3\t0\t3" + "\t0" * 7 + "\n"
	expect(write(good, "R_portconn"), (len(good), 0), good)
	expect(table("R_portconn"), header + good, good)
END
