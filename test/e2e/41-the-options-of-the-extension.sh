# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# bound: 300
#
# Every line of libxt/libxt_traffic.t, which says of each option what is taken,
# how it is saved, and what is refused with one line that names the option.
source "$(dirname "$0")/lib.sh"

"$top/libxt/run-t.sh" "iptables-$FLAVOUR" >"$work/lines" 2>&1 || {
	grep -A 20 -e '^FAIL' "$work/lines"
	die "$(tail -n 1 "$work/lines")"
}
say "$(tail -n 1 "$work/lines")"
