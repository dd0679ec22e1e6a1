#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the scenarios in kernels that check themselves, built from the source
# that Debian packs:
#
#	test/sanitize/run.sh [--build|--prove] [KERNEL...] [-- SCENARIO...]
#
#	kasan	x86, SMP, PREEMPT: KASAN, lockdep, RCU, sleeping where one must not,
#		leaks, objects' lives
#	kcsan	the same with KCSAN instead of KASAN, compiled by clang
#	uml	User-mode Linux with KASAN and UBSAN: one processor, but quick
#
# Without a name, all of them. Everything is made in out/sanitize, and made again
# when its configuration or the source's version has changed. A kernel takes
# some ten minutes to build, the scenarios hours in QEMU.
#
# --prove puts defects into a copy of the module, one after the other, and fails unless
# the kernel that is to find each has reported it.
set -u

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
out=$top/out/sanitize

# Name, architecture, compiler, and what it is configured with besides the scenarios'
# needs.
kernels=(
	"uml um gcc machine-um checks kasan ubsan"
	"kasan x86 gcc machine-x86 checks checks-x86 kasan"
	"kcsan x86 clang machine-x86 checks checks-x86 kcsan"
)

# A patch of bugs/, the kernel, a scenario that comes by there, what is reported.
bugs=(
	"use-after-free kasan 27 BUG: KASAN: (slab-)?use-after-free"
	"bottom-halves-on kasan 63 WARNING: inconsistent lock state"
	"leak kasan 27 unreferenced object"
	"race kcsan 65 BUG: KCSAN: data-race in .*\\[ipt_traffic\\]"
)

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "[$(date +%H:%M:%S)] $*"
}

source "$top/test/kernel/build.sh"
source "$top/test/linux-source.sh"

# Once for all kernels, and anew for a new version.
need_source() {
	[ "$(cat "$source.version" 2>/dev/null)" != "$version" ] || return 0
	say "unpacking linux-source $version"
	rm -rf "$source"
	unpack_linux_source "$source" '*' || exit
	echo "$version" >"$source.version"
}

# "ingredients CC FRAGMENT..."
ingredients() {
	echo "$version"
	"$1" --version | head -n 1
	cat "${@:2}" | sha256sum
}

# "build_kernel NAME ARCH CC FRAGMENT...": the image and its modules go to $out/NAME.
build_kernel() {
	local name=$1 arch=$2 cc=$3 target=bzImage fragment
	local directory=$out/$1
	local -a fragments=("$top/test/kernel/scenarios.config")
	shift 3

	for fragment; do
		fragments+=("$here/$fragment.config")
	done
	[ "$(cat "$directory/made-of" 2>/dev/null)" != "$(ingredients "$cc" "${fragments[@]}")" ] || return 0
	need_source
	say "building the kernel $name: some ten minutes on two processors"
	rm -rf "$directory"
	mkdir -p "$directory"
	echo "CONFIG_LOCALVERSION=\"-$name\"" >"$directory/name.config"
	configure_kernel "$arch" "$cc" "$source" "$directory/build" "${fragments[@]}" "$directory/name.config"
	[ "$arch" != um ] || target=linux
	make_kernel "$arch" "$cc" "$directory/build" "$target" modules
	make_kernel "$arch" "$cc" "$directory/build" INSTALL_MOD_PATH="$directory" modules_install
	case $arch in
	um) cp "$directory/build/linux" "$directory/image" ;;
	x86) cp "$directory/build/arch/x86/boot/bzImage" "$directory/image" ;;
	esac
	ingredients "$cc" "${fragments[@]}" >"$directory/made-of"
}

# "build_module NAME ARCH CC [PATCH]": from a copy of the sources, as what is built at
# the top of the tree is for another kernel, and of sources without the patch.
build_module() {
	local directory=$out/$1 tree=$out/$1/tree

	mkdir -p "$tree"
	tar -C "$top" --exclude=./out --exclude=./.git --exclude='./*.ko' --exclude='./*.so' -c . |
		tar -C "$tree" -x
	[ -z "${4:-}" ] || patch -s -p 1 -d "$tree" <"$here/bugs/$4.patch" || die "$4.patch does not fit"
	make -C "$tree" KVER="$release" KDIR="$directory/build" ARCH="$2" CC="$3" all test-programs \
		>"$directory/module.log" 2>&1 || die "cannot build the module: see $directory/module.log"
	! grep -q -i warning "$directory/module.log" || die "warnings: see $directory/module.log"
}

# "run_scenarios NAME ARCH [SCENARIO...]"
run_scenarios() {
	local name=$1 arch=$2 directory=$out/$1
	local -a machine=(--cpus 2 --memory 4096 --env SLOWNESS=8)
	shift 2

	[ "$arch" != um ] || machine=(--uml --cpus 1 --memory 4096 --env SLOWNESS=2)
	"$top/test/vm/run.sh" "${machine[@]}" --kernel "$directory/image" \
		--modules "$directory/lib/modules/$release" --append kasan_multi_shot \
		--timeout "${VM_TIMEOUT:-28800}" --out "$directory/guest" \
		"$directory/tree/test/e2e/run.sh" "$@" </dev/null
}

result() {
	say "$1 $2"
	case $1 in
	PASS) passed=$((passed + 1)) ;;
	FAIL) failed=$((failed + 1)) ;;
	esac
}

# "try_kernel NAME ARCH CC FRAGMENT..."
try_kernel() {
	local name=$1 arch=$2 cc=$3 release

	build_kernel "$@"
	[ "$mode" != build ] || return 0
	release=$(<"$out/$name/build/include/config/kernel.release")
	build_module "$name" "$arch" "$cc"
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
	build_module "$name" "$arch" "$cc" "$bug"
	if run_scenarios "$name" "$arch" --nft --ipv4 "$5" >"$out/$name/$bug.log" 2>&1; then
		result FAIL "$bug: $name found nothing"
	elif ! cat "$guest"/results/e2e/*.kernel "$guest"/results/e2e/leaks | grep -E "$6" >"$out/$name/$bug.report"; then
		result FAIL "$bug: $name did not report '$6': see $out/$name/$bug.log"
	else
		result PASS "$bug: $name: $(head -n 1 "$out/$name/$bug.report")"
	fi
}

# "prove NAME ARCH CC FRAGMENT...": with the bugs that are for this kernel.
prove() {
	local bug patch kernel scenario report

	build_kernel "$@"
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
archive=$(linux_source) || exit
archive=${archive##*/}
version=$(dpkg-query -W -f '${Version}' "${archive%.tar.xz}")
source=$out/source
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
