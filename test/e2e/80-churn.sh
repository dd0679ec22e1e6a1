# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: whatever goes on around a rule, its table is right. Packets at full speed
# on all CPUs, of both families, openings of connections and locally sent ones among
# them; rules of both flavours added, inserted, replaced, restored, flushed and
# deleted around those that stay, and by their names; a name whose last rule comes and
# goes; namespaces that are made, and destroyed in full use; readers of all sizes,
# some killed, some stopped in the middle of a row; rows written back and subtracted;
# the module removed and loaded between rounds. For each name that stays, what was
# sent is what was read, what is left and what is uncounted, to the byte.
#
# nft-only: it uses both flavours and families itself
# several-cpus: all of them at once
# bound: 3600
#
# CHURN_ROUNDS and CHURN_CHUNKS make it longer, CHURN_SEED another one; each round has
# the next seed.
. "$(dirname "$0")/readers.sh"
. "$(dirname "$0")/changers.sh"

ROUNDS=${CHURN_ROUNDS:-1}
CHUNKS=${CHURN_CHUNKS:-25}
SEED=${CHURN_SEED:-1}
CPUS=$(nproc)
KNOWN=2000
KNOWN_IPV6=500
# ms between two chunks of packets: a kernel that checks itself would have time for
# nothing else.
PAUSE=$((${SLOWNESS:-1} > 2 ? 2 * SLOWNESS * SLOWNESS : 0))
SWARM_IPV6=("${SWARM[@]}" -6)

# Names that stay, and their options. Addresses are found by a hash or not; there is
# room for all of them, or not; each packet has one side inside, or both.
declare -A STAYS=(
	[HASHED]="--traffic --portconn --ipconn --clearonread --netbase 10.0.0.0/7 --maxaddrs $((2 * KNOWN)) --conntimeout 1"
	[DIRECT]="--traffic --ipconn --clearonread --netbase 10.0.0.0/12"
	[STILL]="--traffic --portconn --ipconn --netbase 10.0.0.0/12"
	[TIGHT]="--traffic --clearonread --netbase 10.0.0.0/7 --maxaddrs $((KNOWN / 2)) --conntimeout 1"
	[BOTH]="--traffic --portconn --netbase 0.0.0.0/0 --maxaddrs $((KNOWN / 2))"
	[LOCAL]="--traffic --ipconn --clearonread --netbase 127.0.0.0/8"
	[LOCAL_STILL]="--traffic --ipconn --netbase 127.0.0.0/12"
	[IPV6]="--traffic --portconn --ipconn --clearonread --netbase 2001:db8::a00:0/108 --conntimeout 1"
	[IPV6_STILL]="--traffic --portconn --ipconn --netbase 2001:db8::a00:0/108"
)
CHANGERS=({nft,legacy}" iptables" {nft,legacy}" ip6tables")
CLEARING=({HASHED,DIRECT,LOCAL,IPV6}{,_packets,_ipconn} {HASHED,IPV6}_portconn)
OVERFLOWING=(TIGHT{,_packets})
# Some rows of these are written, too.
KEEPING=({STILL,IPV6_STILL}{,_packets,_ipconn,_portconn})
SHOWING=("${KEEPING[@]}" {BOTH,LOCAL_STILL}{,_packets} LOCAL_STILL_ipconn BOTH_portconn
	{STILL,IPV6_STILL,BOTH,LOCAL_STILL,HASHED}_info)

# --- packets -------------------------------------------------------------------

# "send_locally FIRST_PORT": datagrams, and queries and the kernel's replies, from one
# process of ordinary priority. Each burst of datagrams is of a flow of its own; nobody
# reads what arrives.
send_locally() {
	within router /usr/bin/python3 - "$work" "$RANDOM" "$1" <<-'END'
		import os, random, socket, subprocess, sys

		work, seed, port = sys.argv[1:]
		random.seed(int(seed))
		HERE = "127.0.0.1"
		there = [f"127.0.0.{end}" for end in range(2, 10)]
		receivers = []
		for address in there:
		    receivers.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
		    receivers[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
		    receivers[-1].bind((address, 53))
		files = [open(f"{work}/local{file}-{port}", "w") for file in ("", "_packets", "_ipconn")]
		UDP, ICMP = 2, 3    # which pair of columns; ICMP is among OTHER where sizes are

		def tell(file, address, group, into, out):
		    columns = [0] * (10 if file is files[2] else 8)
		    columns[0:2] = columns[2 * group:2 * group + 2] = into, out
		    print(address, *columns, sep="\t", file=file)

		def datagrams(address, number):
		    global port
		    port = int(port) + 1
		    size = random.randrange(1400)
		    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
		        sender.bind((HERE, port))
		        for _ in range(number):
		            sender.sendto(bytes(size), (address, 53))
		    for file, each in ((files[0], number * (size + 28)), (files[1], number), (files[2], 1)):
		        tell(file, HERE, UDP, 0, each)
		        tell(file, address, UDP, each, 0)
		    return number

		def queries(address, number):
		    size = random.randrange(16, 1400)
		    said = subprocess.run(["ping", "-q", "-A", "-c", str(number), "-s", str(size), address],
		                          check=True, capture_output=True, text=True).stdout
		    if f"{number} packets transmitted" not in said:
		        sys.exit(said)
		    for file, each in ((files[0], number * (size + 28)), (files[1], number)):
		        tell(file, HERE, ICMP, each, each)
		        tell(file, address, ICMP, each, each)
		    tell(files[2], HERE, ICMP, 0, number)
		    tell(files[2], address, ICMP, number, 0)
		    return 2 * number

		packets = 0
		while not os.path.exists(f"{work}/over"):
		    packets += random.choice([datagrams, queries])(random.choice(there), random.randrange(1, 500))
		with open(f"{work}/counts", "a") as counts:
		    print("packets sent locally", packets, sep="\t", file=counts)
	END
}

# "send_ipv6": by half as many packets as those of IPv4.
send_ipv6() {
	"${SWARM_IPV6[@]}" -o -c "$CPUS" -s "$SEED" -j $((CHUNKS / 2)) -k $KNOWN_IPV6 -a 2048 -p $PAUSE \
		router "$work/ipv6" >"$work/sent-ipv6"
}

# --- rules ---------------------------------------------------------------------

# "stay FLAVOUR PROGRAM CHAIN NAME..."
stay() {
	local name

	for name in "${@:4}"; do
		# shellcheck disable=SC2086 # words
		have "$1" router "$2" -t raw -A "$3" -m traffic ${STAYS[$name]} --name "$name"
	done
}

rules_that_stay() {
	local of

	for of in "${CHANGERS[@]}"; do
		# shellcheck disable=SC2086 # words
		have ${of% *} router ${of#* } -t raw -N CHURN
		# shellcheck disable=SC2086
		have ${of% *} router ${of#* } -t raw -A PREROUTING -j CHURN
	done
	stay nft iptables PREROUTING HASHED BOTH
	stay legacy iptables PREROUTING DIRECT STILL TIGHT
	stay nft iptables OUTPUT LOCAL
	stay legacy iptables OUTPUT LOCAL_STILL
	stay nft ip6tables PREROUTING IPV6
	stay legacy ip6tables PREROUTING IPV6_STILL
}

# --- all of them -----------------------------------------------------------------

# "look FILE...": who consumes nothing, by reads of all sizes.
look() {
	local files=("$@") seen=$work/seen file

	while going_on; do
		file=${files[RANDOM % ${#files[@]}]}
		dd if="$tables/$file" bs=$((RANDOM % 4096 + 100)) status=none >"$seen"
		is_whole "$seen" || die "$file is not whole: $(is_whole "$seen" 2>&1 | head -n 5)"
		count "readers that consumed nothing"
	done
}

# "is_whole FILE": a table's lines, or those of NAME_info, have as many fields as the first, and no key twice.
is_whole() {
	awk -F '\t' '
		NR == 1 { fields = NF; next }
		NF != fields || $1 in seen || /\t\t|\t$/ { print; wrong = 1 }
		{ seen[$1] }
		END { exit wrong || !NR }' "$1" >&2
}

# "is_taken FILE": by somebody, or now.
is_taken() {
	[ ! -e "$work/latest-$1" ] && [ ! -e "$work/failed" ] || return 0
	number=$((number + 1))
	drain "$1" 65536 1 1 0 1 >"$work/taken-$1-first-$number" 2>/dev/null
	make_latest "$1" "$work/taken-$1-first-$number"
	[ -e "$work/latest-$1" ]
}

everybody() {
	local number file

	start send_locally 20000
	start send_locally 40000
	start send_ipv6
	for number in 1 2 3 4; do
		start take "${CLEARING[@]}" "${OVERFLOWING[@]}"
		start stop_in_a_row "${CLEARING[@]}" "${OVERFLOWING[@]}"
	done
	start look "${SHOWING[@]}"
	start change_rules nft iptables 10.0.0.0 8 HASHED DIRECT STILL TIGHT BOTH LOCAL LOCAL_STILL
	start change_rules legacy iptables 10.0.0.0 8 HASHED DIRECT STILL TIGHT BOTH LOCAL LOCAL_STILL
	start change_rules nft ip6tables 2001:db8::a00:0 104 IPV6 IPV6_STILL
	start change_rules legacy ip6tables 2001:db8::a00:0 104 IPV6 IPV6_STILL
	start come_and_go
	start come_and_go_namespaces
}

# "is_shown FILE": some rows.
is_shown() {
	table "$1" >"$work/shown-$1-first"
	make_latest "$1" "$work/shown-$1-first"
	[ -e "$work/latest-$1" ] || [ -e "$work/failed" ]
}

# Of each file, so that some is written back.
rows_are_read() {
	local file number=0

	for file in "${CLEARING[@]}"; do
		until_true 60 is_taken "$file"
	done
	for file in "${KEEPING[@]}"; do
		until_true 60 is_shown "$file"
	done
}

everything_happens() {
	local change what

	for what in "${CHANGERS[@]}"; do
		for change in "${CHANGES[@]}"; do
			until_true 60 has_happened "rule changes beside the packets: $what $change"
			until_true 60 has_happened "rule changes where packets pass: $what $change"
		done
	done
	for what in "${SECONDS_LINGERING[@]/#/a name came and went, lingering seconds: }" \
		"readers "{"that came to the end",killed,"stopped for a while"} \
		"readers that "{"closed in a row","consumed nothing"} namespaces; do
		until_true 60 has_happened "$what"
	done
}

# "has_happened WHAT": or never will, as somebody has failed.
has_happened() {
	grep -q -x "$1	[1-9][0-9]*" "$work/counts" || [ -e "$work/failed" ]
}

# --- what has come of it ---------------------------------------------------------

# "sent WHOSE FIELD"
sent() {
	awk -v whose="$1" -v field="$2" '$1 == whose { print $field }' "$work/sent"
}

# "all_are_there NAME TRUTH SUFFIX...": its files, where rows were written back.
all_are_there() {
	local file

	for file in "${@:3}"; do
		all_taken "$1$file" >"$work/all"
		rows_were_written "$1$file"
		sum_up "$2$file" "$work/given-$1$file" >"$work/wanted"
		same_file "$work/all" "$work/wanted"
	done
}

# "overflowed NAME PREFIX PACKETS BYTES": what its files PREFIX and PREFIX_packets have,
# and what is uncounted, is so much.
overflowed() {
	local packets bytes

	packets=$(info "$1" uncounted_packets)
	bytes=$(info "$1" uncounted_bytes)
	same "packets of $1, $packets of them uncounted" $(($(total "$2_packets") + packets)) "$3"
	same "bytes of $1, $bytes of them uncounted" $(($(total "$2") + bytes)) "$4"
	[ "$packets" -gt 0 ] || die "$1 had room for all"
	count "packets uncounted" "$packets"
}

all_is_right() {
	local name file

	for name in HASHED DIRECT STILL LOCAL LOCAL_STILL IPV6 IPV6_STILL; do
		same "what is uncounted in $name" \
			"$(info $name uncounted_packets) $(info $name uncounted_bytes)" "0 0"
	done
	for file in "" _packets _ipconn; do
		sum_up "$work/local$file"-* >"$work/local$file"
	done
	all_are_there HASHED "$work/truth" "" _packets _ipconn _portconn
	all_are_there DIRECT "$work/truth" "" _packets _ipconn
	all_are_there IPV6 "$work/ipv6" "" _packets _ipconn _portconn
	all_are_there LOCAL "$work/local" "" _packets _ipconn
	all_are_there STILL "$work/truth" "" _packets _ipconn _portconn
	all_are_there IPV6_STILL "$work/ipv6" "" _packets _ipconn _portconn
	for file in "" _packets _ipconn; do
		table LOCAL_STILL"$file" >"$work/local-shown$file"
		sum_up "$work/local-shown$file" >"$work/all"
		same_file "$work/all" "$work/local$file"
	done

	for file in "" _packets; do
		all_taken TIGHT"$file" >"$work/tight$file"
		same "rows of TIGHT$file that have too much" "$(too_much "$work/tight$file" "$work/truth$file")" ""
		table BOTH"$file" >"$work/both$file"
	done
	overflowed TIGHT "$work/tight" "$(sent known 2)" "$(sent known 3)"
	# Each packet once per side; of local ones the other tables have both sides as well.
	overflowed BOTH "$work/both" \
		$((2 * ($(sent known 2) + $(sent strangers 2)) + $(total "$work/local_packets"))) \
		$((2 * ($(sent known 3) + $(sent strangers 3)) + $(total "$work/local")))
}

round() {
	rm -rf "${work:?}"/*
	ip netns add router
	ip -n router link set lo up
	rules_that_stay
	nsenter --net=/run/netns/router sleep infinity &
	tables=/proc/$!/net/xt_traffic
	until_true 10 test -e $tables/IPV6_STILL
	say "round $1 of $ROUNDS: $CPUS CPUs, $KNOWN addresses, seed $SEED"
	everybody
	"${SWARM[@]}" -o -c "$CPUS" -s "$SEED" -j "$CHUNKS" -k $KNOWN -a 2048 -p $PAUSE \
		router "$work/truth" >"$work/sent" &
	swarm=$!
	rows_are_read
	start write_back "${CLEARING[@]}" "${KEEPING[@]}"
	wait $swarm
	everything_happens
	end_actors
	all_is_right
	count "packets sent by the swarm" "$(sent known 2)"
	count "packets of IPv6 sent by the swarm" "$(awk '$1 == "known" { print $2 }' "$work/sent-ipv6")"
	add_to_total
}

declare -A totals=()

add_to_total() {
	local what number

	while IFS=$'\t' read -r what number; do
		totals[$what]=$((${totals[$what]:-0} + number))
	done < <(awk -F '\t' '{ sum[$1] += $2 } END { for (what in sum) printf "%s\t%.0f\n", what, sum[what] }' "$work/counts")
}

# Everything, and how often.
tell_totals() {
	local what

	for what in "${!totals[@]}"; do
		echo "${totals[$what]} $what"
	done | sort -k 2 >&2
}

# As a user would for a new version.
reload() {
	ip netns pids router | xargs -r kill -KILL
	ip netns del router
	until_true 20 rmmod ipt_traffic
	insmod "$top/out/kmod-$(uname -r)/ipt_traffic.ko"
	totals[reloads]=$((${totals[reloads]:-0} + 1))
}

use_bench_hook
# Nothing that is sent locally is lost on its way.
sysctl -q -w net.core.netdev_max_backlog=10000000
for ((number = 1; number <= ROUNDS; number++)); do
	[ $number = 1 ] || reload
	round $number
	SEED=$((SEED + 1))
done
tell_totals
