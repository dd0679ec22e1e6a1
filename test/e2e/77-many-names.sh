# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: however many names there are, a rule finds its own at once, and they all go
# as quickly. With lists of tables and of files, each rule waited for all of them:
# 8,000 took 29 times as long as 1,000, where they take 2 times as long by names that
# are sorted.
#
# families: ipv4 ipv6
# short: legacy-ipv4
. "$(dirname "$0")/life.sh"

NAMES=20000

# "files_are COUNT"
files_are() {
	[ "$(within router ls $TABLES | wc -l)" = "$1" ]
}

make_names() {
	say "$NAMES names"
	within router $IPTABLES-restore "$work/rules"
	until_true 20 files_are $((3 * NAMES))
}

{
	echo "*raw"
	seq -f "-A OUTPUT -m traffic --traffic --netbase $NETWORK --name NAME%.0f" $NAMES
	echo COMMIT
} >"$work/rules"
echo 1G >/sys/module/ipt_traffic/parameters/memory
ip netns add router
make_names
for i in 1 $((NAMES / 2)) $NAMES; do
	same "rules of NAME$i" "$(info "NAME$i" rules)" 1
done
say "they go"
within router $IPTABLES -t raw -F
until_true 20 files_are 0

make_names
say "a namespace ends"
ip netns del router
