# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: the memory that NAME_info tells of a table is what the kernel has given
# for it, with all CPUs counting; and when the module goes, all of it is back.
#
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# several-cpus: each has pages of its own
# bound: 300
. "$(dirname "$0")/lib.sh"

KNOWN=100000
# What goes on besides, in KiB, and objects of which a page has room for more.
NOISE=2048

# What may hold a table, in KiB.
given() {
	awk '/^(SUnreclaim|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# Slabs and per-CPU pages that are empty go back in their time.
all_is_back() {
	local now

	now=$(given)
	[ $((now - before)) -lt $NOISE ]
}

# "near WHAT GOT WANTED": in KiB.
near() {
	local far=$(($2 - $3))

	say "$1 $2 KiB, wanted $3"
	[ ${far#-} -le $((NOISE + $3 / 32)) ] || die "$1 are $2 KiB, wanted $3"
}

# "takes_what_it_says OPTION...": of a table.
takes_what_it_says() {
	local memory

	before=$(given)
	router $IPTABLES -t raw -A PREROUTING -m traffic --netbase "$(network 10.0.0.0/12)" "$@" --name M
	near "empty, '$*': given" $(($(given) - before)) $(($(info M memory) / 1024))
	"${SWARM[@]}" -c "$(nproc)" -k $KNOWN router "$work/truth" >/dev/null
	memory=$(info M memory)
	near "full: given" $(($(given) - before)) $((memory / 1024))
	same "uncounted" "$(info M uncounted_packets)" 0
	router $IPTABLES -t raw -F
	until_true 60 all_is_back
	say "given after all: $(($(given) - before)) KiB"
}

objects_are_lean || skip "a kernel that keeps no records of objects"
ip netns add router
ip -n router link set lo up
use_bench_hook
echo 0 >/sys/module/ipt_traffic/parameters/linger
echo 1G >/sys/module/ipt_traffic/parameters/memory
whole=$(given)
takes_what_it_says --traffic --ipconn --portconn --clearonread --maxaddrs 1048576
takes_what_it_says --traffic --maxaddrs 131072
takes_what_it_says --traffic --ipconn --clearonread --maxaddrs 200000 --hashsize 65536
rmmod bench_hook
trap 'rm -rf "$work"' EXIT
until_true 20 rmmod ipt_traffic
before=$whole
until_true 60 all_is_back
