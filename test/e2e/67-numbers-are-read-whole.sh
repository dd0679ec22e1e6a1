# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: a number of 64 bits is read as it was at some moment, also where the
# processor moves 32 bits at a time, and while another one changes it: what readers
# have taken or restored, what a CPU has counted for itself, what all CPUs have
# together, and what is uncounted.
#
# nft-only: iptables only makes the tables
# several-cpus: one writes, one reads
. "$(dirname "$0")/lib.sh"

# Where 64 bits are moved at once, it only has to work.
SECONDS_LONG=5
[ "$(getconf LONG_BIT)" = 64 ] || SECONDS_LONG=20

ip netns add router

# --- what is written -----------------------------------------------------------

# It is subtracted from an offset: this is where all of that one's bits change with 1
# that is added.
BASE=$((1 << 32))

row_of() {
	printf '193.11.176.1\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
		$((3 * $1)) $((3 * $1)) "$1" "$1" "$1" "$1" "$1" "$1"
}

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
	    whole = {base, str(int(base) + 1)}
	    torn = sum(times for number, times in seen.items() if number.decode() not in whole)
	    print(f"{sum(seen.values())} numbers, {torn} torn: {list(seen)[:5]}", file=sys.stderr)
	    os._exit(torn > 0 or len(seen) < 2)

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
router iptables -F

# --- what is counted -----------------------------------------------------------

# So often each packet is counted in each table, by as many rules.
RULES=100
PARAMETERS=/sys/module/ipt_traffic/parameters

# "count_in NAME OPTION...": before the rules that are there.
count_in() {
	local number

	{
		echo "*raw"
		for ((number = 0; number < RULES; number++)); do
			echo "-I PREROUTING -m traffic --traffic --name $*"
		done
		echo COMMIT
	} | within router iptables-restore --noflush
}

# Of all tables.
memory_in_use() {
	within router sh -c "cat $TABLES/*_info" | awk -F '\t' '$1 == "memory" { sum += $2 } END { print sum }'
}

# "send SECONDS": packets of a virtual machine (see 18-packets-of-virtual-machines), to
# be cut into segments of 8 bytes: each counts as 720,015, with every rule. 0: one packet.
# All the while another CPU reads: each number has to be a sum of such packets, no
# fewer than have been counted, and no more than have been sent.
send() {
	within router /usr/bin/python3 "$work/send" "$1" $RULES $TABLES/{OWN,SHARED,FULL_info}
}

cat >"$work/send" <<-'END'
	import fcntl, mmap, os, re, socket, struct, sys, time

	seconds, rules, *paths = sys.argv[1:]
	TUNSETIFF = 0x400454CA
	IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 1, 0x1000, 0x4000
	NEEDS_CSUM, GSO_TCPV4 = 1, 1
	IP, TCP, LARGEST, SEGMENT = 20, 60, 65535, 8        # the least that kernels take
	payload = LARGEST - IP - TCP
	counted = LARGEST + (payload - 1) // SEGMENT * (IP + TCP)
	step = counted * int(rules)

	def checksum(data):
	    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
	    while total >> 16:
	        total = (total & 0xFFFF) + (total >> 16)
	    return total ^ 0xFFFF

	ip = struct.pack("!BBHHHBBH", 0x45, 0, LARGEST, 1, 0, 64, socket.IPPROTO_TCP, 0) + \
	    socket.inet_aton("193.11.176.1") + socket.inet_aton("198.51.100.1")
	ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
	tcp = struct.pack("!HHIIBBHHH", 40000, 80, 1, 0, TCP // 4 << 4, 0x10, 65535, 0, 0)
	packet = struct.pack("=BBHHHH", NEEDS_CSUM, GSO_TCPV4, IP + TCP, SEGMENT, IP, 16) + \
	    ip + tcp + b"\1" * (TCP - len(tcp)) + bytes(payload)
	tun = os.open("/dev/net/tun", os.O_RDWR)
	fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH14x", b"machine", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
	os.sched_setaffinity(0, {1})
	if seconds == "0":
	    os.write(tun, packet)
	    sys.exit()

	class Table:
	    def __init__(self, path):
	        self.path = path
	        self.fd = os.open(path, os.O_RDONLY)
	        self.number = re.compile(rb"uncounted_bytes\t(\d+)" if path.endswith("_info") else
	                                 rb"193.11.176.1\t0\t(\d+)\t")
	        self.before = self.passed = 0
	        self.before = self.read()

	    def read(self):
	        found = self.number.search(os.pread(self.fd, 1000, 0))
	        return int(found[1]) - self.before if found else 0

	# Packets that may have been counted, those that have been, whether that is all.
	begun, done, over = range(3)
	shared = memoryview(mmap.mmap(-1, 4096)).cast("I")

	def watch(tables):
	    os.sched_setaffinity(0, {0})
	    reads = torn = 0
	    while not shared[over]:
	        for table in tables:
	            least = shared[done] * step
	            number = table.read()
	            most = shared[begun] * step
	            reads += 1
	            table.passed = max(table.passed, number >> 32)
	            if number % counted or not least <= number <= most:
	                torn += 1
	                if torn <= 10:
	                    print(f"torn: {number} more in {table.path}, not {least} to {most}", file=sys.stderr)
	    passed = min(table.passed for table in tables)
	    print(f"{reads} numbers, {torn} torn; each has been beyond 2^32 * {passed}", file=sys.stderr)
	    os._exit(torn > 0 or passed < 2)

	tables = [Table(path) for path in paths]
	if not (reader := os.fork()):
	    watch(tables)
	end = time.monotonic() + float(seconds)
	while time.monotonic() < end or shared[done] * step >> 32 < 5:
	    shared[begun] += 1
	    os.write(tun, packet)
	    shared[done] += 1
	shared[over] = 1
	print(f"{shared[done]} packets of {counted} bytes, {rules} times each", file=sys.stderr)
	for table in tables:
	    if table.read() != shared[done] * step:
	        sys.exit(f"{table.path}: {table.read()} more")
	sys.exit(os.waitpid(reader, 0)[1] != 0)
END

modprobe tun
router ip tuntap add dev machine mode tun vnet_hdr
router ip link set machine up
router iptables -t raw -A PREROUTING -i machine -j DROP
count_in OWN --netbase 193.11.176.1/32
count_in FULL --netbase 193.11.176.0/24 --maxaddrs 1 --hashsize 65536
row_of 1 | sed 's/176.1\t/176.2\t/' | router tee $TABLES/FULL >/dev/null
# The sender's CPU gets its pages; then the limit is such that only the reserve for
# shared ones is left, the last eighth. (It is large enough, as the hash is.)
send 0
count_in SHARED --netbase 193.11.176.1/32
echo $(($(memory_in_use) * 8 / 7)) >$PARAMETERS/memory
say "packets for $SECONDS_LONG s"
send $SECONDS_LONG
