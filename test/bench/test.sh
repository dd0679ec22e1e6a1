#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# That the bench measures ours and the peers, and reports: in short, with no word
# about how much it is.
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit
source test/checks.sh

measures() {
	./build bench smoke >/dev/null
}

# "reports TEXT": a row of the report that begins so has a figure.
reports() {
	grep -F "| $1 |" out/bench/smoke.md | grep -E '\*\*[0-9.]+\*\*' ||
		{ cat out/bench/smoke.md; return 1; }
}

check "./build bench measures" measures
check "it reports ours" reports "**ours, \`--traffic\`**"
check "it reports all three tables" reports "**ours, all three tables**"
check "it reports xt_ACCOUNT" reports xt_ACCOUNT
check "it reports ipset" reports "ipset hash:ip with counters, match"
check "it reports nft" reports "nft set of addresses with counters, update"
finish_checks
