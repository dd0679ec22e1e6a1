#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs all scenarios, or those named, in kernels booted for it:
#
#	test/e2e/boot.sh [--nft|--legacy] [--ipv4|--ipv6] [--short] [--out DIR] [--tree DIR]
#	                 [OPTION...] [SCENARIO...]
#
# Two guests of one CPU each at once; then one of two CPUs for the scenarios that
# are about several. (Two guests of two CPUs on a host of two keep each other's
# from running that the others wait for: a scenario took three times as long.)
# Their output and logs go to DIR/GUEST (default: out/vm/e2e). --tree says where the
# guests find these sources, and what was built of them for their kernel. OPTIONs are
# those of test/vm/run.sh that say what machine it is. To look around, use that directly:
#
#	test/vm/run.sh test/e2e/run.sh --nft 01
set -um	# each guest in a process group of its own

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
out=$top/out/vm/e2e
tree=$top
machine=()
choice=()
passed=0
failed=0
skipped=0

# "boot GUEST CPUS OPTION... [SCENARIO...]": its status goes beside its output.
boot() {
	local guest=$out/$1 cpus=$2
	shift 2

	rm -f "$guest"/{output,boot-status}
	mkdir -p "$guest"
	"$top/test/vm/run.sh" "${machine[@]}" --timeout "${VM_TIMEOUT:-3000}" --cpus "$cpus" \
		--out "$guest" "$tree/test/e2e/run.sh" "${choice[@]}" "$@" </dev/null
	echo $? >"$guest/boot-status"
}

stop() {
	jobs -p | sed 's/^/-/' | xargs -r kill -- 2>/dev/null
	wait
}

# "add_up GUEST": its last line counts, and its status has to agree.
add_up() {
	local line status

	status=$(cat "$out/$1/boot-status")
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$out/$1/output" | tail -n 1)
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
		if [ "$status" = 0 ] || [ "${BASH_REMATCH[2]}" != 0 ]; then
			return
		fi
	fi
	echo "FAIL guest $1 ended with status $status"
	failed=$((failed + 1))
}

while [ $# -gt 0 ]; do
	case $1 in
	--nft | --legacy | --ipv4 | --ipv6 | --short)
		choice+=("$1")
		;;
	--out | --tree)
		declare "${1#--}=$2"
		shift
		;;
	--root | --kernel | --modules | --memory | --append | --env)
		machine+=("$1" "$2")
		shift
		;;
	--arm64 | --uml)
		machine+=("$1")
		;;
	-*)
		echo "${0##*/}: no such option: $1" >&2
		exit 2
		;;
	*)
		break
		;;
	esac
	shift
done

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
boot first 1 --one-cpu --part 1/2 "$@" &
boot second 1 --one-cpu --part 2/2 "$@" &
wait
boot several-cpus 2 --several-cpus "$@" &
wait
for guest in first second several-cpus; do
	add_up $guest
done
trap - EXIT
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ $failed = 0 ]
