# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# short: nft-ipv6
#
# Promise: with --aggregate LEN a table has a row for each prefix of LEN bits, written
# PREFIX/LEN, in which all its addresses count; rows can be written back in that form
# and in no other. What is inside is told by addresses: --nointernal leaves out a
# packet between two addresses of one prefix as well.
source "$(dirname "$0")/lib.sh"

# The longest that takes less than a row each: 16 of them, 256 addresses in each.
LENGTH=$((ADDRESS_BITS - 8))

# "with MODE OPTION...": a rule and its packets, and what has to come of it.
with() {
	local mode=$1
	shift

	router $IPTABLES -t mangle -F FORWARD
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
		--netbase $NETBASE --netmask $NETMASK --aggregate $LENGTH --name "$mode" "$@"
	blast -s 29 -n $NETWORK -a $LENGTH -m "$mode" -o "$work/$mode" <"$work/bursts"
	same_as_sent "$mode" mangle FORWARD
}

fails_to_write() {
	if printf '%s\t0\t100\t0\t0\t0\t100\t0\t0\n' "$2" | within router tee "$TABLES/$1" >/dev/null 2>"$work/error"; then
		die "it was taken: $2"
	fi
	grep -q "$3" "$work/error" || die "$2: $(<"$work/error")"
	say "refused: $2"
}

cat >"$work/bursts" <<-'END'
	inside  udp src=193.11.176.0/20 dst=8.8.8.8 size=100
	outside tcp src=8.8.8.8~8.8.9.255 dst=193.11.176.0~193.11.191.255 size=60~1500 flags=S count=1000
	inside  udp src=193.11.177.1 dst=193.11.177.2 size=200 count=3
	inside  icmp src=193.11.177.1 dst=193.11.178.2 size=300
	outside udp src=8.8.8.8 dst=9.9.9.9
END
topology
with all
with nointernal --nointernal
with onlyinternal ! --nointernal
same "a row" "$(row onlyinternal "$(network 193.11.177.0/24)" | tr '\t' ' ')" "600 900 0 0 600 600 0 300"
same "addresses" "$(info all addresses)" 16
same "options" "$(info all options)" \
	"--traffic --portconn --ipconn --maxaddrs 16 --conntimeout 120 --aggregate $LENGTH"
same "-S" "$(within router $IPTABLES -t mangle -S FORWARD | grep -o -e '--aggregate [0-9]*')" "--aggregate $LENGTH"

say "written back"
for file in all all_packets all_ipconn; do
	within router cp "$work/$file" $TABLES/$file
	awk -F '\t' -v OFS='\t' 'NR > 1 { for (i = 2; i <= NF; i++) $i *= 2 } { print }' \
		"$work/$file" >"$work/twice"
	same_table $file "$work/twice"
	tail -n +2 "$work/$file" | sed 's/^/-/' | within router tee $TABLES/$file >/dev/null
	same_table $file "$work/$file"
done
for prefix in "$(address 193.11.177.0)" "$(address 193.11.177.0)/$((LENGTH + 1))" \
	"$(address 193.11.177.0)/$((LENGTH - 1))" "$(address 193.11.177.0)/$ADDRESS_BITS" \
	"$(address 193.11.177.0)/" "$(address 193.11.177.1)/$LENGTH" \
	"$(address 193.11.192.0)/$LENGTH" "$(address 193.11.177.0)/0$LENGTH" \
	"$(address 193.11.177.0)/$LENGTH/$LENGTH"; do
	fails_to_write all "$prefix" "Invalid argument"
done
same_table all "$work/all"

say "a table that holds four of them"
router $IPTABLES -t mangle -F FORWARD
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic \
	--netbase $NETBASE --netmask $NETMASK --aggregate $LENGTH --maxaddrs 4 --name FOUR
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --clearonread --conntimeout 1 \
	--netbase $NETBASE --netmask $NETMASK --aggregate $LENGTH --maxaddrs 4 --name GIVES
blast <<<"inside udp src=193.11.176.0/20 dst=8.8.8.8 size=100"
ORDERED=no
expect_keys FOUR "$(network 193.11.176.0/24)" "$(network 193.11.177.0/24)" \
	"$(network 193.11.178.0/24)" "$(network 193.11.179.0/24)"
expect_row FOUR "$(network 193.11.179.0/24)" 0 25600  0 0  0 25600  0 0
same "uncounted" "$(info FOUR uncounted_packets) $(info FOUR uncounted_bytes)" "3072 307200"
fails_to_write FOUR "$(network 193.11.180.0/24)" "No space left"

say "which are given up when they have been read"
table FOUR >"$work/FOUR"
table GIVES >"$work/GIVES"
same_rows "$work/GIVES" "$work/FOUR"
table GIVES_packets >/dev/null
sleep 6
blast <<<"inside udp src=193.11.184.0/24 dst=8.8.8.8 size=100"
expect_row GIVES "$(network 193.11.184.0/24)" 0 25600  0 0  0 25600  0 0
same "uncounted" "$(info GIVES uncounted_packets) $(info FOUR uncounted_packets)" "3072 3328"

say "all of a network in one row; a customer each, or each a row"
router $IPTABLES -t mangle -F FORWARD
case $FAMILY in
ipv4) lengths=(20 16 32) wide=10.16.0.0/12 ;;
ipv6) lengths=(116 64 128) wide=2001:db8::/32 ;;
esac
router $IPTABLES-restore <<-END
	*mangle
	-A FORWARD -m traffic --traffic --netbase $NETWORK --aggregate ${lengths[0]} --name ONE
	-A FORWARD -m traffic --traffic --netbase $wide --aggregate ${lengths[1]} --name CUSTOMERS
	-A FORWARD -m traffic --traffic --netbase $NETWORK --aggregate ${lengths[2]} --name EACH
	COMMIT
END
case $FAMILY in
ipv4) customers=10.16.0.0~10.31.255.255 ;;
ipv6) customers=2001:db8:5::~2001:db8:5:2ff:ffff:ffff:ffff:ffff ;;
esac
cat >"$work/bursts" <<-END
	inside udp count=2000 src=$customers dst=9.0.0.1 size=60~1500
	inside udp src=193.11.176.0-193.11.176.99 dst=9.0.0.1 size=100
END
blast -s 3 -n "$wide" -a "${lengths[1]}" -o "$work/CUSTOMERS" <"$work/bursts"
same_table CUSTOMERS "$work/CUSTOMERS"
same_table CUSTOMERS_packets "$work/CUSTOMERS_packets"
expect_row ONE "$(network 193.11.176.0/20)" 0 10000  0 0  0 10000  0 0
expect_row EACH "$(network 193.11.176.7/32)" 0 100  0 0  0 100  0 0
same "rows of EACH" "$(table EACH | wc -l)" 101
