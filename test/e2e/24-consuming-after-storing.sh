# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# short: nft-ipv6
#
# A row written back with a leading "-" is subtracted, in a table that clears or
# not: so a program can read, store on disk, and then subtract, and what it has
# stored and what is left make up what was counted, with traffic running all the
# while. A row that would make a number fall below zero is refused whole.
source "$(dirname "$0")/lib.sh"

traffic() {
	local seed

	for seed in {1..5}; do
		blast -s "$seed" <<-END
			inside tcp src=193.11.176.1-193.11.176.99 dst=198.51.100.1 sport=1024~65535 dport=1~99 flags=S size=60 count=800
			outside udp src=198.51.100.1 dst=193.11.176.1-193.11.176.99 size=$((IP_HEADER + 8))~1500 dport=1~99 count=800
		END
	done
}

# Files stored-FILE-ROUND, and what they have is subtracted.
store() {
	local file

	for file in "" _packets _ipconn _portconn; do
		table "LEFT$file" >"$work/stored$file-$1"
		tail -n +2 "$work/stored$file-$1" | sed 's/^/-/' |
			within router tee "$TABLES/LEFT$file" >/dev/null
	done
}

topology
for table in "LEFT" "TRUTH"; do
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn --portconn \
		--netbase $NETBASE --netmask $NETMASK --name $table
done

traffic &
traffic=$!
rounds=0
while kill -0 $traffic 2>/dev/null; do
	store $((++rounds))
done
wait $traffic
store $((++rounds))
[ "$(grep -l '^[0-9]' "$work"/stored-[0-9]* | wc -l)" -gt 1 ] ||
	die "all was stored in one round: nothing was tried"

say "what was stored, written back, makes the table whole again"
for file in "" _packets _ipconn _portconn; do
	cat "$work/stored$file"-[0-9]* | within router tee "$TABLES/LEFT$file" >/dev/null
	table "TRUTH$file" >"$work/truth$file"
	same_table "LEFT$file" "$work/truth$file"
done

say "a row that asks for too much is refused whole"
table LEFT >"$work/before"
row LEFT 193.11.176.7 | awk -F '\t' -v OFS='\t' -v key="$(address 193.11.176.7)" \
	'{ print "-" key, $1 + 1, $2, $3, $4, $5 + 1, $6, $7, $8 }' >"$work/too-much"
if within router cp "$work/too-much" $TABLES/LEFT 2>"$work/error"; then
	die "it was taken"
fi
grep -q "Invalid argument" "$work/error"
same_table LEFT "$work/before"
