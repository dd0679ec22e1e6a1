#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs all scenarios, or those named, in kernels booted for it: one for each
# flavour of iptables. One after the other: two guests of two processors each
# keep those from running, on a host of two, that the others wait for (a scenario
# took three times as long). For a single flavour, or to look around, use
# test/vm/run.sh directly:
#
#	test/vm/run.sh test/e2e/run.sh --nft 01
#
# With --all in front of the scenarios, IPv6 runs with both flavours too.
set -u

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
out=$top/out/vm/e2e
passed=0
failed=0

# "boot FLAVOUR [SCENARIO...]"
boot() {
	exec "$top/test/vm/run.sh" --timeout "${VM_TIMEOUT:-1500}" --out "$out-$1" \
		"$here/run.sh" "--$1" "${@:2}" </dev/null
}

stop() {
	kill "$guest" 2>/dev/null
	wait
}

# "add_up FLAVOUR STATUS": its last line counts, and its status has to agree.
add_up() {
	local line

	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out-$1/output" | tail -n 1)
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		if [ "$2" = 0 ] || [ "${BASH_REMATCH[2]}" != 0 ]; then
			return
		fi
	fi
	echo "FAIL $1: the guest ended with status $2"
	failed=$((failed + 1))
}

guest=
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
for flavour in nft legacy; do
	rm -f "$out-$flavour/output"
	boot $flavour "$@" &
	guest=$!
	wait $guest
	add_up $flavour $?
done
trap - EXIT
echo "$passed passed, $failed failed"
[ $failed = 0 ]
