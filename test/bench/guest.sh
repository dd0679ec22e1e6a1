#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The part of the bench that runs in a booted kernel, as root (run.sh boots it):
#
#	test/bench/guest.sh speed [OPTION...] NAME...
#
# measures the candidates NAME of candidates.tsv, all of them in turn, for each
# combination of
#
#	--sizes "N..."		addresses that are active (default 4096)
#	--sequences "S..."	uniform, zipf (default uniform)
#	--mixes "M..."		all, tcp, udp (default all)
#
# with --cpus N (and each number below, with --less-cpus 1), --rounds N and
# --chunks N as drive has them. The figures go to
# $VM_RESULTS/speed.tsv: the rig ($BENCH_RIG), sequence, mix, size, CPUs, and
# behind them a line of drive's. "calibrate" is the first line of each run.
#
#	test/bench/guest.sh lost [OPTION...] NAME...
#
# tells by how many bytes what the candidates show differs from what they were
# sent on --cpus N at once.
#
#	test/bench/guest.sh memory [OPTION...] NAME...
#
# tells what memory the candidates take when each address of a /12 is active, for
# each of --counting "N...", and when one is in each /24 of it.
#
#	test/bench/guest.sh reading|restoring [--sizes "N..."] [--rounds N]
#
# tells what read.sh and restore.sh say.
#
# These go to $VM_RESULTS/facts.tsv: what, size, value, unit.
set -euo pipefail
export LC_ALL=C

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
results=${VM_RESULTS:-$top/out/bench}
# shellcheck source=test/bench/candidates.sh
. "$here/candidates.sh"
# shellcheck source=test/bench/read.sh
. "$here/read.sh"
# shellcheck source=test/bench/restore.sh
. "$here/restore.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "[$SECONDS s] $*"
}

# The extensions of the system, with ours among them.
make_xtables() {
	BENCH_XTABLES=$work/xtables
	mkdir "$BENCH_XTABLES"
	ln -s "$(pkg-config --variable=xtlibdir xtables)"/lib*.so "$BENCH_XTABLES/"
	ln -sf "$top/out/libxt_traffic.so" "$BENCH_XTABLES/"
}

# "load_own NAME" loads a module that was built for this kernel here.
load_own() {
	local file needed

	for file in "$top"/out/{bench-$(uname -r),kmod-$(uname -r),bench/uml-modules}/"$1.ko"; do
		[ -e "$file" ] || continue
		[[ $(modinfo -F vermagic "$file") == "$(uname -r) "* ]] || continue
		for needed in $(modinfo -F depends "$file" | tr , ' '); do
			modprobe "$needed" 2>/dev/null || true
		done
		insmod "$file"
		return
	done
	die "no $1.ko for $(uname -r)"
}

# What is built into the kernel has its parameters from the command line.
load_modules() {
	load_own ipt_traffic
	load_own xt_ACCOUNT
	load_own bench_hook
	[ -e /sys/module/xt_recent ] || modprobe xt_recent ip_list_tot=65536
	[ -e /sys/module/nf_conntrack ] || modprobe nf_conntrack
	sysctl -q -w net.netfilter.nf_conntrack_max=4194304
	[ ! -e /proc/sys/net/core/bpf_jit_enable ] || sysctl -q -w net.core.bpf_jit_enable=1
}

# "clocked NAMESPACE COMMAND...": prints ns of the clock, or instructions.
clocked() {
	ip netns exec "$1" "$top/out/test/clocked" 1 "${@:2}" |
		if [ "$BENCH_RIG" = icount ]; then cut -f 2; else cut -f 1; fi
}

# "keep_least NAME VALUE": in the caller's array "least".
keep_least() {
	if [ -z "${least[$1]:-}" ] || [ "$2" -lt "${least[$1]}" ]; then
		least[$1]=$2
	fi
}

# "clocked_fact WHAT SIZE VALUE": a value of clocked.
clocked_fact() {
	if [ "$BENCH_RIG" = icount ]; then
		fact "$1" "$2" "$3" instructions
	else
		fact "$1" "$2" "$(awk "BEGIN { print $3 / 1e6 }")" ms
	fi
}

drive() {
	"$top/out/test/drive" "$@"
}

# "drive_both OPTION... -- NAME...": each with packets of its family.
drive_both() {
	local -a options=() ipv4=() ipv6=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	for name in "${@:2}"; do
		if [[ $name == ipv6-* ]]; then ipv6+=("$name"); else ipv4+=("$name"); fi
	done
	[ ${#ipv4[@]} = 0 ] || drive "${options[@]}" "${ipv4[@]}"
	[ ${#ipv6[@]} = 0 ] || drive "${options[@]}" --ipv6 "${ipv6[@]}"
}

# The bound of the candidate "bound" is everybody's: they have their memory first.
make_candidates() {
	local size=$1 name
	local -a ours=()
	shift

	for name; do
		[ "$name" != bound ] || continue
		make_candidate "$name" "$size"
		[[ ! $name =~ ^(ipv6-)?(traffic|all|hashed) ]] || ours+=("$name")
	done
	[[ " $* " == *" bound "* ]] || return 0
	drive_both --addresses "$size" --cpus "$cpus" --rounds 1 --chunks 1 -- "${ours[@]}" >/dev/null
	make_candidate bound "$size"
	set_bound
}

remove_candidates() {
	local name

	lift_bound
	for name; do
		remove_candidate "$name"
	done
}

# A candidate that could not keep all addresses has done less than the others.
check_rows() {
	local size=$1 rows
	shift

	if [[ " $* " == *" hashlimit "* ]]; then
		rows=$(ip netns exec hashlimit cat /proc/net/ipt_hashlimit/out | wc -l)
		[ "$rows" = "$size" ] || die "hashlimit has $rows rows, not $size"
	fi
	# A longer list of it takes minutes to read.
	if [[ " $* " == *" recent "* ]] && [ "$size" -le 4096 ]; then
		rows=$(ip netns exec recent cat /proc/net/xt_recent/out | wc -l)
		[ "$rows" = "$size" ] || die "recent has $rows rows, not $size"
	fi
	if [[ " $* " == *" bound "* ]]; then
		rows=$(ip netns exec bound cat /proc/net/xt_traffic/bench_info | awk '$1 == "uncounted_packets" { print $2 }')
		[ "$rows" = 0 ] || die "bound could not count $rows packets"
	fi
}

speed_of_size() {
	local size=$1 sequence mix count
	local -a options
	shift

	say "$size addresses: making the candidates"
	make_candidates "$size" "$@"
	for sequence in $sequences; do
		for mix in $mixes; do
			for count in $(seq $((less_cpus ? 1 : cpus)) "$cpus"); do
				options=(--addresses "$size" --cpus "$count" --rounds "$rounds" --chunks "$chunks" --mix "$mix")
				[ "$sequence" != zipf ] || options+=(--zipf)
				[[ " $* " != *" conntrack "* ]] || options+=(--confirm)
				say "$size addresses, $sequence, $mix, $count CPUs"
				drive_both "${options[@]}" -- "$@" |
					sed "s/^/$BENCH_RIG\t$sequence\t$mix\t$size\t$count\t/" >>"$results/speed.tsv"
			done
		done
	done
	check_rows "$size" "$@"
	remove_candidates "$@"
}

speed() {
	local size

	for size in $sizes; do
		speed_of_size "$size" "$@"
	done
}

# "fact WHAT SIZE VALUE UNIT"
fact() {
	printf '%s\t%s\t%s\t%s\n' "$@" | tee -a "$results/facts.tsv"
}

# --- what the candidates show -------------------------------------------------

# "shown NAME" prints address, IN bytes and OUT bytes of each row.
shown() {
	local set

	case $1 in
	traffic* | all* | bound)
		ip netns exec "$1" cat /proc/net/xt_traffic/bench | truth_shown
		;;
	account*)
		ip netns exec "$1" iptaccount -s -l bench | awk -F ';' '$1 ~ /^10\./ { print $1, $5, $3 }'
		;;
	ipset*)
		for set in in out; do
			ip netns exec "$1" ipset save $set |
				awk -v set=$set '$1 == "add" { print $3, set == "in" ? $7 : 0, set == "out" ? $7 : 0 }'
		done
		;;
	nft-*)
		for set in in out; do
			ip netns exec "$1" nft list set ip bench $set | tr , '\n' |
				sed -nE 's/^(.*[^0-9.])?(10\.[0-9.]+) .*packets [0-9]+ bytes ([0-9]+).*/\2 \3/p' |
				awk -v set=$set '{ print $1, set == "in" ? $2 : 0, set == "out" ? $2 : 0 }'
		done
		;;
	esac
}

# Of a table of ours, and of what drive says it has to be.
truth_shown() {
	awk -F '\t' 'NR > 1 { print $1, $2, $3 }'
}

# "difference TRUTH SHOWN": sum of what each address's bytes are off.
difference() {
	awk '
		FNR == 1 { file++ }
		file == 1 { in_bytes[$1] += $2; out_bytes[$1] += $3 }
		file == 2 { in_bytes[$1] -= $2; out_bytes[$1] -= $3 }
		END {
			for (address in in_bytes)
				off += abs(in_bytes[address]) + abs(out_bytes[address])
			printf "%.0f\n", off
		}
		function abs(x) { return x < 0 ? -x : x }' "$1" "$2"
}

lost_of() {
	local name

	drive --addresses "$sizes" --cpus "$cpus" --rounds "$rounds" --chunks "$chunks" --zipf \
		--truth "$work/truth" "$@" >"$work/drive"
	truth_shown <"$work/truth" >"$work/sent"
	fact sent "$sizes" "$(awk '{ sum += $2 + $3 } END { printf "%.0f", sum }' "$work/sent")" bytes
	for name; do
		shown "$name" >"$work/shown"
		fact "lost-$name" "$sizes" "$(difference "$work/sent" "$work/shown")" bytes
	done
}

# Not the packets that make room for the candidate "bound": it comes by itself.
lost() {
	local name
	local -a others=()

	for name; do
		[ "$name" != bound ] || continue
		make_candidate "$name" "$sizes"
		others+=("$name")
	done
	lost_of "${others[@]}"
	[[ " $* " == *" bound "* ]] || return 0
	make_candidate bound "$sizes"
	set_bound
	lost_of bound
	check_rows "$sizes" bound
	lift_bound
}

# --- memory -------------------------------------------------------------------

# Free pages, those that CPUs keep for themselves among them.
free_pages() {
	awk '$1 == "nr_free_pages" || $1 == "count:" { sum += $2 } END { print sum }' /proc/zoneinfo
}

# What is given up is free a while later: namespaces end in a worker.
free_bytes() {
	local pages before=0 tries

	for ((tries = 0; tries < 30; tries++)); do
		echo 3 >/proc/sys/vm/drop_caches
		sleep 1
		pages=$(free_pages)
		[ $((pages - before)) -gt 25 ] || [ $((before - pages)) -gt 25 ] || break
		before=$pages
	done
	echo $((pages * 4096))
}

# "memory_by NAME WHAT SIZE COMMAND...": what the candidate takes, an address,
# once COMMAND has sent its packets, as the kernel and as the module has it.
memory_by() {
	local name=$1 what=$2 size=$3 before
	shift 3

	before=$(free_bytes)
	make_candidate "$name" 1048576
	"$@"
	fact "memory-$what" "$size" "$(per "$size" $((before - $(free_bytes))))" bytes
	if [[ $name == traffic* || $name == all* ]]; then
		fact "memory-told-$what" "$size" "$(per "$size" "$(told_memory "$name")")" bytes
	fi
	remove_candidate "$name"
}

per() {
	awk -v count="$1" -v bytes="$2" 'BEGIN { printf "%.1f\n", bytes / count }'
}

told_memory() {
	ip netns exec "$1" cat /proc/net/xt_traffic/bench_info | awk '$1 == "memory" { print $2 }'
}

fill_dense() {
	drive --addresses 1048576 --cpus "$2" --rounds 1 --chunks 1 "$1" >/dev/null
}

fill_sparse() {
	ip netns exec "$1" "$here/sparse.py" "${@:2}"
}

memory() {
	local name count

	# More than all of it; the bound is tried by itself.
	echo $((1 << 40)) >/sys/module/ipt_traffic/parameters/memory
	for name; do
		for count in $counting; do
			memory_by "$name" "dense-$name-$count" 1048576 fill_dense "$name" "$count"
		done
		memory_by "$name" "sparse-$name-udp" 4096 fill_sparse "$name" udp
		memory_by "$name" "sparse-$name-all" 4096 fill_sparse "$name" tcp udp icmp
	done
	bounded_memory $((64 << 20))
}

# However many addresses and CPUs there are.
bounded_memory() {
	local name=all

	echo "$1" >/sys/module/ipt_traffic/parameters/memory
	make_candidate $name 1048576
	fill_dense $name "$(nproc)"
	fact "memory-bounded" 1048576 "$(told_memory $name)" bytes
	fact "memory-bound" 1048576 "$1" bytes
	remove_candidate $name
	echo 0 >/sys/module/ipt_traffic/parameters/memory
}

command=$1
shift
sizes=4096 sequences=uniform mixes=all cpus=1 less_cpus=0 rounds=5 chunks=512 counting=1
while [ $# -gt 0 ]; do
	case $1 in
	--sizes | --sequences | --mixes | --cpus | --less-cpus | --rounds | --chunks | --counting)
		option=${1#--}
		declare "${option/-/_}=$2"
		shift 2
		;;
	*)
		break
		;;
	esac
done
BENCH_RIG=${BENCH_RIG:-$(uname -r)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make_xtables
load_modules
case $command in
speed | lost | memory | reading | restoring) "$command" "$@" ;;
*) die "no such command: $command" ;;
esac
