# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# A table that has counted lingers when its last rule goes: it can be read, and
# the next rule of its name and options goes on with it, so that a flush and a
# reload lose nothing. After "linger" seconds (module parameter, 0 to 86400, 0
# is off) it is gone, and the name begins anew. A table that has counted nothing
# does not linger.
source "$(dirname "$0")/life.sh"

linger=/sys/module/ipt_traffic/parameters/linger

rule() {
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --name "$1"
}

packets() {
	blast <<-END
		inside tcp src=193.11.176.1 dst=198.51.100.1 flags=S size=60
	END
}

has_no_rule() {
	[ "$(info R rules)" = 0 ]
}

topology
same "the default, but for a slow kernel" "$(<$linger)" $((30 * ${SLOWNESS:-1}))
rule R
generation=$(info R generation)
packets
rule NEVER
same "files" "$(files)" "NEVER NEVER_info NEVER_packets R R_info R_packets"

router $IPTABLES -t mangle -F
say "what never counted goes, what did stays and can be read"
files_become R R_info R_packets
until_true 10 has_no_rule
expect_row R 193.11.176.1 0 60 0 60 0 0 0 0
packets
expect_row R 193.11.176.1 0 60 0 60 0 0 0 0

say "a rule of its name goes on with it"
rule R
packets
expect_row R 193.11.176.1 0 120 0 120 0 0 0 0
same "generation" "$(info R generation)" "$generation"

say "it lingers so many seconds, and no longer"
echo 3 >$linger
before=$EPOCHREALTIME
router $IPTABLES -t mangle -F
until_true 20 has_files ""
lingered=$((${EPOCHREALTIME/./} - ${before/./}))
same "more than 3 seconds ($lingered us)" "$((lingered > 3000000))" 1
rule R
packets
expect_row R 193.11.176.1 0 60 0 60 0 0 0 0
same "a new generation" "$(($(info R generation) > generation))" 1

say "a linger of 0"
echo 0 >$linger
router $IPTABLES -t mangle -F
files_become

say "what the parameter takes"
for seconds in 86401 -1 1h ""; do
	fails "Invalid argument" bash -c "echo '$seconds' >$linger"
done
fails "out of range" bash -c "echo 4294967296 >$linger"
same "linger" "$(<$linger)" 0
echo 86400 >$linger
same "linger" "$(<$linger)" 86400
