#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs the binaries that the Makefile made: run.sh DIRECTORY [cases|fuzz].
# Prints the lines of all cases, one for each fuzzer, and the sum.
set -eu

out=$1
what=${2:-all}
passed=0
failed=0

# A binary that ends badly without a failed case (a sanitizer stopped it, its
# time was over) is one failure more.
run_cases() {
	binary=$1
	shift
	status=0
	log=$out/$binary.log
	timeout "$TIMEOUT" "$out/$binary" "$@" >"$log" 2>&1 || status=$?
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
run_fuzzer() {
	fuzzer=$1
	corpus=$out/corpus/${fuzzer#fuzz_}
	log=$out/$fuzzer.log
	mkdir -p "$corpus"
	"$out/fuzz_seeds" "$out/corpus"
	if timeout $((FUZZ_SECONDS + 60)) "$out/$fuzzer" \
		-max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=1024 \
		-max_len="$2" -artifact_prefix="$out/$fuzzer-" "$corpus" \
		>"$log" 2>&1; then
		echo "ok $fuzzer: $(tail -n1 "$log")"
		passed=$((passed + 1))
	else
		tail -n40 "$log"
		echo "not ok $fuzzer: see $log"
		failed=$((failed + 1))
	fi
}

if [ "$what" != fuzz ]; then
	run_cases cases-gcc
	run_cases cases-clang
	run_cases cases-32bit flow
	run_cases cases-thread cpus
fi
if [ "$what" != cases ]; then
	mkdir -p "$out/corpus/packet" "$out/corpus/rowtext"
	run_fuzzer fuzz_packet 1024
	run_fuzzer fuzz_rowtext 320
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
