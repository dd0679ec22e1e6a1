#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The whole test suite, or the suites that are named: runs each, and adds up
# the lines "N passed, N failed" with which they end.
set -u
cd "$(dirname "$(realpath "$0")")/.." || exit

# Name and command of each suite, cheap ones first.
suites=(
	"lint|test/lint/run.sh"
	"unit|make --no-print-directory -C test/unit run"
	"tools|test/tools/run.sh"
	"litmus|test/litmus/run.sh"
	"product|test/product/run.sh"
	"demo|test/demo/test.sh"
	"rig|test/vm/selftest.sh"
	"frame|test/vm/run.sh --allow complains.c test/e2e/selftest.sh"
	"bench|test/bench/test.sh"
	"e2e|test/e2e/boot.sh"
)
passed=0 failed=0 skipped=0
failures=()

# A suite that does not end with its line, or with a status that does not go
# with it, has failed itself.
add_up() {
	local name=$1 status=$2 line=$3

	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
		if [ "$status" != 0 ] && [ "${BASH_REMATCH[2]}" = 0 ]; then
			failed=$((failed + 1))
		fi
		[ "$status" = 0 ] || failures+=("$name")
	else
		failed=$((failed + 1))
		failures+=("$name (ended with status $status)")
	fi
}

run_suite() {
	local name=$1 command=$2 log=out/test/$1.log start=$SECONDS

	echo "=== $name: $command"
	# shellcheck disable=SC2086 # a command and its words
	$command 2>&1 </dev/null | tee "$log"
	add_up "$name" "${PIPESTATUS[0]}" "$(tail -n 1 "$log")"
	echo "=== $name: $((SECONDS - start)) s"
}

mkdir -p out/test
if ! make --no-print-directory all test-programs >out/test/build.log 2>&1; then
	cat out/test/build.log
	echo "0 passed, 1 failed"
	exit 1
fi
for suite in "${suites[@]}"; do
	name=${suite%%|*}
	if [ $# -eq 0 ] || [[ " $* " == *" $name "* ]]; then
		run_suite "$name" "${suite#*|}"
	fi
done

for name in "${failures[@]}"; do
	echo "FAILED: $name"
done
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
