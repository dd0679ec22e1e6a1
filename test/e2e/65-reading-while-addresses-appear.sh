# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: a read goes through a hashed table in a stable way while addresses
# appear: none is met twice, none is missed that was there at the start, whatever
# the size of the reads. That is so for a table that clears, too, and there every
# count is read once.
#
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# several-cpus: one reads while the other counts
# short: nft-ipv6
. "$(dirname "$0")/lib.sh"

SIZES=(100 4096 131072)

swarm_is_on() {
	kill -0 $swarm 2>/dev/null
}

has_known() {
	[ "$(table PLAIN | wc -l)" -gt 1000 ]
}

# "pass FILE SIZE" leaves it in pass-FILE.
pass() {
	within router dd if=$TABLES/"$1" bs="$2" status=none >"$work/pass-$1"
	tail -n +2 "$work/pass-$1" | cut -f 1 | sort >"$work/keys-$1"
	same "addresses met twice in $1 by $2 bytes" "$(uniq -d "$work/keys-$1" | wc -l)" 0
}

use_bench_hook
ip netns add router
router ip link set lo up
for table in "PLAIN" "CLEARING --clearonread"; do
	# shellcheck disable=SC2086 # a name and an option
	router "$IPTABLES" -t raw -A PREROUTING -m traffic --traffic \
		--netbase "$(network 10.0.0.0/7)" --maxaddrs 65536 --conntimeout 600 --name $table
done

"${SWARM[@]}" -c "$(nproc)" -k 1000 -n 10 -a 100 -p 15 -j 900 router "$work/truth" >"$work/sent" &
swarm=$!
until_true 30 has_known
passes=0
: >"$work/before"
while swarm_is_on; do
	pass PLAIN "${SIZES[passes % 3]}"
	same "addresses missed" "$(comm -23 "$work/before" "$work/keys-PLAIN" | wc -l)" 0
	mv "$work/keys-PLAIN" "$work/before"
	pass CLEARING "${SIZES[(passes + 1) % 3]}"
	sed '/^IP/d' "$work/pass-CLEARING" >>"$work/taken"
	passes=$((passes + 1))
done
wait $swarm
cat "$work/sent" >&2
say "$passes passes, $(wc -l <"$work/before") addresses at the last one"
[ $passes -ge ${#SIZES[@]} ] || die "it was over too soon: not all sizes were tried"

pass CLEARING 4096
sed '/^IP/d' "$work/pass-CLEARING" >>"$work/taken"
sum_up "$work/taken" | tail -n +2 | sort >"$work/all"
tail -n +2 "$work/truth" | sort >"$work/wanted"
same_file "$work/all" "$work/wanted"
ORDERED=no same_table PLAIN "$work/truth"
