# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What scenarios are written in about programs that are killed at any moment, with
# lib.sh.

# shellcheck disable=SC2154 # $work is lib.sh's

# "kill_at_each_call CALLS BEFORE BEHIND COMMAND...": runs the command in the router, and
# again and again, killed at its first of these system calls, its second, and so on,
# before the kernel does it; of one that is made often, at some five of them, if it is not
# to be all (KILL_AT_ALL=yes). BEFORE makes ready for a run; BEHIND says whether all is well
# behind it. $kills is how often it was killed.
kill_at_each_call() {
	local calls=$1 before=$2 behind=$3 count call n step status
	shift 3

	kills=0
	$before
	within "$METER" strace -qq -e trace="$calls" -o "$work/trace" "$@"
	$behind
	sed -E 's/\(.*//' "$work/trace" | grep -E '^[a-z0-9_]+$' | sort | uniq -c >"$work/calls"
	cat "$work/calls" >&2
	while read -r count call; do
		step=$(((count + 4) / 5))
		[ -z "${KILL_AT_ALL:-}" ] || step=1
		for ((n = 1; n <= count; n += step)); do
			$before
			status=0
			within "$METER" strace -qq -o /dev/null -e inject="$call:signal=KILL:when=$n" \
				"$@" >/dev/null 2>"$work/said" || status=$?
			[ $status != 0 ] || continue
			[ $status = 137 ] || { cat "$work/said" >&2; die "ended with $status"; }
			kills=$((kills + 1))
			$behind >"$work/said" 2>&1 || { cat "$work/said" >&2; die "killed at $call number $n"; }
		done
	done <"$work/calls"
	say "killed $kills times"
}
