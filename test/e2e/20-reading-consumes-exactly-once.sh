# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# several-cpus: readers and packets at once
#
# With --clearonread a read consumes what it delivers, and nothing is lost:
# whatever the size of the reads, with readers killed on the way, two at once,
# and while traffic runs, the whole rows that were delivered and what is still
# there make up what was counted. Each file consumes its own numbers only.
#
# bound: 240
# short: nft-ipv4
#
# A second table without --clearonread, on the same packets, holds the truth.
source "$(dirname "$0")/lib.sh"

# Rows of several files, added up by address or port, with one header.
add_rows() {
	awk -F '\t' -v OFS='\t' '
		FNR == 1 { header = $0; next }
		{ for (i = 2; i <= NF; i++) sum[$1, i] += $i; key[$1]; fields = NF }
		END {
			print header
			for (k in key) {
				line = k
				for (i = 2; i <= fields; i++)
					line = line OFS sprintf("%.0f", sum[k, i])
				print line | "sort -t . -k 1,1n -k 2,2n -k 3,3n -k 4,4n"
			}
		}' "$@"
}

traffic() {
	blast -s "$1" <<-END
		inside tcp src=193.11.176.1-193.11.176.40 dst=198.51.100.1-198.51.100.9 sport=1024~65535 dport=80~90 flags=S size=60 count=600
		inside udp src=193.11.176.1-193.11.176.40 dst=198.51.100.1-198.51.100.9 sport=1024~65535 dport=53 size=$((IP_HEADER + 8))~1500 count=600
		outside tcp src=198.51.100.1-198.51.100.9 dst=193.11.176.1-193.11.176.40 flags=A size=$((IP_HEADER + 20))~1500 count=600
		outside icmp src=198.51.100.1-198.51.100.9 dst=193.11.176.1-193.11.176.40 size=84 count=200
	END
}

drain() {
	say "drain $*"
	within router "$top/out/test/drain" "$TABLES/$1" "${@:2}"
}

topology
for table in "TRUTH" "TAKEN --clearonread"; do
	# shellcheck disable=SC2086 # a name and an option
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn --portconn \
		--netbase $NETBASE --netmask $NETMASK --name $table
done

seed=1
# Every size of read for one file, and every file with one size.
for round in :1 :512 :4096 :131072 _packets:100 _ipconn:4096 _portconn:512; do
	file=${round%:*}
	size=${round#*:}
	rm -f "$work"/taken-*
	traffic $seed &
	sessions=15
	[ "$size" -gt 1 ] || sessions=4
	drain "TAKEN$file" "$size" 2 $sessions 60 $seed >"$work/taken-meanwhile"
	wait $!
	drain "TAKEN$file" "$size" 1 1 0 $seed >"$work/taken-rest"
	# What earlier rounds have taken from this file stays taken.
	touch "$work/earlier$file"
	add_rows "$work"/taken-* "$work/earlier$file" >"$work/all"
	mv "$work/all" "$work/earlier$file"
	same_table "TRUTH$file" "$work/earlier$file"
	same "rows left in TAKEN$file" "$(table "TAKEN$file" | tail -n +2)" ""
	seed=$((seed + 1))
done
