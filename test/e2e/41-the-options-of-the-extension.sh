# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# bound: 600
# short: legacy-ipv4
#
# Every line of libxt/libxt_traffic.t and, for ip6tables, libip6t_traffic.t,
# which say of each option what is taken, how it is saved, and what is refused
# with one line that names the option.
source "$(dirname "$0")/lib.sh"

# In the end all tables are there at once, among them the largest: the hash of
# 2^24 buckets alone takes 64 MiB.
echo 512M >/sys/module/ipt_traffic/parameters/memory
for command in iptables ip6tables; do
	"$top/libxt/run-t.sh" "$command-$FLAVOUR" >"$work/lines" 2>&1 || {
		grep -A 20 -e '^FAIL' "$work/lines"
		die "$command: $(tail -n 1 "$work/lines")"
	}
	say "$command: $(tail -n 1 "$work/lines")"
done
