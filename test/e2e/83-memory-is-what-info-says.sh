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
# short: nft-ipv4
. "$(dirname "$0")/lib.sh"

KNOWN=100000
# What goes on besides, and objects of which a page has room for more: bytes.
NOISE=$((2 << 20))

# Slabs and per-CPU pages that are empty go back in their time.
all_is_back() {
	[ $(($(kernel_memory) - before)) -lt $NOISE ]
}

# "near WHAT GOT WANTED"
near() {
	local far=$(($2 - $3))

	say "$1 $2 bytes, wanted $3"
	[ ${far#-} -le $((NOISE + $3 / 32)) ] || die "$1 are $2 bytes, wanted $3"
}

drop_all() {
	router $IPTABLES -t raw -F
	until_true 60 all_is_back
	say "given after all: $(($(kernel_memory) - before)) bytes"
}

# "empty_ones_take_what_they_say COUNT OPTION...": of so many tables that they stand out.
empty_ones_take_what_they_say() {
	local i

	before=$(kernel_memory)
	{
		echo "*raw"
		for ((i = 1; i <= $1; i++)); do
			echo "-A PREROUTING -m traffic ${*:2} --name M$i"
		done
		echo COMMIT
	} >"$work/rules"
	router $IPTABLES-restore "$work/rules"
	within router sh -c "cat $TABLES/*_info" |
		awk -F '\t' '$1 == "memory" { sum += $2 } END { printf "%.0f\n", sum }' >"$work/memory"
	near "$1 empty, '${*:2}': given" $(($(kernel_memory) - before)) "$(<"$work/memory")"
	[ "$(<"$work/memory")" -gt $((8 * NOISE)) ] || die "too little to tell"
	drop_all
}

# "takes_what_it_says OPTION...": of a table.
takes_what_it_says() {
	local memory

	before=$(kernel_memory)
	router $IPTABLES -t raw -A PREROUTING -m traffic --netbase "$(network 10.0.0.0/12)" "$@" --name M
	"${SWARM[@]}" -c "$(nproc)" -k $KNOWN router "$work/truth" >/dev/null
	memory=$(info M memory)
	near "full, '$*': given" $(($(kernel_memory) - before)) "$memory"
	same "uncounted" "$(info M uncounted_packets)" 0
	drop_all
}

objects_are_lean || skip "a kernel that keeps no records of objects"
ip netns add router
ip -n router link set lo up
use_bench_hook
echo 0 >/sys/module/ipt_traffic/parameters/linger
echo 1G >/sys/module/ipt_traffic/parameters/memory
whole=$(kernel_memory)
empty_ones_take_what_they_say 32 --traffic --netbase "$(network 10.0.0.0/12)" --maxaddrs 131072
empty_ones_take_what_they_say 16 --portconn --netbase "$(network 10.0.0.0/24)"
empty_ones_take_what_they_say 4 --traffic --clearonread --netbase "$EVERYTHING" \
	--maxaddrs 16777216 --hashsize 16
takes_what_it_says --traffic --ipconn --portconn --clearonread --maxaddrs 1048576
takes_what_it_says --traffic --maxaddrs 131072
takes_what_it_says --traffic --ipconn --clearonread --maxaddrs 200000 --hashsize 65536
rmmod bench_hook
trap 'rm -rf "$work"' EXIT
until_true 20 rmmod ipt_traffic
before=$whole
until_true 60 all_is_back
