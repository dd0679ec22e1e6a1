#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Where the time goes in a script run by uml.sh, by perf on the host:
#
#	test/bench/profile.sh [--annotate FUNCTION] [option of uml.sh...] SCRIPT [ARGUMENT...]
#
# prints each function's part of the time that the guest's kernel took (idle
# time is none), and with --annotate the part of each instruction of one
# function of a module. Needs the package linux-perf. A sample falls on the
# instruction that waits, mostly the one behind that which is to blame.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
modules=$top/out/bench/uml-modules
out=$top/out/bench/profile

# In the guest: perf knows nothing of its modules, so they are listed as long
# as they are loaded.
if [ "${1:-}" = --guest ]; then
	shift
	"$@"
	exec cp /proc/kallsyms "$VM_RESULTS/kallsyms"
fi

# What run.sh takes for the kernel; it dies with perf as it would with run.sh.
write_recorder() {
	cat >"$out/recorder" <<-EOT
		#!/bin/sh
		exec perf record -q -e cpu-clock -F 5000 -o "$out/perf.data" -- \
			setpriv --pdeathsig KILL "$top/out/bench/uml/linux" "\$@"
	EOT
	chmod +x "$out/recorder"
}

# The samples as "ADDRESS FUNCTION OFFSET", of the guest's kernel alone: its
# addresses are those of the program and what it mapped for modules.
locate() {
	perf script -i "$out/perf.data" --comm linux -F ip 2>/dev/null | python3 -c '
import bisect, sys

names = {}
for line in open(sys.argv[1]):
    address, kind, name = line.split(None, 2)
    if kind in "tT":
        names.setdefault(int(address, 16), name.strip().replace("\t", " "))
starts = sorted(names)
for line in sys.stdin:
    ip = int(line, 16)
    at = bisect.bisect(starts, ip) - 1
    # Beyond 64 KiB it is no function of the guest, but the host below it.
    if at >= 0 and ip - starts[at] < 65536:
        print("%s\t%x" % (names[starts[at]], ip - starts[at]))
    else:
        print("(host)\t0")
' "$out/results/kallsyms"
}

show_functions() {
	awk -F '\t' '{ n[$1]++ } END { for (f in n) printf "%6.2f %% %s\n", 100 * n[f] / NR, f }' \
		"$out/samples" | sort -rn | head -n 40
}

# "annotate FUNCTION": its instructions, from the module that has it.
annotate() {
	local module

	module=$(awk -F '\t' -v f="$1" 'index($1, f " [") == 1 { sub(/.*\[/, "", $1); sub(/\]/, "", $1); print $1; exit }' "$out/samples")
	[ -n "$module" ] || {
		echo "${0##*/}: no sample in a function $1 of a module" >&2
		return 1
	}
	awk -F '\t' -v f="$1 [$module]" '$1 == f { n[$2]++ } END { for (o in n) print o, 100 * n[o] / NR }' \
		"$out/samples" >"$out/offsets"
	objdump -d -l --no-show-raw-insn --disassemble="$1" "$modules/$module.ko" |
		python3 -c '
import re, sys

part = dict((int(o, 16), float(p)) for o, p in map(str.split, open(sys.argv[1])))
start = None
for line in sys.stdin:
    head = re.match(r"([0-9a-f]+) <", line)
    at = re.match(r" *([0-9a-f]+):\t", line)
    if head:
        start = int(head.group(1), 16)
    if at and start is not None:
        p = part.get(int(at.group(1), 16) - start)
        sys.stdout.write(("%6.2f %% " % p if p else " " * 9) + line)
' "$out/offsets"
}

function=
if [ "${1:-}" = --annotate ]; then
	function=$2
	shift 2
fi
options=()
while [[ ${1:-} == --* ]]; do
	options+=("$1" "$2")
	shift 2
done
command -v perf >/dev/null || {
	echo "${0##*/}: needs packages: linux-perf" >&2
	exit 125
}
mkdir -p "$out"
write_recorder
"$here/uml.sh" --out "$out" --kernel "$out/recorder" "${options[@]}" "$here/profile.sh" --guest "$@"
locate >"$out/samples"
show_functions
[ -z "$function" ] || annotate "$function"
