#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
What "trafctl export" takes for 65,536 and a million rows of a copy of /proc, natively:
CPU time, of the program and of the kernel for it, median of several runs that take turns,
beside programs with which one would else make CSV of such a
table, and "cat", which only copies. Prints a table; asserts nothing.

    test/bench/export.py TRAFCTL
"""
import os
import statistics
import sys
import tempfile

TITLES = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER\n"
INFO = """family\tipv4
network\t{network}
options\t--traffic --maxaddrs {rows} --conntimeout 120
generation\t1763804400123456789
addresses\t{rows}
ports\t0
memory\t1048576
memory_limit\t1073741824
uncounted_packets\t0
uncounted_bytes\t0
flows_forgotten\t0
rules\t1
age_seconds\t86400
"""
# The same for all: time of reading, table, what is counted, and the row.
AWK = 'NR > 1 { gsub("\\t", ","); print "2026-11-23T00:00:00Z,RSN,bytes," $0 }'
PYTHON = """
import csv, sys
out = csv.writer(sys.stdout)
next(sys.stdin)
for row in csv.reader(sys.stdin, delimiter="\\t"):
    out.writerow(["2026-11-23T00:00:00Z", "RSN", "bytes", *row])
"""


def make_proc(directory, rows):
    """Numbers of as many digits as a busy month's."""
    tables = f"{directory}/net/xt_traffic"
    os.makedirs(tables)
    os.makedirs(f"{directory}/sys/kernel/random")
    with open(f"{directory}/sys/kernel/random/boot_id", "w") as file:
        file.write("00000000-0000-0000-0000-000000000000\n")
    length = 32 - (rows - 1).bit_length()
    with open(f"{tables}/RSN_info", "w") as file:
        file.write(INFO.format(network=f"10.0.0.0/{length}", rows=rows))
    for name, scale in (("RSN", 1000), ("RSN_packets", 1)):
        with open(f"{tables}/{name}", "w") as file:
            file.write(TITLES)
            for i in range(rows):
                values = [(i * 7919 % 1000003 + j) * scale * 10 ** (j % 3) for j in range(6)]
                total = [sum(values[0::2]), sum(values[1::2])]
                file.write(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}\t" +
                           "\t".join(map(str, total + values)) + "\n")
    return f"{tables}/RSN"


def run(argv, table):
    """CPU seconds."""
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(table, os.O_RDONLY), 0)
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        os.execvp(argv[0], argv)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{argv}: status {status}")
    return usage.ru_utime + usage.ru_stime


def measure(trafctl, rows, rounds):
    with tempfile.TemporaryDirectory() as directory:
        table = make_proc(directory, rows)
        programs = {
            f"trafctl export --format {name}": [trafctl, "export", "--proc", directory,
                                                "--file", "bytes", "--format", name]
            for name in ("tsv", "csv", "json", "jsonl", "prom", "openmetrics")
        }
        programs["cat"] = ["cat"]
        programs["mawk, to CSV"] = ["mawk", AWK]
        programs["Python's csv module, to CSV"] = ["python3", "-c", PYTHON]
        results = {name: [] for name in programs}
        for _ in range(rounds):
            for name, argv in programs.items():
                results[name].append(run(argv, table))
        csv = statistics.median(results["trafctl export --format csv"])
        print(f"\n| {rows:,} rows | CPU, ms | to trafctl's CSV |\n|---|---|---|")
        for name, runs in results.items():
            cpu = statistics.median(runs)
            print(f"| {name} | {cpu * 1000:.0f} | {cpu / csv:.2f} |")


measure(os.path.realpath(sys.argv[1]), 65536, 9)
measure(os.path.realpath(sys.argv[1]), 1048576, 3)
