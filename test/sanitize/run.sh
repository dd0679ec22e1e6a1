#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the scenarios in kernels that check themselves, built from source that Debian
# packs:
#
#	test/sanitize/run.sh [--build|--prove] [KERNEL...] [-- SCENARIO...]
#
#	uml	User-mode Linux, SMP: KASAN, UBSAN, lockdep, RCU, sleeping where one must
#		not, leaks, objects' lives; quick, as it is a program of the host
#	kasan	x86, SMP, PREEMPT: the same, in QEMU
#	kcsan	the same with KCSAN instead of KASAN, compiled by clang
#
# Without a name, all of them; without SCENARIOs, those too, as test/e2e/boot.sh has them.
# SCENARIOs are run in one guest of two processors. Before them, or without any, may be
# what says in which flavour and family: "-- --nft --ipv4".
#
# uml is of sid's newest kernel, as only those have SMP there, the others of this
# release's. Everything is made in out/sanitize, and what has to be is made again when its
# configuration or the source's version has changed. A kernel takes some ten minutes to
# build, the scenarios hours in QEMU.
#
# --build makes all that, and the module and tools for it, and runs nothing. (kcsan and its
# module are what clang compiles here.)
#
# --prove puts defects into a copy of the module, one after the other, and fails unless
# the kernel that is to find each has reported it.
set -u

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
out=$top/out/sanitize

# Name, architecture, compiler, source, and what it is configured with besides the
# scenarios' needs.
kernels=(
	"uml um gcc newest kernel/machine-um kernel/xtables-legacy promisc/extensions sanitize/links sanitize/checks sanitize/kasan sanitize/uml"
	"kasan x86 gcc installed kernel/machine-x86 kernel/nft-objref sanitize/links sanitize/checks sanitize/kasan"
	"kcsan x86 clang installed kernel/machine-x86 kernel/nft-objref sanitize/links sanitize/checks sanitize/kcsan"
)

# A patch of bugs/, the kernel, a scenario that comes by there, what is reported: by the
# kernel, or by the scenario.
bugs=(
	"use-after-free uml 27 BUG: KASAN: (slab-)?use-after-free"
	"use-after-free kasan 27 BUG: KASAN: (slab-)?use-after-free"
	"bottom-halves-on uml 63 WARNING: inconsistent lock state"
	"leak uml 27 unreferenced object"
	"torn-counters uml 67 torn: .*/(OWN|SHARED)"
	"torn-offsets uml 67 [1-9][0-9]* torn"
	"race kcsan 60 BUG: KCSAN: data-race in .*\\[ipt_traffic\\]"
)

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "[$(date +%H:%M:%S)] $*"
}

sid=$out/apt
source "$top/test/kernel/rig.sh"
source "$top/test/kernel/sid.sh"
source "$top/test/linux-source.sh"

# "need_source installed|newest": in $out/source-installed and $out/source-newest.
need_source() {
	if [ "$1" = newest ]; then
		need_newest_source "$out/source-newest"
	else
		need_installed_source "$out/source-installed"
	fi
}

# It stays as it was when it was first needed. With the PROMISC hook, if there are patches
# for that series: the other kernels have the tables promisc without it.
need_newest_source() {
	local directory=$1 patched version

	patched=$(cat "$here"/uml-*.patch "$top"/promisc-patches/linux/*/*.patch | sha256sum)
	[ "$(tail -n 1 "$directory.version" 2>/dev/null)" != "$patched" ] || return 0
	unpack_newest_kernel "$directory"
	patch_sources "$directory" "$here"/uml-*.patch
	version=$(make -s -C "$directory" kernelversion)
	[ ! -d "$top/promisc-patches/linux/${version%.*}" ] ||
		patch_sources "$directory" "$top/promisc-patches/linux/${version%.*}"/*.patch
	{
		echo "$version"
		echo "$patched"
	} >"$directory.version"
}

need_installed_source() {
	local directory=$1 archive version

	archive=$(linux_source) || exit
	archive=${archive##*/}
	version=$(dpkg-query -W -f '${Version}' "${archive%.tar.xz}")
	[ "$(cat "$directory.version" 2>/dev/null)" != "$version" ] || return 0
	say "unpacking linux-source $version"
	rm -rf "$directory"
	unpack_linux_source "$directory" '*' || exit
	echo "$version" >"$directory.version"
}

# Objects of the kernel's that read what is the module's, and write what it hands out.
objects=(x_tables ip_tables ip6_tables nft_compat nf_tables_core seq_file)

# What KCSAN watches: this module, and those. It looks at one access of a few hundred,
# which else would be the kernel's own, with nearly all that a run takes. Barriers are
# seen wherever they are, but for what the kernel gives to programs.
watched_by_kcsan=(KCSAN_SANITIZE=n KCSAN_INSTRUMENT_BARRIERS=y)
watched_by_kcsan+=(KCSAN_INSTRUMENT_BARRIERS_{vclock_gettime,vgetcpu}.o=n)
for object in "${objects[@]}"; do
	watched_by_kcsan+=("KCSAN_SANITIZE_$object.o=y")
done

# What KASAN watches in QEMU, where a kernel that watches all of itself takes half as long
# again: the same, and what copies for users. (In User-mode Linux it watches everything.)
watched_by_kasan=(KASAN_SANITIZE=n)
for object in "${objects[@]}" usercopy iov_iter vsprintf; do
	watched_by_kasan+=("KASAN_SANITIZE_$object.o=y")
done

choose_watched() {
	case $1 in
	kasan) make_variables=("${watched_by_kasan[@]}") ;;
	*) make_variables=("${watched_by_kcsan[@]}") ;;
	esac
}

# "need_kernel NAME ARCH CC SOURCE FRAGMENT..."
need_kernel() {
	need_source "$4"
	choose_watched "$1"
	build_kernel "${@:1:3}" "$out/source-$4" "${@:5}"
}

# "machine NAME ARCH": options of test/vm/run.sh, a line each. In QEMU even the shortest
# churn takes some ten minutes.
machine() {
	printf '%s\n' --memory 4096 --kernel "$out/$1/image" --modules "$out/$1/lib/modules/$release"
	case $2 in
	um)
		printf '%s\n' --uml --env SLOWNESS=2 --append kasan_multi_shot
		# As it is quick: longer runs of what is random.
		printf '%s\n' --env ODD_CALLS=20000 --env ODD_LINES=2000 --env ODD_RULES=200 \
			--env KILL_AT_ALL=yes --env STORM_SECONDS=20 --env CHURN_ROUNDS=3 --env CHURN_CHUNKS=250
		;;
	x86)
		printf '%s\n' --env SLOWNESS=8 --env CHURN_ROUNDS=2
		# Which caches' allocations may be made to fail, where that cannot be said later.
		printf '%s\n' --append 'kasan_multi_shot slub_debug=A;-,kmemleak_*'
		;;
	esac
}

# "run_scenarios NAME ARCH [OPTION...] [SCENARIO...]": all of them as the suite has them,
# in three guests; those that are named in one guest of two processors.
run_scenarios() {
	local name=$1 tree=$out/$1/tree
	local -a machine
	mapfile -t machine < <(machine "$1" "$2")
	shift 2

	export VM_TIMEOUT=${VM_TIMEOUT:-28800}
	# In QEMU it takes 60, beside others three times as long.
	export VM_BOOT_SECONDS=${VM_BOOT_SECONDS:-300}
	# The last says whether any is named.
	if [[ ${!#} = [0-9]* ]]; then
		"$top/test/vm/run.sh" "${machine[@]}" --cpus 2 --out "$out/$name/guest" \
			"$tree/test/e2e/run.sh" "$@" </dev/null
	else
		"$top/test/e2e/boot.sh" "${machine[@]}" --out "$out/$name/guests" --tree "$tree" "$@"
	fi
}

result() {
	say "$1 $2"
	case $1 in
	PASS) passed=$((passed + 1)) ;;
	FAIL) failed=$((failed + 1)) ;;
	esac
}

# "try_kernel NAME ARCH CC SOURCE FRAGMENT..."
try_kernel() {
	local name=$1 arch=$2 cc=$3 release

	need_kernel "$@"
	release=$(<"$out/$name/build/include/config/kernel.release")
	build_module "$name" "$arch" "$cc"
	[ "$mode" != build ] || return 0
	say "$name: booting $release"
	if run_scenarios "$name" "$arch" "${scenarios[@]}"; then
		result PASS "$name"
	else
		result FAIL "$name"
	fi
}

# "find_bug NAME ARCH CC PATCH SCENARIO REPORT"
find_bug() {
	local name=$1 arch=$2 cc=$3 bug=$4 release guest=$out/$1/guest

	release=$(<"$out/$name/build/include/config/kernel.release")
	build_module "$name" "$arch" "$cc" "$here/bugs/$bug.patch"
	if run_scenarios "$name" "$arch" --nft --ipv4 "$5" >"$out/$name/$bug.log" 2>&1; then
		result FAIL "$bug: $name found nothing"
	elif ! grep -hE "$6" "$guest"/results/e2e/* >"$out/$name/$bug.report"; then
		result FAIL "$bug: $name did not report '$6': see $out/$name/$bug.log"
	else
		result PASS "$bug: $name: $(head -n 1 "$out/$name/$bug.report")"
	fi
}

# "prove NAME ARCH CC SOURCE FRAGMENT...": with the bugs that are for this kernel.
prove() {
	local bug patch kernel scenario report

	need_kernel "$@"
	for bug in "${bugs[@]}"; do
		read -r patch kernel scenario report <<<"$bug"
		[ "$kernel" != "$1" ] || find_bug "${@:1:3}" "$patch" "$scenario" "$report"
	done
}

mode=run
chosen=()
while [ $# -gt 0 ]; do
	case $1 in
	--build | --prove) mode=${1#--} ;;
	--) break ;;
	-*) die "usage: ${0##*/} [--build|--prove] [KERNEL...] [-- SCENARIO...]" ;;
	*) chosen+=("$1") ;;
	esac
	shift
done
[ $# = 0 ] || shift
scenarios=("$@")
passed=0
failed=0

need_build_programs
for kernel in "${kernels[@]}"; do
	if [ ${#chosen[@]} = 0 ] || [[ " ${chosen[*]} " == *" ${kernel%% *} "* ]]; then
		# shellcheck disable=SC2086 # words
		case $mode in
		prove) prove $kernel ;;
		*) try_kernel $kernel ;;
		esac
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
