# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: whatever goes on around a rule, its table is right. Packets at full speed
# on all CPUs, locally sent ones among them; rules of both flavours added, replaced,
# restored, flushed and deleted around one that stays; a name whose last rule
# comes and goes; namespaces that are made and destroyed; readers of all sizes,
# some killed, some stopped in the middle of a row; rows written back and
# subtracted; the module removed and loaded between rounds. For each name that
# stays, what was sent is what was read and what is left, to the byte.
#
# nft-only: it uses both flavours itself
# several-cpus: all of them at once
# bound: 3600
#
# CHURN_ROUNDS and CHURN_CHUNKS make it longer, CHURN_SEED another one.
. "$(dirname "$0")/readers.sh"

ROUNDS=${CHURN_ROUNDS:-1}
CHUNKS=${CHURN_CHUNKS:-300}
SEED=${CHURN_SEED:-1}
CPUS=$(nproc)
KNOWN=4000
FILES=("" _packets _ipconn)
PINGS=200

# "as FLAVOUR NAMESPACE COMMAND...": iptables and its like.
as() {
	within "$2" "xtables-$1-multi" "${@:3}" >>"$work/said" 2>&1
}

# The same, whether or not it is taken.
try_as() {
	as "$@" || true
}

# "some_options": of a table that is none of those that stay.
some_options() {
	local options=(
		"--traffic" "--traffic --ipconn" "--portconn" "--traffic --clearonread"
		"--ipconn --portconn --nointernal" "--traffic --hashsize 64 --maxaddrs 500"
		"--traffic --aggregate 16"
	)

	echo "--netbase 10.0.0.0/$((RANDOM % 8 + 8)) ${options[RANDOM % ${#options[@]}]} --name X$((RANDOM % 4))"
}

# "change_rules FLAVOUR": of all that comes and goes; much of it is refused, as names
# are few and options many.
change_rules() {
	local flavour=$1 changes=0

	RANDOM=$((SEED + ${#flavour}))
	while sending; do
		# shellcheck disable=SC2046 # words
		case $((RANDOM % 8)) in
		0 | 1) try_as "$flavour" router iptables -t raw -A PREROUTING -m traffic $(some_options) ;;
		2) try_as "$flavour" router iptables -t raw -I PREROUTING -m traffic $(some_options) ;;
		3) try_as "$flavour" router iptables -t raw -A CHURN -m traffic $(some_options) ;;
		4) try_as "$flavour" router iptables -t raw -F CHURN ;;
		5) try_as "$flavour" router iptables -t raw -R CHURN 1 -m traffic $(some_options) ;;
		6) delete_some "$flavour" ;;
		7) restore_some "$flavour" ;;
		esac
		changes=$((changes + 1))
	done
	echo "$flavour $changes" >>"$work/changes"
}

# The rules of the chain but the one that stays.
delete_some() {
	local rule

	within router "xtables-$1-multi" iptables -t raw -S PREROUTING 2>/dev/null |
		sed -n '/--name X/s/^-A/-D/p' >"$work/rules-$1"
	while read -r rule; do
		# shellcheck disable=SC2086 # words
		try_as "$1" router iptables -t raw $rule
	done <"$work/rules-$1"
}

restore_some() {
	{
		echo "*raw"
		echo "-F CHURN"
		echo "-A CHURN -m traffic $(some_options)"
		echo "-A PREROUTING -m traffic $(some_options)"
		echo COMMIT
	} >"$work/restore-$1"
	try_as "$1" router iptables-restore --noflush "$work/restore-$1"
}

# A name whose last rule comes and goes, read in between.
come_and_go() {
	while sending; do
		for flavour in nft legacy; do
			try_as $flavour router iptables -t raw -A PREROUTING -m traffic --traffic \
				--netbase 10.0.0.0/20 --name SIDE
				cat "$tables"/SIDE "$tables"/SIDE_info >/dev/null 2>&1 || true
			try_as $flavour router iptables -t raw -D PREROUTING -m traffic --traffic \
				--netbase 10.0.0.0/20 --name SIDE
		done
	done
}

# Namespaces, with rules of either flavour, a packet, and somebody who reads.
come_and_go_namespaces() {
	local name

	while sending; do
		name=churn$((RANDOM % 3))
		ip netns add $name
		ip -n $name link set lo up
		for flavour in nft legacy; do
			try_as $flavour $name iptables -A OUTPUT -m traffic --traffic --ipconn \
				--netbase 127.0.0.0/8 --name "NS_$flavour"
		done
		within $name ping -q -c 1 127.0.0.1 >/dev/null
		within $name sh -c 'cat /proc/net/xt_traffic/*' | grep '^127.0.0.1' >/dev/null ||
			echo "$name shows nothing" >>"$work/wrong"
		ip netns del $name
	done
}

# Locally sent packets: requests and replies, from a process and from the kernel.
send_locally() {
	while sending; do
		within router ping -q -A -c $PINGS -s 100 127.0.0.1 >"$work/ping" &&
			grep -q " $PINGS received" "$work/ping" || echo "ping failed" >>"$work/wrong"
		echo >>"$work/pings"
	done
}

# "look FILE": who consumes nothing, by reads of all sizes.
look() {
	while sending; do
		dd if="$tables/$1" of=/dev/null bs=$((RANDOM % 4096 + 100)) status=none
	done
}

permanent_rules() {
	for flavour in nft legacy; do
		as $flavour router iptables -t raw -N CHURN
		as $flavour router iptables -t raw -A PREROUTING -j CHURN
	done
	# Where addresses are found by a hash, and where they are not.
	as nft router iptables -t raw -A PREROUTING -m traffic --traffic --ipconn --clearonread \
		--netbase 10.0.0.0/7 --maxaddrs $((2 * KNOWN)) --conntimeout 1 --name HASHED
	as legacy router iptables -t raw -A PREROUTING -m traffic --traffic --ipconn --clearonread \
		--netbase 10.0.0.0/12 --name DIRECT
	as legacy router iptables -t raw -A PREROUTING -m traffic --traffic --ipconn \
		--netbase 10.0.0.0/12 --name STILL
	as nft router iptables -t raw -A OUTPUT -m traffic --traffic --netbase 127.0.0.0/8 --name LOCAL
}

start() {
	"$@" &
	actors[$!]=$*
}

everybody() {
	local file table

	declare -g -A actors=()
	for table in HASHED DIRECT; do
		for file in "${FILES[@]}"; do
			start take $table"$file"
			start stop_in_a_row $table"$file"
			start write_back $table"$file"
		done
	done
	for file in "${FILES[@]}" _info; do
		start look STILL"$file"
	done
	start change_rules nft
	start change_rules legacy
	start come_and_go
	start come_and_go_namespaces
	start send_locally
}

all_is_there() {
	local table file sent

	[ ! -e "$work/wrong" ] || die "$(sort "$work/wrong" | uniq -c)"
	for table in HASHED DIRECT STILL LOCAL; do
		same "what is uncounted in $table" \
			"$(info $table uncounted_packets) $(info $table uncounted_bytes)" "0 0"
	done
	for table in HASHED DIRECT; do
		for file in "${FILES[@]}"; do
			all_taken $table"$file" >"$work/all"
			sum_up "$work/truth$file" "$work/given-$table$file" >"$work/wanted"
			same_file "$work/all" "$work/wanted"
		done
	done
	for file in "${FILES[@]}"; do
		same_table STILL"$file" "$work/truth$file"
	done
	# A request and a reply each, both to and from the address; 20 + 8 + 100 bytes.
	sent=$(($(wc -l <"$work/pings") * PINGS * 2))
	expect_row LOCAL_packets 127.0.0.1 $sent $sent 0 0 0 0 $sent $sent
	expect_row LOCAL 127.0.0.1 $((sent * 128)) $((sent * 128)) 0 0 0 0 $((sent * 128)) $((sent * 128))
}

round() {
	local actor

	rm -rf "${work:?}"/*
	ip netns add router
	ip -n router link set lo up
	permanent_rules
	nsenter --net=/run/netns/router sleep infinity &
	tables=/proc/$!/net/xt_traffic
	until_true 10 test -e $tables/LOCAL
	say "round $1 of $ROUNDS: $CPUS CPUs, $KNOWN addresses, seed $SEED"
	"${SWARM[@]}" -c "$CPUS" -s "$SEED" -j "$CHUNKS" -k $KNOWN -a 256 -p 10 \
		router "$work/truth" >"$work/sent" &
	swarm=$!
	everybody
	wait $swarm
	for actor in "${!actors[@]}"; do
		wait "$actor" || die "failed: ${actors[$actor]}"
	done
	say "$(tr '\n' ' ' <"$work/sent")"
	say "rules changed: $(tr '\n' ' ' <"$work/changes"); pings $(wc -l <"$work/pings") x $PINGS;" \
		"$(awk '{ ended += $2; killed += $8 } END { print "readers: " ended " ended, " killed " killed" }' "$work/readers")"
	all_is_there
}

# As a user would for a new version.
reload() {
	ip netns pids router | xargs -r kill -KILL
	ip netns del router
	until_true 20 rmmod ipt_traffic
	insmod "$top/out/kmod-$(uname -r)/ipt_traffic.ko"
}

use_bench_hook
RANDOM=$SEED
for ((number = 1; number <= ROUNDS; number++)); do
	round $number
	SEED=$((SEED + 1))
	[ $number = "$ROUNDS" ] || reload
done
