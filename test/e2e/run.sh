#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the scenarios, each with iptables-nft and with iptables-legacy, for IPv4;
# those that are written for both families also with ip6tables-nft for IPv6, and
# where they say so with ip6tables-legacy:
#
#	test/e2e/run.sh [--nft|--legacy] [--ipv4|--ipv6] [--short]
#	                [--one-cpu|--several-cpus] [--part N/OF] [SCENARIO...]
#
# --ipv4 and --ipv6 run the scenarios of one family (--legacy --ipv6 all of them);
# --short runs of each what differs most: of those of both families none with legacy for
# IPv4, and where legacy has IPv6, none with nft for IPv6; or what their heads say;
# --several-cpus those that are about several CPUs, --one-cpu the others;
# --part 2/3 the second of three parts of all that, each with as much to do.
#
# On a machine (test/vm/run.sh makes one) that may load the module, as root. A
# SCENARIO is a file, or the beginning of the name of one here. Each runs
# in a shell of its own, with the module freshly loaded, and within a time
# bound; it may say in comments of its head
#
#	# families: ipv4 ipv6	instead of IPv4 alone
#	# legacy-ipv6: WHY	with ip6tables-legacy as well
#	# nft-only: WHY		not with legacy
#	# legacy-only: WHY	not with nft; IPv6 as families says
#	# short: FLAVOUR-FAMILY...	what --short runs of it, or "none" and why
#	# several-cpus: WHY
#	# needs-faults: WHY	only in a kernel that has allocations fail on demand
#	# needs-patched-iptables: WHY	only with $IPTABLES_TREE
#	# promisc-hook: yes|no	only in a kernel that has the PROMISC hook, or has it not
#	# bound: SECONDS	instead of 120
#
# In a slow kernel, SLOWNESS=N makes these bounds, and those of waiting, N times as
# long.
#
# With IPTABLES_TREE=DIR iptables is not the system's, but what test/promisc/build-iptables.sh
# has built there. With PROMISC_HOOK=yes, it is an error if the kernel has no such hook.
#
# It fails if a step fails (unless that was because something is missing: skip), if
# the kernel complains (in the end also of leaks), or if the module cannot be
# unloaded afterwards. Logs go to $VM_RESULTS, or out/e2e.
set -u

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
module=$top/out/kmod-$(uname -r)/ipt_traffic.ko
logs=${VM_RESULTS:-$top/out/e2e}/e2e
passed=0
failed=0
skipped=0

die() {
	echo "${0##*/}: $*" >&2
	exit 2
}

# "bin FLAVOUR": a directory in which iptables and its like are of that flavour.
make_bin() {
	local name program

	program=$(PATH=${IPTABLES_TREE:+$IPTABLES_TREE/sbin:}$PATH command -v "xtables-$1-multi") ||
		die "no xtables-$1-multi: needs package iptables"
	mkdir -p "$work/bin-$1"
	for name in iptables ip6tables; do
		for suffix in "" -save -restore; do
			ln -s "$program" "$work/bin-$1/$name$suffix"
		done
	done
}

# The extensions of the system, with ours among them.
make_libdir() {
	local dir ours=$top/out/libxt_traffic.so
	local -a dirs=(/usr/lib/*/xtables /usr/lib/xtables /usr/lib64/xtables)

	if [ -n "${IPTABLES_TREE:-}" ]; then
		dirs=("$IPTABLES_TREE/lib/xtables")
		ours=${dirs[0]}/libxt_traffic.so
	fi
	mkdir -p "$work/xtables"
	for dir in "${dirs[@]}"; do
		[ -d "$dir" ] || continue
		find "$dir" -name 'lib*.so' ! -name libxt_traffic.so -exec ln -sf -t "$work/xtables" {} +
	done
	ln -s "$ours" "$work/xtables/libxt_traffic.so"
}

load_module() {
	local needed

	for needed in $(modinfo -F depends "$module" | tr , ' '); do
		modprobe "$needed" || return
	done
	insmod "$module" || return
	# Who looks at what lingers takes longer as well.
	[ "${SLOWNESS:-1}" = 1 ] ||
		echo $((30 * SLOWNESS)) >/sys/module/ipt_traffic/parameters/linger
}

loaded() {
	[ -e "/sys/module/${1:-ipt_traffic}" ]
}

# Unloading has to succeed as soon as nothing uses a module; namespaces and
# rules of nf_tables are gone a moment after they were deleted.
unload_modules() {
	local end=$((SECONDS + 10 * ${SLOWNESS:-1})) name

	for name in ip6table_promisc iptable_promisc ipt_traffic; do
		until ! loaded $name || rmmod $name 2>/dev/null; do
			[ $SECONDS -lt $end ] ||
				{ echo "a module cannot be unloaded: $(grep "^$name " /proc/modules)"; return 1; }
			sleep 0.1
		done
	done
}

# What a scenario left: processes in namespaces, then the namespaces.
clean_up_after_scenario() {
	local namespace

	echo "[$EPOCHREALTIME] cleaning up"
	for namespace in $(ip netns list | awk '{ print $1 }'); do
		ip netns pids "$namespace" | xargs -r kill -KILL
		ip netns del "$namespace"
	done
	nft flush ruleset
	echo "[$EPOCHREALTIME] cleaned up"
}

# "head_comment FILE KEY": the value of "# KEY: value" in its head.
head_comment() {
	sed -n "/^[^#]/q; s/^# $2:[[:space:]]*//p" "$1"
}

# "bound_of FILE": the seconds that it may take, where nothing is slow.
bound_of() {
	local bound

	bound=$(head_comment "$1" bound)
	echo "${bound:-120}"
}

# All that is left of the log, if that is gone.
kernel_log_since() {
	dmesg >"$work/kernel-log"
	if grep -q -F "$1" "$work/kernel-log"; then
		sed "1,/$1/d" "$work/kernel-log"
	else
		cat "$work/kernel-log"
	fi
}

# "scenario FLAVOUR FAMILY FILE": runs it; its log is where its name says.
scenario() {
	local flavour=$1 family=$2 file=$3
	local started=$SECONDS result=PASS
	local name variant log bound status trouble why without

	name=$(basename "$file" .sh)
	variant=$flavour
	[ "$family" = ipv4 ] || variant+=-$family
	log=$logs/$variant-$name.log
	bound=$(($(bound_of "$file") * ${SLOWNESS:-1}))
	why=$work/skipped
	without=$work/without
	rm -f "$why" "$without"
	echo "e2e begins: $variant $name" >/dev/kmsg
	{
		load_module &&
			env PATH="$work/bin-$flavour:$PATH" XTABLES_LIBDIR="$work/xtables" \
				FLAVOUR="$flavour" FAMILY="$family" TMPDIR=/dev/shm \
				SKIPPED="$why" WITHOUT="$without" PROMISC_HOOK=$promisc_hook \
				timeout --kill-after=5 "$bound" bash "$file" </dev/null
		status=$?
		[ $status != 124 ] || echo "not finished within $bound s"
		[ ! -s "$why" ] || status=0
		clean_up_after_scenario
		unload_modules || status=1
		echo "[$EPOCHREALTIME] unloaded"
	} >"$log" 2>&1
	kernel_log_since "e2e begins: $variant $name" >"$log.kernel"
	trouble=$("$top/test/vm/kernel-trouble.sh" "$log.kernel")
	if [ $status != 0 ] || [ -n "$trouble" ]; then
		result=FAIL
	fi
	if [ $result = PASS ] && [ -s "$why" ]; then
		echo "SKIP $variant $name: $(<"$why")"
		skipped=$((skipped + 1))
		return
	fi
	[ ! -s "$without" ] || name+=" without $(sort -u "$without" | paste -s -d ,)"
	echo "$result $variant $name ($((SECONDS - started)) s)"
	if [ $result = PASS ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	tail -n 30 "$log" | sed 's/^/    | /'
	tail -n 30 "$log.kernel" | sed 's/^/    kernel | /'
}

# In a kernel that looks for memory that nothing points to any more. What was allocated
# in the last 5 s, or has changed since the last time, is not reported: it may be on its
# way.
scan_for_leaks() {
	echo scan >"$1"
	sleep $((6 * ${SLOWNESS:-1}))
	echo scan >"$1"
}

look_for_leaks() {
	local leaks=/sys/kernel/debug/kmemleak

	[ -e $leaks ] || return 0
	if ! scan_for_leaks $leaks; then
		echo "FAIL leaks: the kernel no longer looks for them"
	else
		cat $leaks >"$logs/leaks"
		[ -s "$logs/leaks" ] || return 0
		echo "FAIL leaks: see $logs/leaks"
	fi
	failed=$((failed + 1))
}

# What leaked before is not ours.
forget_leaks() {
	local debug=/sys/kernel/debug

	mountpoint -q $debug || mount -t debugfs debugfs $debug
	[ -e $debug/kmemleak ] || return 0
	scan_for_leaks $debug/kmemleak
	echo clear >$debug/kmemleak
}

# The files that an argument means.
find_scenarios() {
	local file

	if [ -f "$1" ]; then
		realpath "$1"
		return
	fi
	for file in "$here"/[0-9]*.sh; do
		case ${file##*/} in
		"${1##*/}"*) echo "$file" ;;
		esac
	done
}

# "runs FLAVOUR FAMILY FILE": whether this run is asked for, and makes sense.
runs() {
	local families

	families=$(head_comment "$3" families)
	[[ " ${families:-ipv4} " == *" $2 "* ]] || return
	[ -e /proc/self/fail-nth ] || [ -z "$(head_comment "$3" needs-faults)" ] || return
	[ -n "${IPTABLES_TREE:-}" ] || [ -z "$(head_comment "$3" needs-patched-iptables)" ] || return
	[[ "$(head_comment "$3" promisc-hook)" = @(|"$promisc_hook") ]] || return
	if [ "$1" = legacy ]; then
		[ -z "$(head_comment "$3" nft-only)" ] || return
		[ "$2" = ipv4 ] || [ "$flavours $families_wanted" = "legacy ipv6" ] ||
			[ -n "$(head_comment "$3" legacy-ipv6)$(head_comment "$3" legacy-only)" ] || return
	else
		[ -z "$(head_comment "$3" legacy-only)" ] || return
	fi
	[ $short = no ] || is_short "$@" || return
	case $cpus:$(head_comment "$3" several-cpus) in
	one:?* | several:) return 1 ;;
	esac
}

# "is_short FLAVOUR FAMILY FILE": whether --short has this run.
is_short() {
	local chosen

	chosen=$(head_comment "$3" short)
	if [ -z "$chosen" ]; then
		[[ "$(head_comment "$3" families)" == *ipv6* ]] || return 0
		chosen="nft-ipv4 nft-ipv6"
		[ -z "$(head_comment "$3" legacy-ipv6)" ] || chosen="nft-ipv4 legacy-ipv6"
	fi
	[[ " $chosen " == *" $1-$2 "* ]]
}

# "weight FILE": 1 for what is done within the usual bound. What has a very long one has
# it for slow kernels.
weight() {
	local bound

	bound=$(bound_of "$1")
	[ "$bound" -le 600 ] || bound=600
	echo $((bound / 60 - 1))
}

# "mine FILE": whether it falls to this part: to the one which has least to do so far.
mine() {
	local i least=0

	for ((i = 1; i < parts; i++)); do
		[ "${load[i]}" -ge "${load[least]}" ] || least=$i
	done
	load[least]=$((load[least] + $(weight "$1")))
	[ $least = $((part - 1)) ]
}

flavours="nft legacy"
short=no
families_wanted="ipv4 ipv6"
cpus=
part=1 parts=1
while [ $# -gt 0 ]; do
	case $1 in
	--nft | --legacy)
		flavours=${1#--}
		;;
	--ipv4 | --ipv6)
		families_wanted=${1#--}
		;;
	--short)
		short=yes
		;;
	--one-cpu | --several-cpus)
		cpus=${1#--}
		cpus=${cpus%-*}
		;;
	--part)
		part=${2%/*} parts=${2#*/}
		shift
		;;
	-*)
		die "usage: ${0##*/} [--nft|--legacy] [--ipv4|--ipv6] [--short] [--one-cpu|--several-cpus] [--part N/OF] [SCENARIO...]"
		;;
	*)
		break
		;;
	esac
	shift
done
[ $# -gt 0 ] || set -- ""
# What has fallen to each part.
load=()
for ((i = 0; i < parts; i++)); do
	load+=(0)
done

scenarios=()
for argument; do
	mapfile -t found < <(find_scenarios "$argument")
	[ ${#found[@]} -gt 0 ] || die "no scenario $argument"
	scenarios+=("${found[@]}")
done

for file in "$module" "$top/out/libxt_traffic.so" "$top/out/test/blast"; do
	[ -e "$file" ] || die "no $file: build first"
done
! loaded || die "the module is loaded already"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$logs"
make_libdir
for flavour in $flavours; do
	make_bin "$flavour"
done

# Whether this kernel is one of promisc-patches/linux.
promisc_hook=no
! grep -q -w ip_rcv_promisc /proc/kallsyms || promisc_hook=yes
[ "${PROMISC_HOOK:-$promisc_hook}" = $promisc_hook ] || die "this kernel has no PROMISC hook"

# Where a kernel tells of tasks that wait for ever: guests say after 60 s.
hung=/proc/sys/kernel/hung_task_timeout_secs
[ "${SLOWNESS:-1}" = 1 ] || [ ! -e $hung ] || echo $((60 * SLOWNESS)) >$hung

forget_leaks
for file in "${scenarios[@]}"; do
	for family in $families_wanted; do
		for flavour in $flavours; do
			runs "$flavour" "$family" "$file" || continue
			mine "$file" || continue
			scenario "$flavour" "$family" "$file"
		done
	done
done
look_for_leaks
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ $failed = 0 ]
