#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The whole bench, and its report:
#
#	test/bench/run.sh smoke|quick|full [PART...]
#	test/bench/run.sh export
#
# Without PART, the quick form measures "instructions native", the full one all
# parts; "smoke" shows in half a minute that the bench works:
#	instructions	stock kernel that counts instructions
#	native		User-mode Linux on one CPU
#	contention	the same on two CPUs, the same addresses
#	lost		stock kernel, four CPUs: what is shown against what was sent
#	memory		stock kernel: what the tables take
#	reading		rows to user space, plain and consuming
#	restoring	iptables-restore of many rules
#
# A part that is measured again replaces its figures in out/bench/results; the
# report is made of all that is there: out/bench/report.md. (Those of "smoke" are
# apart.)
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit

here=test/bench
results=out/bench/results

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# "need PROGRAM PACKAGE": name what to install, rather than fail halfway.
need() {
	[ -n "$(PATH=$PATH:/usr/sbin:/sbin command -v "$1")" ] || missing+=" $2"
}

check_programs() {
	local missing=

	need xtables-legacy-multi iptables
	need xtables-nft-multi iptables
	need iptaccount xtables-addons-common
	need ipset ipset
	need nft nftables
	need ip iproute2
	need pkg-config pkg-config
	need python3 python3
	[ -z "$missing" ] || die "needs packages:$missing"
}

# "names [NAME...]": all candidates of the table but those named, and but the
# two that have to be driven through one more hook.
names() {
	awk -F '\t' -v without=" both-hooks conntrack $* " \
		'!/^#/ && !index(without, " " $1 " ") { printf "%s ", $1 }' $here/candidates.tsv
}

# Few, for where it takes long: ours, the flat arrays, the nearest peers.
few() {
	echo flat-nothing flat-plain flat-percpu ipt1 ipt2 nft2 traffic all account ipset nft-update
}

# "begin PART": new figures of it take the old ones' place once they are there.
begin() {
	out=out/bench/run-$1
	new=$results/$1.new
	rm -rf "$new"
	mkdir -p "$new"
}

# "in_guest RIG [OPTION...] SCRIPT [ARGUMENT...]"
in_guest() {
	local rig=$1 boot=test/vm/run.sh
	shift

	[[ $rig != uml* ]] || boot=$here/uml.sh
	[ "$rig" != icount ] || set -- --icount "$@"
	$boot --out "$out" --env "BENCH_RIG=$rig" "$@" || return
	cat "$out"/results/speed.tsv >>"$new/speed.tsv" 2>/dev/null
	cat "$out"/results/facts.tsv >>"$new/facts.tsv" 2>/dev/null
	return 0
}

finish() {
	find "$new" -empty -type f -delete
	rm -rf "${results:?}/$1"
	mv "$new" "$results/$1"
}

# --- the parts ----------------------------------------------------------------

speed() {
	in_guest "$1" --memory "$2" --cpus "$3" --timeout 3600 \
		--append xt_recent.ip_list_tot=65536 $here/guest.sh speed --cpus "$3" "${@:4}"
}

# An instruction more or less does not depend on chance: few rounds are enough.
instructions() {
	local -a few_rounds=(--rounds 3 --chunks 16)

	if [ "$form" = smoke ]; then
		speed icount 2048 1 --rounds 1 --chunks 2 --sizes 256 \
			flat-nothing flat-plain ipt1 ipt2 nft2 traffic all account ipset nft-update
		return
	fi
	# shellcheck disable=SC2046 # words
	speed icount 4096 1 "${few_rounds[@]}" --mixes "all udp" $(names) || return
	[ "$form" = full ] || return 0
	# shellcheck disable=SC2046 # words
	speed icount 4096 1 "${few_rounds[@]}" --sizes 256 $(names) &&
		speed icount 4096 1 "${few_rounds[@]}" --sizes 65536 $(few) &&
		speed icount 4096 1 "${few_rounds[@]}" both-hooks conntrack
}

native() {
	if [ "$form" = quick ]; then
		# shellcheck disable=SC2046 # words
		speed uml 6144 1 --sizes "4096 65536" --rounds 5 --chunks 256 $(names nft-protocol recent)
		return
	fi
	# shellcheck disable=SC2046 # words
	speed uml 8192 1 --sizes "256 4096 65536" --sequences "uniform zipf" --rounds 9 $(names) &&
		speed uml 12288 1 --sizes 1048576 --sequences "uniform zipf" --rounds 7 --chunks 1024 $(few) &&
		speed uml 8192 1 --sizes "256 4096 65536" --rounds 9 both-hooks conntrack
}

contention() {
	# shellcheck disable=SC2046 # words
	speed uml2 8192 2 --less-cpus 1 --sizes "256 4096 65536" --rounds 9 $(names nft-protocol)
}

lost() {
	# shellcheck disable=SC2046 # words
	in_guest smp --cpus 4 --memory 3072 --timeout 1200 $here/guest.sh lost --cpus 4 --rounds 2 --chunks 32 \
		traffic all bound traffic-nft all-nft account account-nft ipset nft-lookup nft-update nft-protocol
}

memory() {
	in_guest smp --cpus 4 --memory 4096 --timeout 1800 $here/guest.sh memory --counting "1 2 4" traffic account
}

reading() {
	in_guest icount --memory 4096 --timeout 3600 $here/guest.sh reading --sizes "4096 65536" --rounds 2 --chunks 16 &&
		in_guest uml --memory 8192 --cpus 1 --timeout 3600 $here/guest.sh reading --sizes "65536 1048576" --rounds 5
}

restoring() {
	in_guest uml --memory 4096 --cpus 1 --timeout 3600 $here/guest.sh restoring --sizes "5000 10000" --rounds 5
}

form=${1:-}
# What user space takes needs no kernel.
if [ "$form" = export ]; then
	make --no-print-directory -s out/trafctl && exec $here/export.py out/trafctl
fi
report=out/bench/report.md
case $form in
smoke)
	default=instructions
	results=out/bench/smoke
	report=$results.md
	;;
quick) default="instructions native" ;;
full) default="instructions native contention lost memory reading restoring" ;;
*) die "usage: ${0##*/} export, or smoke|quick|full [PART...]" ;;
esac
shift
# shellcheck disable=SC2086 # words
[ $# -gt 0 ] || set -- $default

check_programs
make --no-print-directory bench-programs >out/bench-build.log 2>&1 || {
	cat out/bench-build.log
	die "cannot build"
}
failed=
if [[ " $* " =~ \ (native|contention|reading|restoring)\  ]]; then
	{ $here/uml.sh build && $here/uml.sh modules; } || die "no User-mode Linux"
fi
for part; do
	[[ " $default contention lost memory reading restoring " == *" $part "* ]] || die "no part $part"
	echo "=== $part"
	begin "$part"
	if "$part"; then
		finish "$part"
	else
		failed+=" $part"
	fi
done
$here/report.py $results/*/ | tee $report
[ -z "$failed" ] || die "not measured:$failed"
