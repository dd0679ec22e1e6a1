# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: who invents addresses without end gets no further than --maxaddrs and
# the module parameter "memory" allow. The addresses that were there before are
# counted to the byte; of the others, what found no row or no memory is in the
# uncounted totals, to the byte; and the kernel log says it once. Flows without end
# push out others, which is told, and take no more memory.
#
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# several-cpus: each has pages of its own
# bound: 1800
# short: nft-ipv6
#
# FLOOD_CHUNKS=2800 makes it 10 million addresses, on two CPUs: in User-mode Linux,
# for which the module has to be built (test/bench/uml.sh build, modules), in 13 s:
#
#	make -C out/bench/uml/build ARCH=um M=$PWD/out/kmod-VERSION modules
#	test/vm/run.sh --uml --kernel out/bench/uml/linux --modules out/bench/uml-modules \
#		--memory 3072 --env FLOOD_CHUNKS=2800 test/e2e/run.sh --nft 61
. "$(dirname "$0")/lib.sh"

CHUNKS=${FLOOD_CHUNKS:-60}
KNOWN=1000
MEMORY=/sys/module/ipt_traffic/parameters/memory
# What else the kernel allocates meanwhile.
NOISE=$((2 << 20))

# "new_table NAMESPACE MAXADDRS": of all addresses, so both ends of a packet count.
new_table() {
	in_namespace "$1" "$IPTABLES" -t raw -A PREROUTING -m traffic --traffic --ipconn --portconn \
		--netbase "$EVERYTHING" --maxaddrs "$2" --name FLOOD
}

flood() {
	local before messages

	ip netns add "$1"
	ip -n "$1" link set lo up
	# Its tables of rules are made when they are first looked at.
	within "$1" "$IPTABLES" -t raw -S >/dev/null
	before=$(kernel_memory)
	messages=$(dmesg | grep -c "$3" || true)
	new_table "$1" "$2"
	say "swarm: $CHUNKS chunks for each of $(nproc) CPUs"
	"${SWARM[@]}" -o -x -c "$(nproc)" -j "$CHUNKS" -k $KNOWN -a 256 -n 1792 "$1" "$work/truth" \
		>"$work/sent"
	cat "$work/sent" >&2
	same "messages" $(($(dmesg | grep -c "$3") - messages)) 1
	within "$1" cat $TABLES/FLOOD_info | tee "$work/info" >&2
	taken=$(($(kernel_memory) - before))
	say "the kernel took $taken bytes, the table says $(value memory)"
}

value() {
	awk -v key="$1" '$1 == key { print $2 }' "$work/info"
}

# "sent FIELD": of all that was sent; 2 is packets, 3 bytes.
sent() {
	awk -v field="$1" '/^(known|new|strangers)/ { sum += $field } END { printf "%.0f\n", sum }' "$work/sent"
}

expect_exact() {
	local file

	for file in "" _packets _ipconn; do
		within "$1" cat "$TABLES/FLOOD$file" >"$work/got$file"
		those_in "$work/truth$file" "$work/got$file" >"$work/got-known"
		sort "$work/truth$file" >"$work/wanted-known"
		same_file "$work/got-known" "$work/wanted-known"
	done
	same "packets shown or uncounted" $(($(total "$work/got_packets") + $(value uncounted_packets))) \
		$((2 * $(sent 2)))
	same "bytes shown or uncounted" $(($(total "$work/got") + $(value uncounted_bytes))) \
		$((2 * $(sent 3)))
	[ "$(value uncounted_packets)" -gt 0 ] || die "it was no flood"
	[ "$(value memory)" -le "$(value memory_limit)" ] || die "the bound is not kept"
	if ! objects_are_lean; then
		without "what the kernel took, which was more than objects"
	elif [ "$taken" -gt $(($(value memory) + NOISE)) ]; then
		die "the kernel took more than the table says"
	fi
}

use_bench_hook

say "--maxaddrs is the bound"
flood rows 65536 "FLOOD: 90 % of its rows are in use"
expect_exact rows
same "addresses" "$(value addresses)" 65536
ip netns del rows

say "memory is the bound"
echo 24M >$MEMORY
flood memory 16777216 "90 % of the memory for traffic tables is in use"
expect_exact memory
same "memory_limit" "$(value memory_limit)" $((24 << 20))
[ "$(value flows_forgotten)" -gt 0 ] || die "no flow was pushed out"
