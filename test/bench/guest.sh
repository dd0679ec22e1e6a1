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
# with --cpus N, --rounds N and --chunks N as drive has them. The figures go to
# $VM_RESULTS/speed.tsv: the rig ($BENCH_RIG), sequence, mix, size, CPUs, and
# behind them a line of drive's. "calibrate" is the first line of each run.
set -euo pipefail
export LC_ALL=C

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
results=${VM_RESULTS:-$top/out/bench}
# shellcheck source=test/bench/candidates.sh
. "$here/candidates.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "[$SECONDS s] $*"
}

# The extensions of the system, with ours among them.
make_xtables() {
	BENCH_XTABLES=$(mktemp -d)
	trap 'rm -rf "$BENCH_XTABLES"' EXIT
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
	[ -e /sys/module/xt_recent ] || modprobe xt_recent ip_list_tot=1048576
	[ -e /sys/module/nf_conntrack ] || modprobe nf_conntrack
	sysctl -q -w net.netfilter.nf_conntrack_max=4194304
	[ ! -e /proc/sys/net/core/bpf_jit_enable ] || sysctl -q -w net.core.bpf_jit_enable=1
}

drive() {
	"$top/out/test/drive" "$@"
}

# The bound of the candidate "bound" is everybody's: they have their memory first.
make_candidates() {
	local size=$1 name
	local -a ours=()
	shift

	for name; do
		[ "$name" != bound ] || continue
		make_candidate "$name" "$size"
		[[ $name != traffic* && $name != all* ]] || ours+=("$name")
	done
	[[ " $* " == *" bound "* ]] || return 0
	drive --addresses "$size" --cpus "$cpus" --rounds 1 --chunks 1 "${ours[@]}" >/dev/null
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
	if [[ " $* " == *" bound "* ]]; then
		rows=$(ip netns exec bound cat /proc/net/xt_traffic/bench_info | awk '$1 == "uncounted_packets" { print $2 }')
		[ "$rows" = 0 ] || die "bound could not count $rows packets"
	fi
}

speed_of_size() {
	local size=$1 sequence mix
	local -a options
	shift

	say "$size addresses: making the candidates"
	make_candidates "$size" "$@"
	for sequence in $sequences; do
		for mix in $mixes; do
			options=(--addresses "$size" --cpus "$cpus" --rounds "$rounds" --chunks "$chunks" --mix "$mix")
			[ "$sequence" != zipf ] || options+=(--zipf)
			[[ " $* " != *" conntrack "* ]] || options+=(--confirm)
			say "$size addresses, $sequence, $mix"
			drive "${options[@]}" "$@" |
				sed "s/^/$BENCH_RIG\t$sequence\t$mix\t$size\t$cpus\t/" >>"$results/speed.tsv"
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

command=$1
shift
sizes=4096 sequences=uniform mixes=all cpus=1 rounds=5 chunks=512
while [ $# -gt 0 ]; do
	case $1 in
	--sizes | --sequences | --mixes | --cpus | --rounds | --chunks)
		declare "${1#--}=$2"
		shift 2
		;;
	*)
		break
		;;
	esac
done
BENCH_RIG=${BENCH_RIG:-$(uname -r)}
make_xtables
load_modules
case $command in
speed) "$command" "$@" ;;
*) die "no such command: $command" ;;
esac
