# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # variables of guest.sh
#
# What iptables-restore takes for many rules that share few tables. Sourced by
# guest.sh, whose command "restoring" it is. To facts.tsv, by number of rules:
#
#	restore-traffic		rules of 100 tables of ours
#	restore-recent		rules of 100 lists of "-m recent --set"
#	restore-traffic-few	rules of 10 tables
#	restore-recent-few	rules of 10 lists
#
# and the same ending in "-nft" for iptables-nft-restore. The least of all
# rounds: ms on the clock, or instructions. Each restore goes to a new namespace,
# as the first one after boot does.

# "ruleset KIND TABLES RULES"
ruleset() {
	local match rule

	case $1 in
	traffic) match="traffic --traffic --netbase 10.0.0.0/20 --name" ;;
	recent) match="recent --set --name" ;;
	esac
	echo "*raw"
	for ((rule = 0; rule < $3; rule++)); do
		echo "-A PREROUTING -m $match t$((rule % $2))"
	done
	echo COMMIT
}

# "restore FLAVOUR FILE": how long.
restore() {
	local xtables=(env XTABLES_LIBDIR="$BENCH_XTABLES" "xtables-$1-multi")
	local value rules

	ip netns add restoring
	value=$(clocked restoring "${xtables[@]}" iptables-restore "$2")
	rules=$(ip netns exec restoring "${xtables[@]}" iptables-save -t raw | grep -c "^-A")
	[ "$rules" = "$(grep -c "^-A" "$2")" ] || die "$rules rules were restored of $2"
	ip netns del restoring
	echo "$value"
}

# The lists of the other measurements would take longer to make than the rules.
default_lists() {
	local parameter=/sys/module/xt_recent/parameters/ip_list_tot

	rmmod xt_recent 2>/dev/null || true
	modprobe xt_recent 2>/dev/null || true
	[ "$(<$parameter)" = 100 ] || die "xt_recent has not its default parameters"
}

restoring_of_size() {
	local size=$1 round kind tables flavour what
	local -A least=()

	say "$size rules: restoring"
	for kind in traffic recent; do
		for tables in 100 10; do
			ruleset $kind $tables "$size" >"$work/rules-$kind-$tables"
		done
	done
	for ((round = 0; round <= rounds; round++)); do
		for kind in traffic recent; do
			for tables in 100 10; do
				for flavour in legacy nft; do
					what=restore-$kind
					[ $tables = 100 ] || what+=-few
					[ $flavour = legacy ] || what+=-nft
					keep_least $what "$(restore $flavour "$work/rules-$kind-$tables")"
				done
			done
		done
	done
	for what in $(printf '%s\n' "${!least[@]}" | sort); do
		clocked_fact "$what" "$size" "${least[$what]}"
	done
}

restoring() {
	local size

	default_lists
	for size in $sizes; do
		restoring_of_size "$size"
	done
}
