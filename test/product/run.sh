#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What is built and installed, looked at from outside, without a kernel.
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit
source test/checks.sh

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# The kernel that is built for unless another is named.
kver=$(make -s print-kver)
ko=out/kmod-$kver/ipt_traffic.ko

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
		printf '%s\n' "./lib/modules/$kver/updates/"{ipt_traffic,iptable_promisc,ip6table_promisc}.ko \
			".$xtlibdir/libxt_traffic.so" ./usr/sbin/trafctl \
			./usr/libexec/ipt_traffic/rules \
			./usr/lib/systemd/system/ipt_traffic{.service,-mirror@.service,-snapshot.{service,timer}} \
			./usr/lib/systemd/system/nftables.service.d/ipt_traffic-mirror.conf \
			./usr/share/bash-completion/completions/trafctl \
			./usr/share/man/man8/{iptables-traffic,trafctl}.8 | sort
	) || return
	make uninstall DESTDIR="$root/all" KVER="$kver" || return
	test -z "$(installed_files "$root/all")"
}

honours_prefix() {
	make install DESTDIR="$root/prefix" PREFIX=/opt KVER="$kver" &&
		test -x "$root/prefix/opt/sbin/trafctl" &&
		test -f "$root/prefix/opt/share/man/man8/iptables-traffic.8" &&
		grep -q '^ExecStop=/opt/sbin/trafctl snapshot$' "$root/prefix/opt/lib/systemd/system/ipt_traffic.service" &&
		grep -q '^PATH=/opt/sbin:' "$root/prefix/opt/libexec/ipt_traffic/rules"
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
	diff <(find "$root/dkms" -path "*$kver*" -name '*.ko*' -printf '%f\n' | sed 's/\.ko.*//' | sort -u) \
		<(printf '%s\n' ipt_traffic ip{,6}table_promisc | sort) &&
		[ "$(modinfo -F version "$ko")" = "$version" ]
}

# "dkms_modules HEADERS": what is to come of it.
dkms_modules() (
	# shellcheck disable=SC2034 # of dkms.conf, as the rest
	kernel_source_dir=$1 kernelver=$kver dkms_tree=$root/dkms
	source kmod/dkms.conf
	echo "${BUILT_MODULE_NAME[@]}"
)

# Also of what was built when there were headers; Linux 5.10 has tables without templates.
dkms_knows_what_is_built() {
	mkdir -p "$root/headers" && touch "$root/headers/Module.symvers" &&
		[ "$(dkms_modules "$root/headers")" = ipt_traffic ] &&
		printf '0\t%s\n' ipt_register_table ip6t_register_table >"$root/headers/Module.symvers" &&
		[ "$(dkms_modules "$root/headers")" = ipt_traffic ] &&
		[ "$(dkms_modules "$root/no-headers")" = "ipt_traffic iptable_promisc ip6table_promisc" ] &&
		[ "$(dkms_modules "/lib/modules/$kver/build")" = "$(dkms_modules "$root/no-headers")" ]
}

# Functions of an object with an instruction that locks the bus.
functions_with_lock() {
	objdump -d --no-show-raw-insn "$1" |
		awk '/^[0-9a-f]+ </ { name = $2 } $2 == "lock" { print name }' |
		tr -d '<>:' | sort -u
}

functions_of() {
	nm "$1" | awk '$2 ~ /[tT]/ { print $3 }'
}

# The way of nearly all packets that open and close nothing, touch no new page
# and do not find memory short: nothing on it locks.
usual_way() {
	local function

	for function in traffic_mt4 traffic_mt6 count_flow_ipv4 \
		count_flow_ipv6 count_both_ipv4 count_both_ipv6 \
		count_searched_ipv4 count_searched_ipv6 packet_walk_header_ipv6; do
		functions_of "$ko" | grep -qx "$function" ||
			{ echo "$function is gone: look at the list again"; return 1; }
		! functions_with_lock "$ko" | grep -x "$function" ||
			{ echo "has a locked instruction"; return 1; }
	done
}

# The way of the others of them: both ends inside, many merged into one, sent by
# a process. It has locked instructions for those that are none of them, and
# leads round each. (The compiler may have added ".isra.0" and the like.)
long_way() {
	local function
	local -a found

	for function in count_any count_side packet_read_flow \
		read_merged packet_read_merged_ipv4 packet_read_merged_ipv6 \
		flows_open flows_close index_touch hashed_touch ledger_locate; do
		mapfile -t found < <(functions_of "$ko" |
			grep -xE "$function(\.[a-z]+\.[0-9]+)*")
		[ ${#found[@]} -eq 1 ] ||
			{ echo "$function is gone: look at the list again"; return 1; }
		objdump -dr --no-show-raw-insn "$ko" |
			awk -v function_name="${found[0]}" -f test/product/ways-round.awk ||
			{ echo "no way round the locked instructions of $function"; return 1; }
	done
}

# All functions of the packet's way that lock: each has its reason.
known_locks() {
	local file

	diff <(for file in match count packet flows index hashed ledger memory; do
		functions_with_lock "${ko%/*}/$file.o"
	done | sed -E 's/(\.[a-z]+\.[0-9]+)+$//' | sort -u) - <<-EOT
		close_locked
		count_shared
		count_side
		hashed_ask_to_leave
		hashed_free
		hashed_let_go
		hashed_let_stay
		hashed_touch
		ledger_locate
		ledger_make_high
		ledger_touch_page
		memory_charge
		memory_uncharge
		mind_the_room
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
check "install puts its files, uninstall removes them" install_and_uninstall
check "install honours PREFIX and DESTDIR" honours_prefix
check "modinfo explains the parameters" modinfo_texts
check "DKMS builds the modules" dkms_builds
check "DKMS knows which those are" dkms_knows_what_is_built
check "no locked instruction on a packet's usual way" usual_way
check "a way round those on the longer way" long_way
check "locked instructions are where they are known to be" known_locks
check "the install lines of README.md" test/product/readme.sh "$kver"
check "the man page has no warnings" man_page
check "nothing needs a folder beside the project" needs_no_shared_folder
finish_checks
