#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs all scenarios, or those named, in kernels booted for it. Guests of one CPU
# each, two of them at once; then one of two CPUs for the scenarios that are
# about several. (Two guests of two CPUs on a host of two keep each other's from
# running that the others wait for: a scenario took three times as long.) For a
# single flavour, or to look around, use test/vm/run.sh directly:
#
#	test/vm/run.sh test/e2e/run.sh --nft 01
set -um	# each guest in a process group of its own

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
out=$top/out/vm/e2e
passed=0
failed=0

# "boot GUEST CPUS OPTION... [SCENARIO...]": its status goes beside its output.
boot() {
	local guest=$1 cpus=$2

	rm -f "$out-$guest"/{output,boot-status}
	mkdir -p "$out-$guest"
	"$top/test/vm/run.sh" --timeout "${VM_TIMEOUT:-2400}" --cpus "$cpus" \
		--out "$out-$guest" "$here/run.sh" "${@:3}" </dev/null
	echo $? >"$out-$guest/boot-status"
}

stop() {
	jobs -p | sed 's/^/-/' | xargs -r kill -- 2>/dev/null
	wait
}

# "add_up GUEST": its last line counts, and its status has to agree.
add_up() {
	local line status

	status=$(cat "$out-$1/boot-status")
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out-$1/output" | tail -n 1)
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		if [ "$status" = 0 ] || [ "${BASH_REMATCH[2]}" != 0 ]; then
			return
		fi
	fi
	echo "FAIL $1: the guest ended with status $status"
	failed=$((failed + 1))
}

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
boot nft 1 --one-cpu --nft --ipv4 "$@" &
boot legacy 1 --one-cpu --legacy --ipv4 "$@" &
wait -n
boot ipv6 1 --one-cpu --nft --ipv6 "$@" &
wait
boot several-cpus 2 --several-cpus "$@" &
wait
for guest in nft legacy ipv6 several-cpus; do
	add_up $guest
done
trap - EXIT
echo "$passed passed, $failed failed"
[ $failed = 0 ]
