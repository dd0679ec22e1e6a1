# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
#
# Promise: with real clients and servers too, each connection counts once for
# the IP and once for the port, and every byte of it as traffic.
#
# 60 clients inside visit a web server outside, 40 outside one inside; nft sets
# on the same hook tell what passed.
. "$(dirname "$0")/lib.sh"

topology
mapfile -t clients < <(addresses 193.11.176.1 60)
mapfile -t strangers < <(addresses 8.8.8.1 40)
server=193.11.191.254
inside_host "${clients[@]}" $server
outside_host "${strangers[@]}" 9.9.9.9
printf '%s\n' "${clients[@]}" $server | witness
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

# They go around twice: a client is back after all others.
for round in 1 2; do
	say "round $round"
	talk inside,193.11.176.1 outside,9.9.9.9 80 60 300 12000
	talk outside,8.8.8.1 inside,$server 8080 40 2000 5000
done
until_true 10 quiet

{
	printf 'IP\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER\n'
	printf '%s\n' "${clients[@]}" | map_lines | sed 's/$/\t0\t2\t0\t2\t0\t0\t0\t0\t0\t0/'
	printf '%s\t80\t0\t80\t0\t0\t0\t0\t0\t0\t0\n' "$(address $server)"
} >"$work/ipconn"
{
	printf 'PORT\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER\n'
	printf '80\t0\t120\t0\t120\t0\t0\t0\t0\t0\t0\n'
	printf '8080\t80\t0\t80\t0\t0\t0\t0\t0\t0\t0\n'
} >"$work/portconn"
same_table RSN_ipconn "$work/ipconn"
same_table RSN_portconn "$work/portconn"
witness_tables "$work/seen"
same_table RSN "$work/seen"
same_table RSN_packets "$work/seen_packets"
