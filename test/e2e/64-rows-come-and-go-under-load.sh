# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: while addresses come and go, and rows change hands all the time, no
# count lands on another address. Several CPUs count, readers consume in reads of
# all sizes, some killed, some stopped in the middle of a row, and rows are
# written back and subtracted. What was read of an address is what it was sent,
# to the byte; where the table overflows, with what is uncounted that is so for
# all of them together, and no address has more than it was sent.
#
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# several-cpus: they count while rows change hands
# bound: 3600
# short: nft-ipv4
#
# LOAD_CHUNKS and LOAD_ROWS make it longer and larger, LOAD_SEED another one.
. "$(dirname "$0")/readers.sh"

CHUNKS=${LOAD_CHUNKS:-1200}
ROWS=${LOAD_ROWS:-8192}
SEED=${LOAD_SEED:-1}
CPUS=$(nproc)
# ROOMY is crowded by so many, and never full: there are rows besides for those
# that come back before the one that they have just given up can be used again. A
# packet a second for each: at every look some have been silent for long enough, and
# come back in the very moment in which they give up their row.
KNOWN=$((ROWS * 13 / 16))
RATE=$((KNOWN / CPUS))
TIGHT_ROWS=$((ROWS / 2))
FILES=("" _packets _ipconn)
# ms between two chunks of packets. As these come with realtime priority, a slow kernel,
# in which each takes longer, would have time for nothing else.
PAUSE=$((2 * ${SLOWNESS:-1} * ${SLOWNESS:-1}))

new_table() {
	router "$IPTABLES" -t raw -A PREROUTING -m traffic --traffic --ipconn \
		--netbase "$(network 10.0.0.0/7)" \
		--clearonread --maxaddrs "$2" --conntimeout 1 --name "$1"
}

use_bench_hook
RANDOM=$SEED
ip netns add router
router ip link set lo up
new_table ROOMY "$ROWS"
new_table TIGHT $TIGHT_ROWS
# Whose tables are the router's.
nsenter --net=/run/netns/router sleep infinity &
tables=/proc/$!/net/xt_traffic
until_true 10 test -e $tables/ROOMY

# What gives up rows gets little of the processors, in pieces: packets come in
# between all its steps.
/usr/bin/python3 -c 'import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), -15)'
say "swarm: $CPUS CPUs, $ROWS rows, $KNOWN addresses, $RATE packets a second each, seed $SEED"
chrt --fifo 2 "${SWARM[@]}" -h -c "$CPUS" -s "$SEED" -j "$CHUNKS" -k "$KNOWN" -r "$RATE" -p $PAUSE -q 400 \
	router "$work/truth" >"$work/sent" &
swarm=$!
has_many_rows() {
	[ "$(info TIGHT addresses)" = $TIGHT_ROWS ]
}
until_true 30 has_many_rows
for file in "${FILES[@]}"; do
	start take ROOMY"$file"
	start take TIGHT"$file"
	start stop_in_a_row ROOMY"$file"
	start write_back ROOMY"$file"
done
wait $swarm
end_actors
cat "$work/sent" >&2
say "readers: $(counted "readers that came to the end") ended, $(counted "readers killed") killed"

say "ROOMY: every address"
same "what is uncounted" "$(info ROOMY uncounted_packets) $(info ROOMY uncounted_bytes)" "0 0"
for file in "${FILES[@]}"; do
	all_taken "ROOMY$file" >"$work/all"
	rows_were_written "ROOMY$file"
	sum_up "$work/truth$file" "$work/given-ROOMY$file" >"$work/wanted"
	same_file "$work/all" "$work/wanted"
done

say "TIGHT: all of them together"
for file in "${FILES[@]}"; do
	all_taken "TIGHT$file" >"$work/all$file"
	same "rows of TIGHT$file that have too much" \
		"$(too_much "$work/all$file" "$work/truth$file")" ""
done
same "packets" $(($(total "$work/all_packets") + $(info TIGHT uncounted_packets))) \
	"$(total "$work/truth_packets")"
same "bytes" $(($(total "$work/all") + $(info TIGHT uncounted_bytes))) "$(total "$work/truth")"
[ "$(info TIGHT uncounted_packets)" -gt 0 ] || die "TIGHT was not"
