# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: whatever calls are made on the files, and whatever a rule's match data
# says, nothing breaks. What is read is what stands there; what clears is
# delivered once; what is written is taken if it is right, and changes nothing
# else; all while packets are counted.
#
# families: ipv4 ipv6
# bound: 600
#
# All at random: ODD_SEED is another seed; ODD_CALLS, ODD_LINES and ODD_RULES make it
# longer.
. "$(dirname "$0")/lib.sh"

ORDERED=no
SEED=${ODD_SEED:-1}
CALLS=${ODD_CALLS:-5000}
LINES=${ODD_LINES:-2000}
RULES=${ODD_RULES:-40}
FILES=("" _packets _ipconn)

rule() {
	router $IPTABLES -t raw -A PREROUTING -m traffic "$@"
}

# --- calls ---------------------------------------------------------------------

# "swarm TRUTH": to addresses of CLEARING.
swarm() {
	"${SWARM[@]}" -x -k 300 -a 256 -j 200 -p 10 -s "$SEED" "${@:2}" router "$work/$1" >/dev/null
}

# "pester NUMBER FILE": on this one of CLEARING, and all of PLAIN.
pester() {
	within router "$top/out/test/pester" $((SEED * 100 + $1)) "$CALLS" "$work/delivered$2" \
		$TABLES/PLAIN{,_packets,_ipconn,_info} -- "$TABLES/CLEARING$2"
}

call_oddly() {
	local file number=0
	local -a running=()

	rule --traffic --ipconn --netbase "$(network 11.0.0.0/12)" --name PLAIN
	rule --traffic --ipconn --netbase "$(network 10.0.0.0/12)" --clearonread --name CLEARING
	swarm first -n 2
	for file in "${FILES[@]}"; do
		table PLAIN"$file" >"$work/PLAIN$file"
	done
	swarm second &
	running+=($!)
	for file in "${FILES[@]}"; do
		number=$((number + 1))
		pester $number "$file" &
		running+=($!)
	done
	for process in "${running[@]}"; do
		wait "$process" || die "a process failed"
	done
	for file in "${FILES[@]}"; do
		same_table PLAIN"$file" "$work/PLAIN$file"
		table CLEARING"$file" >"$work/rest$file"
		sum_up "$work/delivered$file" "$work/rest$file" >"$work/all"
		sum_up "$work/first$file" "$work/second$file" >"$work/wanted"
		same_file "$work/all" "$work/wanted"
	done
	router $IPTABLES -t raw -F
}

# --- rows ----------------------------------------------------------------------

# Writes lines, good and bad, in pieces of any size, and keeps a model of what the
# table has to make of them: each that is refused has to be wrong, each that is taken
# right, and in the end the table has to show what was taken.
write_oddly() {
	rule --traffic --netbase "$NETWORK" --name ROWS
	within router /usr/bin/python3 - "$TABLES/ROWS" "$NETWORK" "$LINES" "$SEED" >"$work/ROWS" <<-'END'
		import errno, ipaddress, os, random, re, sys

		path, network, count, seed = sys.argv[1:]
		network = ipaddress.ip_network(network)
		random.seed(int(seed))
		HEADER = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER"
		LIMIT = 1 << 64
		LONGEST = 288       # ROWTEXT_MAX
		rows = {}

		def totals(values):
		    return [sum(values[0::2]), sum(values[1::2])]

		def take(line):
		    """Whether a line has to be taken; if so, its effect."""
		    if line == HEADER:
		        return True
		    if line == "clear":
		        rows.clear()
		        return True
		    sign, key, rest = re.fullmatch(r"(-?)([^\t]*)\t?(.*)", line).groups()
		    fields = rest.split("\t")
		    if len(line) >= LONGEST or len(fields) != 8 or \
		            not all(re.fullmatch("[0-9]+", field) for field in fields):
		        return False
		    numbers = [int(field) for field in fields]
		    values = numbers[2:]
		    if max(numbers) >= LIMIT or numbers[:2] != totals(values):
		        return False
		    try:
		        address = ipaddress.ip_address(key)
		    except ValueError:
		        return False
		    if "%" in key or address.version == 4 and str(address) != key or \
		            address.version != network.version or address not in network:
		        return False
		    before = rows.get(address, [0] * 6)
		    change = -1 if sign else 1
		    after = [old + change * new for old, new in zip(before, values)]
		    if min(after) < 0 or max(totals(after)) >= LIMIT:
		        return False
		    rows[address] = after
		    return True

		def some_number():
		    return random.choice([0, 0, 1, random.randrange(10 ** 6), random.randrange(LIMIT // 8),
		                          LIMIT // 2, LIMIT - 1, LIMIT, LIMIT * 10])

		def some_address():
		    at = int(network.network_address)
		    return str(ipaddress.ip_address(random.choice([at + random.randrange(64),
		        at + random.randrange(network.num_addresses), at - 1, at + network.num_addresses])))

		def good_row():
		    values = [some_number() if random.random() < 0.3 else random.randrange(1000)
		              for _ in range(6)]
		    if rows and random.random() < 0.4:
		        key = random.choice(list(rows))
		        values = [random.randrange(value + 1) for value in rows[key]]
		        return "\t".join([f"-{key}"] + [str(n) for n in totals(values) + values])
		    sign = "-" if random.random() < 0.2 else ""
		    return "\t".join([sign + some_address()] + [str(n) for n in totals(values) + values])

		def damaged(line):
		    at = random.randrange(len(line) + 1)
		    return random.choice([
		        line[:at],
		        line[at:],
		        line[:at] + chr(random.randrange(32, 127)) + line[at:],
		        line[:at] + random.choice("\t\0 -0") + line[at + 1:],
		        line + "\t0",
		        line + "\t",
		        line + "0" * random.randrange(600),
		        line.replace("\t", " "),
		        "-" + line,
		    ])

		def some_line():
		    kind = random.random()
		    if kind < 0.7:
		        return good_row()
		    if kind < 0.95:
		        return damaged(good_row())
		    return random.choice([HEADER, HEADER[:-1], "clear", "clear ", "Clear", "", "-", "\t" * 8])

		table = os.open(path, os.O_WRONLY)
		taken = refused = 0
		while taken + refused < int(count):
		    # A model that looks ahead would be another one: a few lines at a time.
		    text = "".join(some_line() + "\n" for _ in range(random.randrange(1, 6)))
		    start = at = 0      # of the line that is being written; of what is not yet taken
		    while at < len(text):
		        piece = text[at:at + random.choice([1, 10, 100, 5000])]
		        try:
		            done = os.write(table, piece.encode("latin-1"))
		        except OSError as error:
		            end = text.index("\n", at)
		            line = text[start:end]
		            if error.errno != errno.EINVAL:
		                sys.exit(f"{error}: {line!r}")
		            if take(line):
		                sys.exit(f"refused: {line!r}")
		            refused += 1
		            start = at = end + 1
		            continue
		        at += done
		        while (end := text.find("\n", start, at)) >= 0:
		            line = text[start:end]
		            if not take(line):
		                sys.exit(f"taken: {line!r}")
		            taken += 1
		            start = end + 1
		os.close(table)
		print(f"{taken} lines taken, {refused} refused", file=sys.stderr)
		print(HEADER)
		for key in sorted(rows):
		    if any(rows[key]):
		        print(key, *totals(rows[key]), *rows[key], sep="\t")
	END
	same_table ROWS "$work/ROWS"
	router $IPTABLES -t raw -F
}

# --- match data ----------------------------------------------------------------

# A good rule with some fields that are anything; half of the numbers are small.
some_fields() {
	local fields=(abi=4 flags=4 netbase=16 netmask=16 hashsize=4 maxaddrs=4 conntimeout=4
		aggregate=4 reserved=4 name=32 table_room=8)
	local field bytes n

	for ((n = RANDOM % 3; n >= 0; n--)); do
		field=${fields[RANDOM % ${#fields[@]}]}
		bytes=$((RANDOM % 2 ? 1 : ${field#*=}))
		printf -- '--field %s=' "${field%=*}"
		for ((; bytes; bytes--)); do
			printf '%02x' $((RANDOM & 255))
		done
		echo
	done
}

match_oddly() {
	local accepted=0 number

	mkdir "$work/xtables"
	ln -s "$XTABLES_LIBDIR"/*.so "$work/xtables"
	ln -sf "$top/out/test/craft/libxt_traffic.so" "$work/xtables"
	RANDOM=$SEED
	for ((number = 0; number < RULES; number++)); do
		# shellcheck disable=SC2046 # words
		if within router env XTABLES_LIBDIR="$work/xtables" \
			$IPTABLES -A INPUT -m traffic $(some_fields) 2>/dev/null; then
			accepted=$((accepted + 1))
			within router sh -c "cat $TABLES/*" >/dev/null
		fi
	done
	say "$RULES rules, $accepted accepted"
	within router env XTABLES_LIBDIR="$work/xtables" $IPTABLES -F
}

ip netns add router
ip -n router link set lo up
use_bench_hook
say "seed $SEED"
call_oddly
write_oddly
match_oddly
