#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs the binaries that the Makefile made: run.sh DIRECTORY [cases|fuzz].
# Prints the lines of all cases, one for each fuzzer, and the sum.
set -eu

out=$1
what=${2:-all}
passed=0
failed=0

# What runs at the same time: "start NAME COMMAND...", and later "finish NAME".
start() {
	name=$1
	shift
	{
		status=0
		"$@" >"$out/$name.log" 2>&1 || status=$?
		echo "$status" >"$out/$name.status"
	} &
}

start_cases() {
	binary=$1
	shift
	start "$binary" timeout "$TIMEOUT" "$out/$binary" "$@"
}

# A binary that ends badly without a failed case (a sanitizer stopped it, its
# time was over) is one failure more.
finish_cases() {
	binary=$1
	log=$out/$binary.log
	status=$(cat "$out/$binary.status")
	grep -v '^[0-9]* passed, [0-9]* failed$' "$log" || true
	passed=$((passed + $(grep -c '^ok ' "$log" || true)))
	not_ok=$(grep -c '^not ok ' "$log" || true)
	failed=$((failed + not_ok))
	if [ "$status" -ne 0 ] && { [ "$not_ok" -eq 0 ] || [ "$status" -ne 1 ]; }; then
		echo "not ok $binary: ended with status $status"
		failed=$((failed + 1))
	fi
}

# What is found new is kept beside the seeds for the next run; an input that
# fails is left as $out/$fuzzer-crash-... .
start_fuzzer() {
	fuzzer=$1
	start "$fuzzer" timeout $((FUZZ_SECONDS + 60)) "$out/$fuzzer" \
		-max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=1024 \
		-max_len="$2" -artifact_prefix="$out/$fuzzer-" \
		"$out/corpus/${fuzzer#fuzz_}"
}

finish_fuzzer() {
	fuzzer=$1
	log=$out/$fuzzer.log
	if [ "$(cat "$out/$fuzzer.status")" -eq 0 ]; then
		echo "ok $fuzzer: $(tail -n1 "$log")"
		passed=$((passed + 1))
	else
		tail -n40 "$log"
		echo "not ok $fuzzer: see $log"
		failed=$((failed + 1))
	fi
}

rm -f "$out"/*.status
if [ "$what" != fuzz ]; then
	start_cases cases-gcc
	start_cases cases-clang
	start_cases cases-32bit flow
	start_cases cases-thread cpus
	wait
	for binary in cases-gcc cases-clang cases-32bit cases-thread; do
		finish_cases "$binary"
	done
fi
if [ "$what" != cases ]; then
	mkdir -p "$out/corpus/packet" "$out/corpus/rowtext"
	"$out/fuzz_seeds" "$out/corpus"
	start_fuzzer fuzz_packet 1024
	start_fuzzer fuzz_rowtext 320
	wait
	finish_fuzzer fuzz_packet
	finish_fuzzer fuzz_rowtext
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
