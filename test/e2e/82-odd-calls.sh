# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: whatever calls are made on the files, and whatever a rule's match data
# says, nothing breaks. What is read is what stands there; what clears is
# delivered once; what is written is taken if it is right, and changes nothing
# else, whoever else writes; all while packets are counted, and rules of both flavours
# come and go.
#
# families: ipv4 ipv6
# nft-only: it uses both flavours itself
# bound: 600
# short: nft-ipv4
#
# All at random: ODD_SEED is another seed; ODD_CALLS, ODD_LINES (of each file) and
# ODD_RULES make it longer.
. "$(dirname "$0")/lib.sh"

ORDERED=no
SEED=${ODD_SEED:-1}
CALLS=${ODD_CALLS:-2000}
LINES=${ODD_LINES:-150}
RULES=${ODD_RULES:-40}
FILES=("" _packets _ipconn)

rule() {
	router $IPTABLES -t raw -A PREROUTING -m traffic "$@"
}

# "swarm TRUTH [OPTION...]": of addresses of CLEARING.
swarm() {
	"${SWARM[@]}" -x -k 300 -a 256 -p 10 -s "$SEED" "${@:2}" router "$work/$1" >/dev/null
}

# --- calls ---------------------------------------------------------------------

PLAIN="--traffic --ipconn --portconn --netbase $(network 11.0.0.0/12) --name PLAIN"
CLEARING="--traffic --ipconn --netbase $(network 10.0.0.0/12) --clearonread --name CLEARING"

# "pester NUMBER FILE": on this one of CLEARING, and all of PLAIN.
pester() {
	within router "$top/out/test/pester" $((SEED * 100 + $1)) "$CALLS" "$work/delivered$2" \
		$TABLES/PLAIN{,_packets,_ipconn,_portconn,_info} -- "$TABLES/CLEARING$2"
}

# "change_rules FLAVOUR": of the tables that are read, and of others, some of which are
# refused, as they have one name; where no packet passes. (A subshell would begin with
# random numbers of its own.)
change_rules() {
	local all=("$PLAIN" "$CLEARING" "--traffic --netbase $NETWORK --name X"
		"--portconn --clearonread --netbase $NETWORK --name X")
	local changes=0 taken=0 options
	local -a multi=(within router "xtables-$1-multi")

	RANDOM=$((SEED + ${#1}))
	while [ -e "$work/pestering" ]; do
		sleep 0.5
		options="-m traffic ${all[RANDOM % ${#all[@]}]}"
		# shellcheck disable=SC2086 # words
		case $((RANDOM % 6)) in
		0 | 1) "${multi[@]}" $IPTABLES -t raw -A OUTPUT $options ;;
		2) "${multi[@]}" $IPTABLES -t raw -R OUTPUT 1 $options ;;
		3) "${multi[@]}" $IPTABLES -t raw -D OUTPUT 1 ;;
		4) "${multi[@]}" $IPTABLES -t raw -F OUTPUT ;;
		5) "${multi[@]}" "$IPTABLES-restore" --noflush <<-END ;;
			*raw
			-F OUTPUT
			-A OUTPUT $options
			COMMIT
		END
		esac 2>>"$work/said" && taken=$((taken + 1))
		changes=$((changes + 1))
	done
	"${multi[@]}" $IPTABLES -t raw -F OUTPUT
	say "$1: $changes changes of rules, $taken of them taken"
	[ $taken -gt 0 ]
}

call_oddly() {
	local file number=0 flavour
	local -a running=() changing=()

	# shellcheck disable=SC2086 # words
	{
		rule $PLAIN
		rule $CLEARING
	}
	swarm first -n 2 -j 200
	for file in "${FILES[@]}"; do
		table PLAIN"$file" >"$work/PLAIN$file"
	done
	touch "$work/pestering"
	for flavour in nft legacy; do
		change_rules $flavour &
		changing+=($!)
	done
	swarm second -j 200 &
	running+=($!)
	for file in "${FILES[@]}"; do
		number=$((number + 1))
		pester $number "$file" >"$work/calls$file" &
		running+=($!)
	done
	for process in "${running[@]}"; do
		wait "$process" || die "a process failed"
	done
	rm "$work/pestering"
	for process in "${changing[@]}"; do
		wait "$process" || die "no rule was changed"
	done
	cat "$work"/calls* >&2
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

# Writes lines, good and bad, of batches or not, in pieces of any size, and keeps a model
# of what the file has to make of them: each that is refused has to be wrong, each that is
# taken right, and in the end the file has to show what was taken. So for each file, first
# by one writer, then by two at once; of these, each subtracts no more than it has added,
# so that its own model is enough.
write_oddly() {
	rule --traffic --ipconn --portconn --netbase "$NETWORK" --name ROWS
	rule --traffic --ipconn --portconn --netbase "$NETWORK" --clearonread --name TAKEN
	within router /usr/bin/python3 - "$NETWORK" "$LINES" "$SEED" \
		$TABLES/{ROWS{,_packets,_ipconn,_portconn},TAKEN{,_packets,_ipconn,_portconn}} <<-'END'
			import ipaddress, json, os, random, re, sys
			from errno import EINVAL, ESTALE

			network, count, seed, *paths = sys.argv[1:]
			network = ipaddress.ip_network(network)
			LIMIT = 1 << 64
			LONGEST = 288       # ROWTEXT_MAX

			def totals(values):
			    return [sum(values[0::2]), sum(values[1::2])]

			def generation_of(path):
			    directory, name = os.path.split(path)
			    with open(f"{directory}/{name.split('_')[0]}_info") as info:
			        return int(dict(line.split("\t", 1) for line in info)["generation"])

			class Model:
			    def __init__(self, path, header, alone):
			        self.path = path
			        self.header = header
			        self.columns = self.header.count("\t") - 2
			        self.by_port = self.header.startswith("PORT")
			        self.alone = alone
			        self.rows = {}
			        self.generation = generation_of(path)
			        # ID and line: of the batch that the file has taken, that an open file writes.
			        self.taken, self.writes = [0, 0], [0, 0]

			    def reopen(self):
			        self.writes = [0, 0]

			    def is_key(self, key):
			        if self.by_port:
			            return re.fullmatch("0|[1-9][0-9]{0,4}", key) and int(key) < 65536
			        try:
			            address = ipaddress.ip_address(key)
			        except ValueError:
			            return False
			        return str(address) == key and address.version == network.version and \
			            address in network

			    def effect(self, line):
			        """What a row's line does: its key and what its values become, or nothing."""
			        sign, key, rest = re.fullmatch(r"(-?)([^\t]*)\t?(.*)", line).groups()
			        fields = rest.split("\t")
			        if len(line) >= LONGEST or len(fields) != 2 + self.columns or \
			                not all(re.fullmatch("[0-9]+", field) for field in fields):
			            return None
			        numbers = [int(field) for field in fields]
			        if max(numbers) >= LIMIT or numbers[:2] != totals(numbers[2:]) or not self.is_key(key):
			            return None
			        change = -1 if sign else 1
			        before = self.rows.get(key, [0] * self.columns)
			        return key, [old + change * new for old, new in zip(before, numbers[2:])]

			    def take(self, line):
			        """The error with which a line has to be refused, or 0; if so, its effect."""
			        if len(line) >= LONGEST:
			            return EINVAL
			        if line in (self.header, "peek"):
			            return 0
			        if line == "clear":
			            self.rows.clear()
			            self.taken = [0, 0]
			            self.generation = generation_of(self.path)
			            return 0
			        if batch := re.fullmatch("batch ([0-9]+) ([0-9]+) ([0-9]+)", line):
			            generation, id, number = map(int, batch.groups())
			            if max(generation, id) < LIMIT and id and number < LIMIT // 2:
			                return self.begin_batch(generation, id, number)
			        return self.take_row_of_batch(line) if self.writes[0] else self.take_row(line)

			    def begin_batch(self, generation, id, number):
			        if generation != self.generation:
			            return ESTALE
			        if id != self.taken[0]:
			            self.taken = [id, 0]
			        self.taken[1] = max(self.taken[1], number)
			        self.writes = [id, number]
			        return 0

			    def take_row_of_batch(self, line):
			        id, number = self.writes
			        if id != self.taken[0]:
			            return ESTALE
			        error = self.take_row(line) if number >= self.taken[1] else 0
			        if not error:
			            self.writes[1] += 1
			            self.taken[1] = max(self.taken[1], number + 1)
			        return error

			    def take_row(self, line):
			        key, after = self.effect(line) or (None, [-1])
			        if min(after) < 0 or max(totals(after)) >= LIMIT:
			            return EINVAL
			        self.rows[key] = after
			        return 0

			    def some_number(self):
			        if not self.alone:
			            return random.choice([0, 1, random.randrange(10 ** 6)])
			        return random.choice([0, 0, 1, random.randrange(10 ** 6), random.randrange(LIMIT // 8),
			                              LIMIT // 2, LIMIT - 1, LIMIT, LIMIT * 10])

			    def some_key(self):
			        if self.by_port:
			            return str(random.choice([random.randrange(64), random.randrange(65536), 65535, 65536]))
			        at = int(network.network_address)
			        return str(ipaddress.ip_address(random.choice([at + random.randrange(64),
			            at + random.randrange(network.num_addresses), at - 1, at + network.num_addresses])))

			    def good_row(self):
			        values = [self.some_number() if random.random() < 0.3 else random.randrange(1000)
			                  for _ in range(self.columns)]
			        sign, key = "-" if random.random() < 0.2 else "", self.some_key()
			        if self.rows and random.random() < 0.4:
			            sign, key = "-", random.choice(list(self.rows))
			            values = [random.randrange(value + 1) for value in self.rows[key]]
			        return "\t".join([sign + key] + [str(n) for n in totals(values) + values])

			    def good_batch(self):
			        number = random.choice([0, 1, self.taken[1], self.taken[1], self.taken[1] + 2])
			        if random.random() < 0.1:
			            number = random.choice([LIMIT // 2 - 1, LIMIT // 2, LIMIT - 1, LIMIT])
			        return f"batch {self.generation} {random.randrange(1, 6)} {number}"

			    def some_line(self):
			        kind = random.random()
			        if kind < 0.65:
			            return self.good_row()
			        if kind < 0.9:
			            return damaged(self.good_row())
			        if kind < 0.94 and self.alone:
			            return random.choice([str, damaged])(self.good_batch())
			        if kind < 0.995 or not self.alone:
			            return random.choice([self.header, self.header[:-1], "peek", "clear ", "Clear", "", "-",
			                                  "\t" * 8, "batch 1 1 1", "batch 1 0 0", "batch"])
			        return "clear"

			    def some_lines(self):
			        if self.alone:
			            # A model that looks ahead would be another one: a few lines at a time.
			            return [self.some_line() for _ in range(random.randrange(1, 6))]
			        # The other one decides about what is more than this one's.
			        while min((self.effect(line := self.some_line()) or (None, [0]))[1]) < 0:
			            pass
			        return [line]

			    def shown(self):
			        return {key: totals(values) + values for key, values in self.rows.items() if any(values)}

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

			def read(path):
			    with open(path, encoding="latin-1") as table:
			        return table.read().split("\n")

			def shown(path):
			    rows = [line.split("\t") for line in read(path)[1:-1]]
			    return {key: [int(value) for value in values] for key, *values in rows}

			def write(path, model):
			    table = os.open(path, os.O_WRONLY)
			    taken = refused = 0
			    while taken + refused < int(count):
			        if random.random() < 0.05:
			            os.close(table)
			            table = os.open(path, os.O_WRONLY)
			            model.reopen()
			        text = "".join(line + "\n" for line in model.some_lines())
			        start = at = 0      # of the line that is being written; of what is not yet taken
			        while at < len(text):
			            piece = text[at:at + random.choice([1, 10, 100, 5000])]
			            try:
			                done = os.write(table, piece.encode("latin-1"))
			            except OSError as error:
			                end = text.index("\n", at)
			                line = text[start:end]
			                wanted = model.take(line)
			                if error.errno != wanted:
			                    sys.exit(f"{path}: {error}, wanted {wanted}: {line!r}")
			                refused += 1
			                start = at = end + 1
			                continue
			            at += done
			            while (end := text.find("\n", start, at)) >= 0:
			                line = text[start:end]
			                if model.take(line):
			                    sys.exit(f"{path} has taken: {line!r}")
			                taken += 1
			                start = end + 1
			    os.close(table)
			    print(f"{path}: {taken} lines taken, {refused} refused", file=sys.stderr)
			    if not taken or not refused:
			        sys.exit("nothing of the one or the other")

			def compare(path, wanted):
			    got = shown(path)
			    for key in got.keys() | wanted.keys():
			        if got.get(key) != wanted.get(key):
			            sys.exit(f"{path}: {key} has {got.get(key)}, wanted {wanted.get(key)}")
			    print(f"{path}: all {len(wanted)} rows are right", file=sys.stderr)

			def start_writer(path, header, number):
			    fd, to = os.pipe()
			    if not os.fork():
			        random.seed(f"{seed} {path} {number}")
			        model = Model(path, header, False)
			        write(path, model)
			        with open(to, "w") as end:
			            json.dump(model.shown(), end)
			        sys.exit()
			    os.close(to)
			    return open(fd)

			for path in paths:
			    random.seed(f"{seed} {path}")
			    header = read(path)[0]
			    model = Model(path, header, True)
			    write(path, model)
			    compare(path, model.shown())

			    with open(path, "w") as table:
			        table.write("clear\n")
			    together = {}
			    for share in [start_writer(path, header, number) for number in range(2)]:
			        share = share.read() or sys.exit("a writer has failed")
			        for key, values in json.loads(share).items():
			            before = together.get(key, [0] * len(values))
			            together[key] = [a + b for a, b in zip(before, values)]
			    compare(path, together)
		END
	router $IPTABLES -t raw -F
}

# --- match data ----------------------------------------------------------------

# As they stand in memory: 10.0.0.0, and masks with which the other end of what swarm
# sends is outside.
case $FAMILY in
ipv4) BASE=0a000000 ONES='' BITS=0 ;;
ipv6) BASE=20010db800000000000000000a000000 ONES=ffffffffffffffffffffffff BITS=96 ;;
esac
MASKS=(ff000000 fff00000 ffff0000 ffffff00 ffffffc0)
printf -v AGGREGATES 'aggregate=%02x ' $((BITS + 12)) $((BITS + 20)) $((BITS + 28)) $((BITS + 32))
# shellcheck disable=SC2206 # words
RIGHT=(flags={01,02,03,04,05,06,07,09,0d,11,17,1f,21,29,2f} hashsize={10,0010,00000100}
	maxaddrs={01,10000000,00100000} conntimeout={01,0a000000,c0a80000} $AGGREGATES
	abi=01 reserved=000000 table_room=0000000000000000)
ANY=(abi=4 flags=4 netbase=16 netmask=16 hashsize=4 maxaddrs=4 conntimeout=4
	aggregate=4 reserved=4 name=32 table_room=8)

# "some_fields NUMBER" sets $fields: those of a good rule with a name of its own, and
# some that are right, or anything; half of these are small.
some_fields() {
	local field bytes hex n

	fields="--field netbase=$BASE --field netmask=$ONES${MASKS[RANDOM % ${#MASKS[@]}]}"
	fields+=" --field name=4f"
	for ((n = 0; n < ${#1}; n++)); do
		fields+=3${1:n:1}
	done
	fields+=0000000000
	for ((n = RANDOM % 3; n >= 0; n--)); do
		fields+=" --field "
		if ((RANDOM % 2)); then
			fields+=${RIGHT[RANDOM % ${#RIGHT[@]}]}
			continue
		fi
		field=${ANY[RANDOM % ${#ANY[@]}]}
		fields+=${field%=*}=
		for ((bytes = RANDOM % 2 ? 1 : ${field#*=}; bytes; bytes--)); do
			printf -v hex '%02x' $((RANDOM & 255))
			fields+=$hex
		done
	done
}

# "crafted FLAVOUR ARGUMENT..."
crafted() {
	within router env XTABLES_LIBDIR="$work/xtables" "xtables-$1-multi" $IPTABLES -t raw "${@:2}"
}

# "try_rules FLAVOUR": sends packets through the rules that were accepted, and reads all
# there is: what a rule has matched is in its table, if that counts packets, or uncounted.
try_rules() {
	local -a matched
	local number shown counted uncounted

	swarm matched -j 2
	mapfile -t matched < <(crafted "$1" -nvxL PREROUTING | awk 'NR > 2 { print $1 }')
	same "rules" ${#matched[@]} ${#names[@]}
	rm -rf "$work/shown"
	mkdir "$work/shown"
	within router sh -c "cp $TABLES/* '$work/shown'"
	for number in "${!names[@]}"; do
		shown=$work/shown/${names[number]}
		[ -e "${shown}_packets" ] || continue
		counted=$(total "${shown}_packets")
		uncounted=$(awk '$1 == "uncounted_packets" { print $2 }' "${shown}_info")
		same "what ${names[number]} matched" "${matched[number]}" $((counted + uncounted))
		compared=$((compared + (counted > 0)))
	done
	crafted "$1" -F
	names=()
}

# "match_oddly FLAVOUR": which rules are accepted stands in accepted-FLAVOUR then.
match_oddly() {
	local compared=0 number fields
	local -a names=()

	RANDOM=$SEED
	for ((number = 1; number <= RULES; number++)); do
		some_fields $number
		# shellcheck disable=SC2086 # words
		if crafted "$1" -A PREROUTING -m traffic $fields 2>/dev/null; then
			echo "$number $fields" >>"$work/accepted-$1"
			# One that is anything may be right, too.
			[[ $fields == *" name="*" name="* ]] && names+=("") || names+=("O$number")
			[ ${#names[@]} -lt 20 ] || try_rules "$1"
		fi
	done
	try_rules "$1"
	say "$1: $RULES rules, $(wc -l <"$work/accepted-$1") accepted, $compared of them counted packets"
	[ $compared -gt 0 ] || die "no rule that was accepted has counted"
}

no_file_is_left() {
	[ -z "$(within router sh -c "ls $TABLES")" ]
}

# By either way into the kernel the same is accepted.
match_oddly_by_both() {
	local flavour

	mkdir "$work/xtables"
	ln -s "$XTABLES_LIBDIR"/*.so "$work/xtables"
	ln -sf "$top/out/test/craft/libxt_traffic.so" "$work/xtables"
	for flavour in nft legacy; do
		# The names are those of before.
		until_true 10 no_file_is_left
		match_oddly $flavour
	done
	same_file "$work/accepted-legacy" "$work/accepted-nft"
}

ip netns add router
ip -n router link set lo up
use_bench_hook
echo 0 >/sys/module/ipt_traffic/parameters/linger
say "seed $SEED"
call_oddly
write_oddly
match_oddly_by_both
