#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds patched iptables for the guests, of both flavours:
#
#	test/promisc/build-iptables.sh [VERSION...]
#
# By default all that there are patches for. What is there and was built of the same is
# left as it is. All goes to out/promisc/iptables-VERSION:
#
#	sbin/xtables-{nft,legacy}-multi
#	lib/		their libraries, which they find there by themselves
#	lib/xtables/	the extensions, ours among them
#
# Ours is built against each: the library is libxtables.so.12 in all of them, but an
# extension for 1.8.9 crashes 1.8.11.
set -u

top=$(realpath "$(dirname "$(realpath "$0")")/../..")
out=$top/out/promisc
source "$top/test/promisc/iptables.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# "configure_and_make VERSION DIRECTORY": to installed/ in there.
configure_and_make() (
	libraries=$(iptables_source "$1")/libraries/usr
	lib=$(dirname "$(find "$libraries/lib" -name libnftnl.so)")
	# For the linker, after make and the shell have read it.
	# shellcheck disable=SC2016
	flags='LDFLAGS=-Wl,-rpath,\$$ORIGIN/../lib'
	export CFLAGS=-O2 lib{mnl,nftnl}_CFLAGS="-I$libraries/include"
	export libmnl_LIBS="-L$lib -lmnl" libnftnl_LIBS="-L$lib -lnftnl -lmnl"

	cd "$2" &&
		./configure --prefix=/usr --sbindir=/sbin --libdir=/lib --with-xtlibdir=/lib/xtables \
			--disable-static --disable-connlabel &&
		make -j2 "$flags" &&
		make "$flags" DESTDIR="$PWD/installed" install &&
		cp -P "$lib"/lib{mnl,nftnl}.so.* installed/lib/
)

# "build VERSION"
build() {
	local dir=$out/iptables-$1

	patch_iptables "$1" "$dir.build" &&
		configure_and_make "$1" "$dir.build" &&
		rm -rf "$dir" && mv "$dir.build/installed" "$dir" && rm -rf "$dir.build"
}

# "made_of VERSION": what decides about what is built, but for the extension.
made_of() {
	(cd "$top" && sha256sum "promisc-patches/iptables/$1"/* test/promisc/build-iptables.sh)
	(cd "$(iptables_source "$1")" && printf '%s\n' *.dsc *.orig.* *.deb)
	dpkg-query -W -f '${Package} ${Version}\n' gcc libc6-dev
}

# "need_iptables VERSION"
need_iptables() {
	local dir=$out/iptables-$1

	[ -d "$iptables_patches/$1" ] || die "there is no patch for iptables $1"
	has_iptables_source "$1" || download_iptables "$1" || exit
	[ "$(cat "$dir/made-of" 2>/dev/null)" != "$(made_of "$1")" ] || return 0
	echo "Building iptables $1"
	build "$1" >"$dir.log" 2>&1 || die "cannot build iptables $1: see $dir.log"
	made_of "$1" >"$dir/made-of"
}

# "need_extension VERSION": as the Makefile builds it for the host.
need_extension() {
	local dir=$out/iptables-$1 source=$top/libxt/libxt_traffic.c
	local extension=$dir/lib/xtables/libxt_traffic.so

	if [ "$extension" -nt "$source" ] && [ "$extension" -nt "$top/kmod/xt_traffic.h" ]; then
		return
	fi
	cc -O2 -g -Wall -Wextra -Wno-unused-parameter -fPIC -shared -I"$top/kmod" \
		-I"$dir/usr/include" -o "$extension" "$source" -L"$dir/lib" -lxtables ||
		die "cannot build the extension for iptables $1"
}

# shellcheck disable=SC2046 # words
[ $# -gt 0 ] || set -- $(iptables_versions)
mkdir -p "$out"
for version; do
	need_iptables "$version"
	need_extension "$version"
done
