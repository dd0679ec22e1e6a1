# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: hosts that take a new address each day (RFC 8981) fill no table that is
# read: 1000 hosts, 4096 rows, reads all day long, and everything is counted
# and read, of each address.
#
# families: ipv6
# nft-only: iptables only passes the packets
# bound: 3600
#
# A day takes 5 s and conntimeout is 1 s; it has 3 reads. A month with a read every
# five minutes takes half an hour in User-mode Linux (made as in 61), where
# days are 20 s at least, or as long as all that takes:
#
#	test/vm/run.sh --uml --kernel out/bench/uml/linux --modules out/bench/uml-modules \
#		--memory 3072 --timeout 3600 --cpus 1 --env PRIVACY_DAYS=30 --env PRIVACY_DAY=20 \
#		--env PRIVACY_READS=288 test/e2e/run.sh --nft 62
. "$(dirname "$0")/lib.sh"

DAYS=${PRIVACY_DAYS:-6}
DAY=${PRIVACY_DAY:-5}
READS=${PRIVACY_READS:-3}
CONNTIMEOUT=${PRIVACY_TIMEOUT:-1}
HOSTS=1000
FILES=("" _packets _ipconn)

# "addresses_of DAY": one for each host; 10.DAY.0.1 and on stand for them.
addresses_of() {
	echo "10.$1.0.1-10.$1.3.232"
}

# What the hosts do between two reads: some of them ask, and are answered.
traffic() {
	blast -s "$1$2" -n "$(network 10.0.0.0/8)" -o "$work/sent-$1-$2" <<-END
		inside icmp src=$(addresses_of "$1") dst=198.51.100.1 size=84 count=$3
		inside tcp src=$(addresses_of "$1" | tr - '~') dst=198.51.100.1 size=60~1500 count=50
		outside tcp src=198.51.100.1 dst=$(addresses_of "$1" | tr - '~') size=60~1500 count=50
	END
}

read_all() {
	local file

	for file in "${FILES[@]}"; do
		table "P$file" >>"$work/read$file"
	done
}

# "wait_until MS" of this run.
wait_until() {
	local now=$((${EPOCHREALTIME/./} / 1000 - started))

	[ $now -ge "$1" ] || sleep "$((($1 - now) / 1000)).$(printf %03d $((($1 - now) % 1000)))"
}

topology
router ip route add "$(network 10.0.0.0/8)" via "$(address 10.255.1.2)"
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn --clearonread \
	--netbase "$(network 10.0.0.0/8)" --maxaddrs 4096 --conntimeout "$CONNTIMEOUT" --name P

started=$((${EPOCHREALTIME/./} / 1000))
for ((day = 0; day < DAYS; day++)); do
	say "day $day"
	for ((read = 0; read < READS; read++)); do
		wait_until $(((day * READS + read) * DAY * 1000 / READS))
		# All of them in the morning.
		traffic $day $read $((read == 0 ? HOSTS : 20))
		read_all
	done
done
say "$DAYS days in $((${EPOCHREALTIME/./} / 1000 - started)) ms"
read_all

for file in "${FILES[@]}"; do
	sum_up "$work"/sent-*[0-9]"$file" >"$work/all-sent"
	sum_up "$work/read$file" >"$work/all-read"
	same_file "$work/all-read" "$work/all-sent"
done
same "what is uncounted" "$(info P uncounted_packets) $(info P uncounted_bytes)" "0 0"
