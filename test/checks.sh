# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For suites that are a list of checks: "check NAME COMMAND..." runs one, shows
# its output only if it fails, and finish_checks prints the closing line.
checks_passed=0
checks_failed=0

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

finish_checks() {
	echo "$checks_passed passed, $checks_failed failed"
	[ "$checks_failed" = 0 ]
}
