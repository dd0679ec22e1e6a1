# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# short: nft-ipv6
# several-cpus: each of them counts last
#
# Promise: what has been counted is read, to the last packet, whichever CPU
# counted it, however long ago, and whether or not that CPU still runs.
#
# (A CPU posts a packet to its counters a few packets later; whoever reads has
# that done first.)
. "$(dirname "$0")/lib.sh"

CPU=/sys/devices/system/cpu/cpu1/online

sent=0

# "send CPU COUNT": so many packets each way, to and from one address.
send() {
	blast -c "$1" <<-END
		inside  tcp count=$2 src=193.11.176.1 dst=8.8.8.8 flags=A size=1000
		outside udp count=$2 src=8.8.8.8 dst=193.11.176.1 size=100
	END
	sent=$((sent + $2))
}

# "has_run PID": for half a second of a CPU's time, which User-mode Linux takes for its
# own.
has_run() {
	[ "$(awk '{ print $14 + $15 }' "/proc/$1/stat")" -gt $(($(getconf CLK_TCK) / 2)) ]
}

expect_sent() {
	expect_row RSN 193.11.176.1 $((sent * 100)) $((sent * 1000)) 0 $((sent * 1000)) $((sent * 100)) 0 0 0
	expect_row RSN_packets 193.11.176.1 $sent $sent 0 $sent $sent 0 0 0
}

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic \
	--netbase $NETBASE --netmask $NETMASK --name RSN

# Fewer than a journal holds, just as many, and more.
for count in 1 3 4 5 20; do
	send 1 $count
	expect_sent
done

# From both CPUs, read when one of them is gone, and when it is back. (User-mode Linux
# cannot do without one.)
send 0 2
send 1 3
if [ -e $CPU ]; then
	trap 'echo 1 >$CPU; rm -rf "$work"' EXIT
	echo 0 >$CPU
	expect_sent
	echo 1 >$CPU
else
	without "a CPU that goes"
fi
send 1 2
expect_sent

# From a CPU that a task of real-time priority leaves to nobody else.
send 1 3
trap 'kill $hog; rm -rf "$work"' EXIT
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
taskset -c 1 chrt --fifo 50 sh -c 'while :; do :; done' &
hog=$!
until_true 20 has_run $hog
timeout 15 taskset -c 0 nsenter --net=/run/netns/router cat $TABLES/RSN >"$work/hogged" ||
	die "the reader waits for a CPU that is not to be had"
kill $hog
echo 950000 >/proc/sys/kernel/sched_rt_runtime_us
trap 'rm -rf "$work"' EXIT
expect_sent
same_table RSN "$work/hogged"

# The end of the file is the end, whatever is counted then (in a page that is
# there already, read in small pieces).
blast <<-END
	outside udp src=8.8.8.8 dst=193.11.191.224
END
# shellcheck disable=SC2016 # for the inner shell
nsenter --net=/run/netns/router bash -c '
	exec 3<"$1/RSN"
	dd bs=64 status=none <&3 >/dev/null
	: >"$2/at-end"
	until [ -e "$2/more" ]; do sleep 0.1; done
	dd bs=64 status=none <&3 | wc -c >"$2/behind"
' bash "$TABLES" "$work" &
reader=$!
until_true 10 test -e "$work/at-end"
blast <<-END
	outside udp count=20 src=8.8.8.8 dst=193.11.191.255
END
: >"$work/more"
wait $reader
same "bytes behind the end" "$(<"$work/behind")" 0

# What was cleared does not come back.
send 1 3
within router tee $TABLES/RSN <<<clear >/dev/null
same "rows after clear" "$(table RSN | tail -n +2 | wc -l)" 0
sent=0
send 0 1
expect_row RSN 193.11.176.1 100 1000 0 1000 100 0 0 0
