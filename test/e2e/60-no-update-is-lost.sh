# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# several-cpus: all of them count the same addresses
#
# Promise: however many CPUs count the same addresses at once, the tables hold
# what was sent, to the byte, both while each CPU has memory of its own to count
# in and when, at the bound, all share it. The packets come from the bench's
# module, which sends one each few hundred ns on every CPU, to two addresses.
. "$(dirname "$0")/lib.sh"

MEMORY=/sys/module/ipt_traffic/parameters/memory

new_table() {
	ip netns add router
	router ip link set lo up
	router iptables -t raw -A PREROUTING -m traffic --traffic --ipconn --portconn \
		--netbase 10.0.0.0/31 --name RSN
}

all_cpus_count() {
	say "drive"
	"$top/out/test/drive" --cpus "$(nproc)" --addresses 2 --rounds 4 --chunks 64 \
		--truth "$work/bench" router >&2
	for file in "" _packets _ipconn _portconn; do
		same_table "RSN$file" "$work/bench$file"
	done
	same "uncounted packets" "$(info RSN uncounted_packets)" 0
}

use_bench_hook
[ "$(nproc)" -gt 1 ] || die "one CPU races with nobody"

new_table
empty=$(info RSN memory)
all_cpus_count
own=$(($(info RSN memory) - empty))
ip netns del router

# A CPU gets pages of its own up to 7/8 of the bound.
new_table
echo $((empty * 8 / 7)) >$MEMORY
all_cpus_count
shared=$(($(info RSN memory) - empty))
say "memory for counters: $own of their own, $shared shared"
[ "$shared" -lt "$own" ] || die "the CPUs did not share"
