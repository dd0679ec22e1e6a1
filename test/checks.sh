# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For suites that are a list of checks: "check NAME COMMAND..." runs one, shows
# its output only if it fails, "skip NAME WHY" leaves one out, and finish_checks prints
# the closing line.
checks_passed=0
checks_failed=0
checks_skipped=0

check() {
	local name=$1 output
	shift

	if output=$("$@" 2>&1); then
		echo "PASS $name"
		checks_passed=$((checks_passed + 1))
	else
		echo "FAIL $name"
		printf '%s\n' "$output" | sed 's/^/    /'
		checks_failed=$((checks_failed + 1))
	fi
}

skip() {
	echo "SKIP $1: $2"
	checks_skipped=$((checks_skipped + 1))
}

finish_checks() {
	echo "$checks_passed passed, $checks_failed failed$(
		[ $checks_skipped = 0 ] || echo ", $checks_skipped skipped")"
	[ "$checks_failed" = 0 ]
}
