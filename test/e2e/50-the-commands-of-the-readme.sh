# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Every command of README.md does what is said there. This runs those for a
# router and a mirror port, as they stand there; test/readme.sh tells who runs
# the others.
source "$(dirname "$0")/lib.sh"
cd "$top"
source test/readme.sh

same "commands that nobody runs" "$(readme_commands_for unknown)" ""

# "run_commands HEADING"
run_commands() {
	readme_commands "$1" >"$work/commands"
	[ -s "$work/commands" ] || die "no commands in the section: $1"
	router bash -ex "$work/commands"
}

# "run_section HEADING": of a machine of its own, so the rules are its own.
run_section() {
	router iptables -t mangle -F
	router iptables -t raw -F
	[ $# = 1 ] || router "${@:2}"
	run_commands "$1"
}

# A month is consumed once: the other flavour's run may follow in this guest.
trap 'rm -rf "$work" /root/before.traffic /root/2026-11.traffic' EXIT

topology
ip link add mon0 netns router type veth peer name mirror netns inside
ip -n inside link set mirror up
mkdir -p /root

run_section "# ipt_traffic"
blast <<-END
	inside udp src=193.11.176.1 dst=198.51.100.1 size=100
END
expect_row RSN 193.11.176.1 0 100 0 0 0 100 0 0

say "what was counted is kept, and taken off"
PATH=$top/out:$PATH
run_commands "## Reading and keeping it"
grep -q "^193.11.176.1$(printf '\t')" /root/2026-11.traffic
grep -q '^ipt_traffic_bytes_total' /root/traffic.prom && die "it was not taken off"
expect_row RSN 193.11.176.1

say "frames to a foreign address are counted on the mirror port, and go no further"
run_section "### On a mirror port"
blast -l mirror=inside,mirror,02:ff:ff:ff:ff:ff <<-END
	mirror udp src=193.11.176.1 dst=198.51.100.1 size=100 count=7
	mirror udp src=198.51.100.1 dst=193.11.176.1 size=200 count=5
END
arrived() {
	[ "$(row RSN 193.11.176.1)" = $'1000\t700\t0\t0\t1000\t700\t0\t0' ]
}
until_true 10 arrived

say "the numbers survive a change of options"
run_section "## What bites in the first week" iptables -t mangle -A FORWARD \
	-m traffic --traffic --netbase 193.11.176.0/20 --name RSN
expect_row RSN 193.11.176.1 1000 700 0 0 1000 700 0 0
router iptables -t mangle -C FORWARD -m traffic --traffic --netbase 193.11.176.0/20 \
	--nointernal --name RSN
