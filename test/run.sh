#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The whole test suite, or the suites that are named: runs each, and adds up
# the lines "N passed, N failed" with which they end. Those that have one guest after
# the other with one processor each run beside those that need no guest.
set -u
cd "$(dirname "$(realpath "$0")")/.." || exit

# Name and command of each suite, in the order in which they are shown.
suites=(
	"lint|test/lint/run.sh"
	"unit|make --no-print-directory -C test/unit run"
	"tools|test/tools/run.sh"
	"litmus|test/litmus/run.sh"
	"patches|test/promisc/apply.sh"
	"product|test/product/run.sh"
	"demo|test/demo/test.sh"
	"bench|test/bench/test.sh"
	"rig|test/vm/selftest.sh"
	"frame|test/vm/run.sh --allow complains.c test/e2e/selftest.sh"
	"e2e|test/e2e/boot.sh --short"
)
beside=(rig frame)
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

# "is_wanted NAME [NAME...]": among these, or there are none.
is_wanted() {
	[ $# = 1 ] || [[ " ${*:2} " == *" $1 "* ]]
}

# "run_suite NAME COMMAND": its output, then its status and how long it took.
run_suite() {
	local start=$SECONDS status=0

	# shellcheck disable=SC2086 # a command and its words
	$2 2>&1 </dev/null | tee "out/test/$1.log"
	status=${PIPESTATUS[0]}
	echo "$status $((SECONDS - start))" >"out/test/$1.status"
}

run_those_beside() {
	local suite

	for suite in "${suites[@]}"; do
		[[ " ${beside[*]} " == *" ${suite%%|*} "* ]] &&
			is_wanted "${suite%%|*}" "$@" &&
			run_suite "${suite%%|*}" "${suite#*|}" >/dev/null
	done
}

# "show_suite NAME COMMAND": run, or wait for it if it runs beside.
show_suite() {
	local name=$1 status seconds

	echo "=== $name: $2"
	if [[ " ${beside[*]} " == *" $name "* ]]; then
		wait
		cat "out/test/$name.log"
	else
		run_suite "$@"
	fi
	read -r status seconds <"out/test/$name.status"
	add_up "$name" "$status" "$(tail -n 1 "out/test/$name.log")"
	echo "=== $name: $seconds s"
}

mkdir -p out/test
rm -f out/test/*.status
if ! make --no-print-directory all test-programs >out/test/build.log 2>&1; then
	cat out/test/build.log
	echo "0 passed, 1 failed"
	exit 1
fi
run_those_beside "$@" &
for suite in "${suites[@]}"; do
	name=${suite%%|*}
	if is_wanted "$name" "$@"; then
		show_suite "$name" "${suite#*|}"
	fi
done

for name in "${failures[@]}"; do
	echo "FAILED: $name"
done
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
