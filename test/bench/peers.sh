#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the peer that Debian has only as source, xt_ACCOUNT.ko, for a kernel
# whose headers are installed, and installs nothing:
#
#	test/bench/peers.sh KERNEL_VERSION
#
# The module goes to out/bench-KERNEL_VERSION. Its other half, for iptables and
# to read it, is in xtables-addons-common.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."

kernel=$1
source=$PWD/out/bench/xtables-addons
modules=$PWD/out/bench-$kernel

# The package as it is in the archive; DKMS would build all of it, for all
# kernels, and install it.
fetch_source() {
	local work

	[ ! -e "$source/extensions/ACCOUNT/xt_ACCOUNT.c" ] || return 0
	work=$(mktemp -d)
	chmod 755 "$work"
	(cd "$work" && apt-get -q download xtables-addons-dkms 2>&1) || {
		echo "${0##*/}: cannot download xtables-addons-dkms by apt" >&2
		rm -rf "$work"
		return 1
	}
	dpkg -x "$work"/xtables-addons-dkms_*.deb "$work/root"
	mkdir -p "${source%/*}"
	mv "$work"/root/usr/src/xtables-addons-* "$source"
	rm -rf "$work"
}

build_account() {
	local build=$modules/ACCOUNT

	[ ! -e "$modules/xt_ACCOUNT.ko" ] || return 0
	mkdir -p "$build"
	cp "$source"/extensions/ACCOUNT/* "$source"/extensions/compat_*.h "$build/"
	make -C "/lib/modules/$kernel/build" M="$build" EXTRA_CFLAGS= modules \
		>"$modules/ACCOUNT.log" 2>&1 || {
		cat "$modules/ACCOUNT.log" >&2
		return 1
	}
	mv "$build/xt_ACCOUNT.ko" "$modules/"
}

fetch_source
build_account
