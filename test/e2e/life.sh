# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scenarios about rules, files and rights are written in: lib.sh, and
# which files are there, and how something is refused.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# For scenarios that change the machine itself.
only_in_a_guest() {
	[ -n "${VM_RESULTS:-}" ] || die "it installs into the machine: run it with test/vm/run.sh"
}

# Where modprobe looks.
modules=/lib/modules/$(uname -r)

# "few_modules MODULE...": depmod takes minutes in the guest for all modules of a
# distribution: from here on, there are these and those that they need, in
# "$work/modules". Undone by umount.
few_modules() {
	local few=$work/modules module

	mkdir -p "$few/kernel/net/ipv4/netfilter"
	cp "$modules"/modules.{builtin,builtin.modinfo,order} "$few"
	[ ! -e "$modules/build" ] || cp -d "$modules/build" "$few"
	for module; do
		modprobe --show-depends "$module" 2>/dev/null || true
	done | awk '$1 == "insmod" { print $2 }' | sort -u | xargs -r cp -t "$few/kernel/net"
	touch -r "$modules/modules.dep" "$work/time"
	mount --bind "$few" "$modules"
	depmod
	# depmod -A looks at times: what was built later is new.
	touch -r "$work/time" "$modules/modules.dep"
}

# "files_of NAMESPACE": the names of all files of its tables.
files_of() {
	within "$1" ls "$TABLES" | paste -s -d ' '
}

files() {
	files_of router
}

# "files_become NAME...": the router has these in a moment, sorted. Files go
# after their rule: in a worker of the module, and nf_tables has one as well.
files_become() {
	until_true 10 has_files "$*"
	say "files are '$*'"
}

has_files() {
	[ "$(files)" = "$1" ]
}

# "fails ERROR COMMAND...": it has to fail, and to say that.
fails() {
	local error=$1
	shift

	if "$@" >"$work/said" 2>&1; then
		die "it did not fail: $*"
	fi
	grep -F -e "$error" "$work/said" >/dev/null || {
		cat "$work/said" >&2
		die "it did not say '$error': $*"
	}
	say "'$error': $*"
}

# "refused MESSAGE COMMAND...": the command has to fail in the router, and the
# module has to tell the kernel's log why. Of each kind of message it says no
# more than 10 in 5 seconds: then the command is tried again.
refused() {
	until_true 20 refused_saying "$@"
	say "refused, '$1': ${*:2}"
}

refused_saying() {
	local message=$1 mark="e2e: $EPOCHREALTIME"
	shift

	echo "$mark" >/dev/kmsg
	if within router "$@" >"$work/said" 2>&1; then
		die "it was taken: $*"
	fi
	dmesg | sed "1,/$mark/d" | grep -F -e "ipt_traffic: $message" >/dev/null
}

# "open_from_outside NAMESPACE FILE...": opens files of its tables for reading,
# in this shell, which is not in the namespace; their numbers go to $opened.
open_from_outside() {
	local namespace=$1 file fd pid
	shift

	ip netns exec "$namespace" sleep infinity &
	pid=$!
	until_true 10 test -e "/proc/$pid/net/xt_traffic/$1"
	opened=()
	for file; do
		exec {fd}<"/proc/$pid/net/xt_traffic/$file"
		opened+=("$fd")
	done
	kill "$pid"
	wait "$pid" || true
}

# "ordinary_rules raw|filter": what somebody may have in that table, as iptables-save
# writes it.
ordinary_rules() {
	local unreachable=icmp-port-unreachable

	[ "$FAMILY" = ipv4 ] || unreachable=icmp6-port-unreachable
	case $1 in
	raw)
		cat <<-END
			*raw
			:PREROUTING ACCEPT [0:0]
			:OUTPUT ACCEPT [0:0]
			-A PREROUTING -i in -j CT --notrack
			COMMIT
		END
		;;
	filter)
		cat <<-END
			*filter
			:INPUT DROP [0:0]
			:FORWARD ACCEPT [0:0]
			:OUTPUT ACCEPT [0:0]
			:users - [0:0]
			:users2 - [0:0]
			-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
			-A INPUT -p tcp -m multiport --dports 22,80 -m comment --comment "from outside" -j users
			-A INPUT -j REJECT --reject-with $unreachable
			-A users ! -s $(network 193.11.176.0/20) -m limit --limit 5/min -j LOG --log-prefix "users: "
			-A users -g users2
			COMMIT
		END
		;;
	esac
}
