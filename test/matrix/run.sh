#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the module for the kernels of Debian's releases, and runs the scenarios
# in them:
#
#	test/matrix/run.sh [--build|--nft|--legacy] [PATTERN...] [-- SCENARIO...]
#
# A PATTERN (of the shell) chooses releases or kernels: bookworm, '7.*',
# '*-rt-amd64', 'bookworm/*-rt-amd64'; without one, all. SCENARIOs are chosen as for
# test/e2e/run.sh.
# Every scenario runs as test/e2e/boot.sh has it, with the iptables of the kernel's
# own release. For kernels with PREEMPT_RT, 64-bit ARM or 32 bits those of $core
# have to do. Kernels for the cloud are built for only.
#
# The table goes to out/matrix/report.md. It keeps what earlier runs found, of
# other scenarios too, as long as module and extension stay the same.
set -u
shopt -s nullglob

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
out=$top/out/matrix
results=$out/results

# What most depends on the kernel: merged packets, malformed ones, the host's own,
# reading, rows given up, rules coming and going, the end of the module, many
# processors, numbers of 64 bits, extension headers.
core=(01 04 05 13 20 28 34 37 60 67 70)

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "[$(date +%H:%M:%S)] $*"
}

source "$top/test/mirror.sh"
source "$top/test/sources.sh"
source "$here/roots.sh"

# --- one kernel ----------------------------------------------------------------

# "build_result LINE": of the kernel at hand.
build_result() {
	echo "$1" >"$results/$kernel.build"
}

# Takes what has been found of the kernel at hand, line by line, in place of what was
# found before of the same.
add_results() {
	local file=$results/$kernel.runs

	cat >"$file.new"
	touch "$file"
	# Guests of the last run, that is.
	sed -i '/^FAIL guest/d' "$file"
	awk '{ name = $3; sub(/:$/, "", name); line[$2, name] = $0 } END { for (key in line) print line[key] }' "$file" "$file.new" |
		sort -k 3 >"$file.all"
	mv "$file.all" "$file"
	rm "$file.new"
}

compile() {
	case $release in
	*-arm64) cross_compile arm64 aarch64-linux-gnu aarch64-linux-gnu-gcc ;;
	*-i386) cross_compile i386 i686-linux-gnu "clang --target=i686-linux-gnu" ;;
	*) in_root "$release" make -C "$tree" KVER="$kernel" all test-programs ;;
	esac
}

# "cross_compile ARCH TRIPLET CC": in the amd64 system of the same release, whose tools for
# the kernel are those that the headers for the other architecture want as well. CC is
# for programs: only clang has numbers of 128 bits where addresses have 32.
cross_compile() {
	local native=${release%-*} root=$roots/$release sources=/usr/src
	local headers=$sources/linux-headers-$kernel
	local -a options=(KVER="$kernel" KDIR="$headers" ARCH="$1" CROSS_COMPILE="$2-")

	need_root "$native"
	rm -rf "${roots:?}/$native"{"$headers","$tree"}
	# With those that it shares with other kernels, which may be older than the system's.
	cp -a "$root/$sources"/linux-headers-* "$roots/$native/$sources" &&
		cp -a "$root"/usr/lib/*-linux-gnu/libxtables.so* "$roots/$native/usr/$2/lib/" &&
		cp -a "$root/$tree" "$roots/$native/$tree" &&
		in_root "$native" env CC="$3" make -C "$tree" "${options[@]}" all test-programs &&
		cp -a "$roots/$native/$tree/." "$root/$tree"
}

build() {
	local log=$results/$kernel.log

	put_sources "$roots/$release/$tree"
	if ! compile >"$log" 2>&1; then
		build_result "FAIL build: see $log"
	elif grep -q -i warning "$log"; then
		build_result "FAIL build: $(grep -c -i warning "$log") warnings: see $log"
	else
		build_result "PASS build"
	fi
	say "$kernel: $(cat "$results/$kernel.build")"
	[ -e "$roots/$release/$tree/out/kmod-$kernel/ipt_traffic.ko" ]
}

# "has_module NAME"
has_module() {
	[ -n "$(find "$roots/$release/lib/modules/$kernel/" -name "$1.ko*")" ]
}

# "boot OPTION... [SCENARIO...]"
boot() {
	local guests=$results/$kernel.guests status
	local -a machine=()

	[[ $release != *-arm64 ]] || machine=(--arm64)
	rm -rf "$guests"
	mkdir -p "$guests"
	"$top/test/e2e/boot.sh" "${machine[@]}" --out "$guests" --root "$roots/$release" \
		--kernel "$roots/$release/boot/vmlinuz-$kernel" \
		--tree "$roots/$release/$tree" "$@" >"$guests/output" 2>&1 </dev/null
	status=$?
	{
		cat "$guests"/*/output | grep -E '^(PASS|FAIL|SKIP) ' | sed 's/ ([0-9]* s)$//'
		grep '^FAIL guest' "$guests/output" | sed "s|$|: see $guests|"
		[ $status = 0 ] || grep -q '^FAIL ' "$guests/output" ||
			echo "FAIL guests ended with status $status: see $guests/output"
	} | add_results
}

run_scenarios() {
	local -a options=("${flavours[@]}") chosen=("${scenarios[@]}")

	if ! has_module 9p; then
		echo "SKIP all: it has no 9p, by which the rig gives it files" | add_results
		return
	fi
	if [ "${options[*]}" != --nft ] && ! has_module iptable_filter; then
		echo "SKIP legacy: it has no iptable_filter, xtables legacy is switched off" | add_results
		[ "${options[*]}" != --legacy ] || return
		options=(--nft)
	fi
	case $kernel in
	*-rt-* | *-arm64 | *-686-pae) [ ${#chosen[@]} -gt 0 ] || chosen=("${core[@]}") ;;
	esac
	say "$kernel: booting"
	boot "${options[@]}" "${chosen[@]}"
	say "$kernel: $(sum_up "$results/$kernel.runs")"
}

try_kernel() {
	local release=$1 kernel=$2
	local tree=/usr/src/ipt_traffic-$kernel

	echo "$release" >"$results/$kernel.release"
	if build && [ -z "$build_only" ]; then
		run_scenarios
	fi
}

# --- the report ------------------------------------------------------------------

# "count REGEX FILE..."
count() {
	cat "${@:2}" 2>/dev/null | grep -c -E "^$1( |:|$)"
}

# "sum_up FILE [VARIANT]": "38 passed, 1 failed".
sum_up() {
	local word text='' number

	for word in PASS:passed FAIL:failed SKIP:skipped; do
		number=$(count "${word%:*}${2:+ $2}" "$1")
		[ "$number" = 0 ] || text+=", $number ${word#*:}"
	done
	echo "${text#, }"
}

iptables_version() {
	zcat "$roots/$1/usr/share/doc/iptables/changelog.Debian.gz" |
		sed -n '1s/.*(\(.*\)).*/\1/p'
}

# Of what each kernel ran: kernel, PASS, FAIL or SKIP, scenario.
scenario_results() {
	local kernel

	for kernel; do
		[ -e "$results/$kernel.runs" ] || continue
		awk -v kernel="$kernel" '$3 ~ /^[0-9]/ { sub(/:$/, "", $3); print kernel, $1, $3 }' \
			"$results/$kernel.runs"
	done
}

# "scenario_table KERNEL...": a row for each; how many of its runs passed: with either
# iptables, for IPv4 and IPv6; "-" where all were skipped.
scenario_table() {
	scenario_results "$@" | awk -v kernels="$*" '
		BEGIN {
			n = split(kernels, kernel)
			printf "| scenario |"
			for (i = 1; i <= n; i++)
				printf " %s |", kernel[i]
			printf "\n|---|"
			for (i = 1; i <= n; i++)
				printf "---|"
			print ""
			fflush()
		}
		{
			seen[$3, $1]
			runs[$3, $1] += $2 != "SKIP"
			passed[$3, $1] += $2 == "PASS"
			name[$3]
		}
		function cell(scenario, kernel) {
			if (!((scenario, kernel) in seen))
				return " |"
			if (!runs[scenario, kernel])
				return " - |"
			return " " passed[scenario, kernel] "/" runs[scenario, kernel] " |"
		}
		END {
			for (s in name) {
				line = "| " s " |"
				for (i = 1; i <= n; i++)
					line = line cell(s, kernel[i])
				print line | "sort"
			}
		}'
}

report() {
	local file kernel variant
	local -a kernels=() ran=()

	for file in "$results"/*.release; do
		kernels+=("$(basename "$file" .release)")
	done
	mapfile -t kernels < <(printf '%s\n' "${kernels[@]}" | sort --version-sort)
	echo "| release | kernel | built without a warning | iptables | nft | nft, IPv6 | legacy | legacy, IPv6 |"
	echo "|---|---|---|---|---|---|---|---|"
	for kernel in "${kernels[@]}"; do
		file=$results/$kernel
		printf '| %s ' "$(<"$file.release")" "$kernel" "$(sum_up "$file.build")" \
			"$(iptables_version "$(<"$file.release")")"
		printf '|'
		for variant in nft nft-ipv6 legacy legacy-ipv6; do
			printf ' %s |' "$(sum_up "$file.runs" $variant)"
		done
		echo
		[ -z "$(scenario_results "$kernel")" ] || ran+=("$kernel")
	done
	echo
	for file in "$results"/*.{build,runs}; do
		kernel=${file##*/}
		sed -n -E "/^(FAIL|SKIP)| without /s/^/* ${kernel%.*}: /p" "$file"
	done
	echo
	[ ${#ran[@]} = 0 ] || scenario_table "${ran[@]}"
}

# What the results depend on, apart from the tests.
fingerprint() {
	(cd "$top" && sha256sum kmod/* libxt/* 2>/dev/null | sha256sum)
}

forget_other_sources() {
	mkdir -p "$results"
	if [ "$(cat "$results/sources" 2>/dev/null)" != "$(fingerprint)" ]; then
		rm -rf "${results:?}"/*
		fingerprint >"$results/sources"
	fi
}

# --- all of them -----------------------------------------------------------------

# "matches PATTERN NAME..."
matches() {
	local name

	for name in "${@:2}"; do
		# shellcheck disable=SC2053 # it is a pattern
		[[ $name != $1 ]] || return 0
	done
	return 1
}

# "chosen NAME...": the kernel, or release, of these names.
chosen() {
	local pattern

	for pattern in "${patterns[@]}"; do
		! matches "$pattern" "$@" || return 0
	done
	[ ${#patterns[@]} = 0 ]
}

# "may_have RELEASE": a kernel that is chosen. What kernels it has shows when it
# is there; a pattern for releases is none for kernels.
may_have() {
	local pattern

	for pattern in "${patterns[@]}"; do
		if [[ $pattern = */* ]]; then
			! matches "${pattern%%/*}" "$1" || return 0
		else
			matches "$pattern" "${releases[@]%% *}" || return 0
		fi
	done
	chosen "$1"
}

flavours=()
build_only=
patterns=()
while [ $# -gt 0 ]; do
	case $1 in
	--build) build_only=1 ;;
	--nft | --legacy) flavours=("$1") ;;
	--) break ;;
	-*) die "usage: ${0##*/} [--build|--nft|--legacy] [PATTERN...] [-- SCENARIO...]" ;;
	*) patterns+=("$1") ;;
	esac
	shift
done
[ $# = 0 ] || shift
scenarios=("$@")

forget_other_sources
tried=()
for release in "${releases[@]}"; do
	name=${release%% *}
	may_have "$name" || continue
	need_root "$name"
	for kernel in $(kernels_of "$name"); do
		if chosen "$name" "$kernel" "$name/$kernel"; then
			try_kernel "$name" "$kernel"
			tried+=("$results/$kernel".{build,runs})
			report >"$out/report.md"
		fi
	done
done
[ ${#tried[@]} -gt 0 ] || die "no release or kernel is called ${patterns[*]}"
cat "$out/report.md"
failed=$(count FAIL "${tried[@]}")
echo "$(count PASS "${tried[@]}") passed, $failed failed, $(count SKIP "${tried[@]}") skipped"
[ "$failed" = 0 ]
