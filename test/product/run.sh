#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What is built and installed, looked at from outside, without a kernel.
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit
source test/checks.sh

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
ko=$(echo out/kmod-*/ipt_traffic.ko | awk '{ print $NF }')
kver=${ko#out/kmod-}
kver=${kver%%/*}

copies_at_the_top() {
	make all && test -f ipt_traffic.ko && test -f libxt_traffic.so &&
		grep -qxF '*.ko' .gitignore && grep -qxF '*.so' .gitignore
}

installed_files() {
	(cd "$1" && find . -type f | sort)
}

install_and_uninstall() {
	local xtlibdir

	xtlibdir=$(pkg-config --variable=xtlibdir xtables)
	make install DESTDIR="$root/all" KVER="$kver" || return
	diff <(installed_files "$root/all") <(
		printf '%s\n' "./lib/modules/$kver/updates/ipt_traffic.ko" \
			".$xtlibdir/libxt_traffic.so" \
			./usr/share/man/man8/iptables-traffic.8 | sort
	) || return
	make uninstall DESTDIR="$root/all" KVER="$kver" || return
	test -z "$(installed_files "$root/all")"
}

honours_prefix() {
	make install DESTDIR="$root/prefix" PREFIX=/opt KVER="$kver" &&
		test -f "$root/prefix/opt/share/man/man8/iptables-traffic.8"
}

# "parm: name:text (type)" of every parameter, and the aliases.
modinfo_texts() {
	local parameter

	for parameter in memory linger perms uid gid; do
		modinfo -p "$ko" | grep -qE "^$parameter:.{20,}" ||
			{ echo "no text for $parameter"; return 1; }
	done
	[ "$(modinfo -F license "$ko")" = GPL ] &&
		modinfo -F alias "$ko" | grep -qx xt_traffic &&
		modinfo -F alias "$ko" | grep -qx ip6t_traffic &&
		[ "$(modinfo -F name "$ko")" = ipt_traffic ]
}

# In trees of its own, so that the machine's DKMS is not touched.
dkms_builds() {
	local version

	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' kmod/dkms.conf)
	mkdir -p "$root/dkms" "$root/src/ipt_traffic-$version" || return
	cp kmod/* "$root/src/ipt_traffic-$version/" || return
	dkms build --dkmstree "$root/dkms" --sourcetree "$root/src" \
		-k "$kver" -m ipt_traffic -v "$version" || return
	find "$root/dkms" -path "*$kver*" -name 'ipt_traffic.ko*' | grep -q .
}

# Functions of the module with an instruction that locks the bus.
functions_with_lock() {
	objdump -d --no-show-raw-insn "$ko" |
		awk '/^[0-9a-f]+ </ { name = $2 } $2 == "lock" { print name }' |
		tr -d '<>:' | sort -u
}

# The way of a packet that opens and closes nothing, touches no new page and
# does not find memory short.
usual_way() {
	local function
	local -a all

	mapfile -t all < <(nm "$ko" | awk '$2 ~ /[tT]/ { print $3 }')
	for function in traffic_mt4 count_ipv4 count_sides packet_read_ipv4 \
		packet_read_flow_ipv4 flows_open flows_close; do
		[[ " ${all[*]} " == *" $function "* ]] ||
			{ echo "$function is gone: look at the list again"; return 1; }
		if functions_with_lock | grep -qx "$function"; then
			objdump -d --disassemble="$function" "$ko" | grep -w lock
			return 1
		fi
	done
}

# The other functions of the packet's way: each has its reason to lock.
other_ways() {
	local way=(match count packet flows ledger memory)
	local file

	diff <(for file in "${way[@]}"; do
		objdump -d --no-show-raw-insn "${ko%/*}/$file.o" |
			awk '/^[0-9a-f]+ </ { name = $2 } $2 == "lock" { print name }'
	done | tr -d '<>:' | sort -u) - <<-EOT
		add_uncounted
		alloc_page_charged
		close_locked
		ledger_add_shared
		ledger_locate_slow
		ledger_touch_page
		memory_charge
		memory_uncharge
		open_locked
	EOT
}

man_page() {
	local warnings

	warnings=$(man --warnings -l -Tutf8 libxt/iptables-traffic.8 2>&1 >/dev/null)
	[ -z "$warnings" ] || { echo "$warnings"; return 1; }
}

needs_no_shared_folder() {
	! grep -rnE '(\.\./)+shared' --include='*' --exclude-dir=out \
		--exclude-dir=.git . | grep -v 'test/product/run.sh'
}

check "./build build leaves copies at the top, ignored by git" copies_at_the_top
check "install puts three files, uninstall removes them" install_and_uninstall
check "install honours PREFIX and DESTDIR" honours_prefix
check "modinfo explains the parameters" modinfo_texts
check "DKMS builds the module" dkms_builds
check "no locked instruction on a packet's usual way" usual_way
check "locked instructions elsewhere are the known ones" other_ways
check "the install lines of README.md" test/product/readme.sh "$kver"
check "the man page has no warnings" man_page
check "nothing needs a folder beside the project" needs_no_shared_folder
finish_checks
