#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# User-mode Linux with several processors: a kernel that is a program, and runs
# at the host's own speed where there is no KVM. Only kernels from 7.0 on have
# that, so it is built from the source package of Debian sid.
#
#	test/bench/uml.sh build      make that kernel, once
#	test/bench/uml.sh modules    make the modules under measurement for it
#	test/bench/uml.sh [options] SCRIPT [ARGUMENT...]
#	                             run a script in it; the options, results and
#	                             exit status are those of test/vm/run.sh
#
# Everything is made in out/bench; nothing is installed on the host.
#
# What to know of figures from it, measured on a busy host of two processors:
#
# * ktime_get_ns() is the host's CLOCK_MONOTONIC, read without a system call in
#   24 ns, but in steps of 256 ns (TIMER_MULTIPLIER of arch/um): 2048 packets
#   between two readings make a step 0.125 ns a packet.
# * The guest's processors are threads of the host's, and run at the same time:
#   a loop of 300 million additions bound to each takes 78 ms alone and 78 ms on
#   both together. That is so because the guest is a realtime process (run.sh
#   --realtime); as an ordinary one beside two others it was 150 ms. It needs no
#   pinning to processors for that.
# * An addition of an atomic takes 4.6 ns, spin_lock() and spin_unlock() 7.3,
#   local_bh_disable() and local_bh_enable() 2.8, this_cpu_ptr() 0.1.
# * Interrupts are signals, to disable and enable them are two system calls:
#   local_irq_save() with its counterpart takes 250 ns, and so does
#   this_cpu_inc(), but not __this_cpu_inc(). What has them on every packet
#   is not measured well here.
# * The guest's memory is on huge pages, but what vmalloc() gives is mapped in
#   pages of 4 KiB.
# * There is no BPF JIT.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
uml=$top/out/bench/uml
modules=$top/out/bench/uml-modules
config=("$top"/test/kernel/{scenarios,machine-um,xtables-legacy}.config "$here/uml.config")
sid=$top/out/bench/apt
source "$top/test/kernel/build.sh"
source "$top/test/kernel/sid.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 125
}

unpack_source() {
	rm -rf "$uml/build"
	unpack_newest_kernel "$uml/source"
	grep -q UML_SUBARCH_SUPPORTS_SMP "$uml/source/arch/um/Kconfig" ||
		die "sid has no User-mode Linux with several processors"
	patch_sources "$uml/source" "$here"/uml-*.patch
}

# What the kernel is made of and is not in the source package.
ingredients() {
	cat "$here"/uml-*.patch "${config[@]}" | sha256sum
}

build_kernel() {
	if [ -x "$uml/linux" ] && [ "$(cat "$uml/made-of" 2>/dev/null)" = "$(ingredients)" ]; then
		return
	fi
	need_build_programs
	unpack_source
	configure_kernel um gcc "$uml/source" "$uml/build" "${config[@]}"
	echo "Building User-mode Linux $(make -s -C "$uml/build" ARCH=um kernelrelease): some 5 minutes on two processors"
	SECONDS=0
	make_kernel um gcc "$uml/build" linux modules
	# Modules of another kernel may load and then crash this one.
	rm -rf "$modules"
	cp "$uml/build/linux" "$uml/linux"
	ingredients >"$uml/made-of"
	echo "Built in $SECONDS s"
}

# "module NAME SOURCE...": out of tree, through links, so that the sources'
# own directories stay clean.
build_module() {
	local name=$1 build=$modules/build/$1
	shift

	mkdir -p "$build"
	ln -sf "$@" "$build/"
	nice make -C "$uml/build" ARCH=um M="$build" modules >"$build/log" 2>&1 || {
		grep -E -A 5 'error|warning|Error' "$build/log" >&2
		die "cannot build $name.ko: see $build/log"
	}
	cp "$build/$name.ko" "$modules/"
}

# The peer's source, of the same distribution as the kernel: an older one need
# not compile. Its half in user space may be older, what they share has not
# changed.
fetch_account() {
	local deb

	[ ! -e "$modules/xtables-addons" ] || return 0
	prepare_sid
	deb=$(fetch xtables-addons-dkms)
	rm -rf "$modules/unpacked"
	dpkg-deb -x "$deb" "$modules/unpacked"
	rm -f "$deb"
	mv "$modules"/unpacked/usr/src/xtables-addons-* "$modules/xtables-addons"
	rm -rf "$modules/unpacked"
}

# "index_modules VERSION": so that modprobe, the kernel's own calls of it too, finds them in the
# guest.
index_modules() {
	local version=$1 base

	base=$(mktemp -d)
	mkdir -p "$base/lib/modules"
	ln -s "$modules" "$base/lib/modules/$version"
	cp "$uml"/build/modules.{order,builtin,builtin.modinfo} "$modules/"
	depmod -b "$base" "$version"
	rm -r "$base"
}

build_modules() {
	local version account=$modules/xtables-addons/extensions

	[ -x "$uml/linux" ] || die "no kernel yet: ${0##*/} build"
	version=$(<"$uml/build/include/config/kernel.release")
	mkdir -p "$modules"
	build_module ipt_traffic "$top"/kmod/{Kbuild,*.c,*.h}
	build_module bench_hook "$here"/{Kbuild,bench_hook.c,bench_hook.h}
	fetch_account
	build_module xt_ACCOUNT "$account"/ACCOUNT/{Kbuild,xt_ACCOUNT.c,xt_ACCOUNT.h} "$account"/compat_*.h
	index_modules "$version"
	echo "Modules for $version in $modules"
}

run_script() {
	[ -e "$modules/modules.dep" ] || die "no kernel or modules yet: ${0##*/} build; ${0##*/} modules"
	exec "$top/test/vm/run.sh" --uml --realtime --kernel "$uml/linux" --modules "$modules" "$@"
}

case ${1:-} in
build) build_kernel ;;
modules) build_modules ;;
*) run_script "$@" ;;
esac
