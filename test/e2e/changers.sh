# shellcheck shell=bash disable=SC2154 # what the scenario sets
# SPDX-License-Identifier: GPL-2.0
#
# Who changes rules, around those that stay, and makes and destroys namespaces, as long
# as the scenario goes on. To be sourced by scenarios behind readers.sh; they set $STAYS,
# the options of each name that stays, by name.

# "as FLAVOUR NAMESPACE COMMAND...": iptables and its like. All namespaces have one lock
# for the legacy ones, who would give up at once.
as() {
	within "$2" "xtables-$1-multi" "$3" -w 600 "${@:4}" >"$work/said-$BASHPID" 2>&1
}

# The same, which has to be taken.
have() {
	as "$@" || die "$*: $(<"$work/said-$BASHPID")"
}

# --- rules ---------------------------------------------------------------------

# "change_rules FLAVOUR PROGRAM NETBASE LENGTH NAME...": in turns those of names that
# stay (NAMEs are all of this family), and others.
change_rules() {
	local flavour=$1 program=$2 netbase=$3 length=$4 names=("${@:5}") kind where rule

	while going_on; do
		for kind in "${CHANGES[@]}"; do
			choose_name_that_stays
			"change_$kind" || die "$flavour $program $kind ${rule[*]}: $(<"$work/said-$BASHPID")"
			count "rule changes beside the packets: $flavour $program $kind"
		done
		for kind in "${CHANGES[@]}"; do
			choose_other_name
			if ! "change_$kind"; then
				count "rule changes refused"
				choose_own_name
				"change_$kind" || continue
			fi
			count "rule changes where packets pass: $flavour $program $kind"
		done
	done
}

CHANGES=(add insert add replace delete add flush restore renew)

# In a place where no packet passes, and nobody else changes anything: nothing is refused.
choose_name_that_stays() {
	local name=${names[RANDOM % ${#names[@]}]}

	where=(filter FORWARD)
	# shellcheck disable=SC2206 # words
	rule=(-m traffic ${STAYS[$name]} --name "$name")
}

# Where packets pass. Much of it is refused, as there are few names, with several options
# each.
choose_other_name() {
	local number=$((RANDOM % 4))
	local -a options=(
		"--traffic" "--traffic --ipconn" "--portconn" "--traffic --clearonread"
		"--ipconn --portconn --nointernal" "--traffic --hashsize 64 --maxaddrs 500"
		"--traffic --aggregate $((length + 4))"
	)

	where=(raw CHURN)
	# shellcheck disable=SC2206 # words
	rule=(-m traffic --netbase "$netbase/$((length + RANDOM % 2))"
		${options[number + RANDOM % 4]} --name "X${program%tables}-$number")
}

# In the same place, of nobody else and with one set of options: refused only where there
# is no rule to replace or delete.
choose_own_name() {
	where=(raw CHURN)
	# shellcheck disable=SC2206 # words
	rule=(-m traffic --traffic --netbase "$netbase/$length" --name "X${program%tables}-$flavour")
}

change() {
	as "$flavour" router "$program" -t "${where[0]}" "$@"
}

restore() {
	as "$flavour" router "$program-restore" "$@"
}

change_add() {
	maybe_beside
	change -A "${where[1]}" "${rule[@]}"
}

change_insert() {
	maybe_beside
	change -I "${where[1]}" "${rule[@]}"
}

# Beside the rules that stay and count; change_renew takes it away.
maybe_beside() {
	[ "${where[1]}" != CHURN ] || ((RANDOM % 3)) || where=(raw PREROUTING)
}

change_replace() {
	change -R "${where[1]}" 1 "${rule[@]}"
}

change_delete() {
	change -D "${where[1]}" 1
}

change_flush() {
	change -F "${where[1]}"
}

# One rule in place of all those.
change_restore() {
	local file=$work/restored-$BASHPID

	cat >"$file" <<-END
		*${where[0]}
		-F ${where[1]}
		-A ${where[1]} ${rule[*]}
		COMMIT
	END
	restore --noflush "$file"
}

# All that is to stay in place of all that there is: in raw with the rules that count. By
# nf_tables no packet may pass between only where chains remain. (A restore that flushes
# deletes the table there, and hooks up another: a packet on its way from one hook to the
# other may be seen by both.)
change_renew() {
	local saved=$work/saved-$BASHPID

	within router "xtables-$flavour-multi" "$program-save" -t "${where[0]}" >"$saved" 2>/dev/null || return
	sed -i '/^-A PREROUTING .*--name X/d' "$saved"
	if [ "$flavour ${where[0]}" = "nft raw" ]; then
		sed -i '/^:/d; /^\*/a -F' "$saved"
		restore --noflush "$saved"
	else
		restore "$saved"
	fi
}

# --- a name whose last rule comes and goes -----------------------------------------

SIDE=(-t mangle -m traffic --traffic --netbase 0.0.0.0/0 --maxaddrs 5000 --name SIDE)
# For which it lingers: it goes at once, in a moment, or stays.
SECONDS_LINGERING=(0 1 $((30 * ${SLOWNESS:-1})))

come_and_go() {
	local flavour linger generation=0 packets=0 lingers=no

	while going_on; do
		((RANDOM % 2)) && flavour=nft || flavour=legacy
		have $flavour router iptables -A PREROUTING "${SIDE[@]}"
		side_goes_on
		until side_has_counted; do
			going_on || return 0
			sleep 0.1
		done
		linger=${SECONDS_LINGERING[RANDOM % 3]}
		echo "$linger" >/sys/module/ipt_traffic/parameters/linger
		side_goes_on
		have $flavour router iptables -D PREROUTING "${SIDE[@]}"
		case $linger in
		0)
			until_true 10 side_is_gone
			lingers=no
			;;
		1)
			sleep $((RANDOM % 3))
			lingers=maybe
			;;
		*)
			lingers=yes
			side_goes_on
			;;
		esac
		count "a name came and went, lingering seconds: $linger"
	done
}

side_is_gone() {
	[ ! -e "$tables/SIDE_info" ]
}

side_has_counted() {
	[ "$(wc -l <"$tables/SIDE")" -gt 1 ]
}

# Its numbers go back only when it is another one.
side_goes_on() {
	local before=$generation less=$packets

	generation=$(awk '$1 == "generation" { print $2 }' "$tables/SIDE_info")
	packets=$(total "$tables/SIDE_packets")
	case $lingers in
	no) [ "$generation" != "$before" ] || die "SIDE is there again" ;;
	yes) [ "$generation" = "$before" ] || die "SIDE is another one" ;;
	esac
	[ "$generation" != "$before" ] || [ "$packets" -ge "$less" ] ||
		die "SIDE had $less packets, and has $packets"
	lingers=yes
}

# --- namespaces ------------------------------------------------------------------

# With rules of either flavour, and ended while packets are sent, files are read or
# open, and rules change.
come_and_go_namespaces() {
	local number=0 name flavour

	while going_on; do
		number=$((number + 1))
		name=churn$number
		ip netns add $name
		ip -n $name link set lo up
		for flavour in nft legacy; do
			have $flavour $name iptables -A OUTPUT -m traffic --traffic --ipconn \
				--netbase 127.0.0.0/8 --name NS_$flavour
		done
		within $name ping -q -c 1 127.0.0.1 >/dev/null
		within $name cat /proc/net/xt_traffic/NS_{nft,legacy} >"$work/shown"
		[ "$(grep -c '^127.0.0.1' "$work/shown")" = 2 ] || die "$name shows nothing"
		inhabit $name
		sleep 0.$((RANDOM % 10))
		((RANDOM % 2)) && ip netns del $name
		sleep 0.$((RANDOM % 3))
		{
			kill -KILL "${inhabitants[@]}"
			wait "${inhabitants[@]}" || true
		} 2>/dev/null
		[ ! -e /run/netns/$name ] || ip netns del $name
		# What was read may be over, but nothing else.
		dd of=/dev/null bs=10 status=none <&6 2>"$work/read" || grep -q "Input/output" "$work/read"
		exec 6<&-
		count "namespaces"
	done
}

inhabit() {
	local in=(nsenter --net=/run/netns/"$1") flavour

	"${in[@]}" ping -q -f 127.0.0.1 >/dev/null &
	inhabitants=($!)
	until_true 10 test -e "/proc/$!/net/xt_traffic/NS_nft"
	exec 6<"/proc/$!/net/xt_traffic/NS_nft"
	# shellcheck disable=SC2016 # for that shell
	for flavour in nft legacy; do
		"${in[@]}" sh -c 'while :; do cat /proc/net/xt_traffic/*; done >/dev/null 2>&1' &
		inhabitants+=($!)
		"${in[@]}" sh -c '
			while :; do
				xtables-$1-multi iptables -w -A INPUT -m traffic --traffic \
					--netbase 127.0.0.0/8 --name IN
				xtables-$1-multi iptables -w -F
			done >/dev/null 2>&1' sh $flavour &
		inhabitants+=($!)
	done
}
