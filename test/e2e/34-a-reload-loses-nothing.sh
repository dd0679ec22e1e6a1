# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# A table that has counted lingers when its last rule goes: it can be read, and
# the next rule of its name and options goes on with it, so that a flush and a
# reload lose nothing. After "linger" seconds (module parameter, 0 to 86400, 0
# is off) it is gone, and the name begins anew. A table that has counted nothing
# does not linger. One of other options takes its place, and its memory; if that cannot
# be made, nothing has changed.
source "$(dirname "$0")/life.sh"

linger=/sys/module/ipt_traffic/parameters/linger

rule() {
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --name "$@"
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

# "lingers_with NUMBER": R, which has so many packets.
lingers_with() {
	rule R --hashsize 131072
	packets
	router $IPTABLES -t mangle -F
	until_true 10 has_no_rule
	expect_row R_packets 193.11.176.1 0 "$1" 0 "$1" 0 0 0 0
}

say "a rule that is refused takes nothing from what lingers"
memory=/sys/module/ipt_traffic/parameters/memory
# Heads take 512 KiB: there is room for those of one such table, and no other.
echo 1M >$memory
lingers_with 1
refused "R: no memory for this table" \
	$IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --hashsize 1048576 --name R
lingers_with 2

say "one that is not has its memory, unless somebody reads it"
within router bash -c "
	exec 5<$TABLES/R
	! $IPTABLES -t mangle -A FORWARD -m traffic --ipconn --netbase $NETWORK --hashsize 131072 --name R
" 2>/dev/null || die "there was memory for another table"
lingers_with 3
router $IPTABLES -t mangle -A FORWARD -m traffic --ipconn --netbase $NETWORK --hashsize 131072 --name R
same "files" "$(files)" "R_info R_ipconn"
same "within the bound" "$((8 * $(info R memory) <= 7 * $(info R memory_limit)))" 1
