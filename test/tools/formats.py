#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Compares what trafctl exports with the tables it was made of.

	formats.py PROC FORMAT <EXPORT

Every number of every file has to be there once, and nothing else. Knows the formats
from what they are for (json, csv, the Prometheus exposition), not from trafctl.
"""
import csv
import json
import os
import re
import sys

SUFFIXES = {"bytes": "", "packets": "_packets", "ipconn": "_ipconn", "portconn": "_portconn"}
NAMES = {
    "ipt_traffic_bytes_total": "bytes",
    "ipt_traffic_packets_total": "packets",
    "ipt_traffic_address_connections_total": "ipconn",
    "ipt_traffic_port_connections_total": "portconn",
}


def read_info(path):
    with open(path, encoding="ascii") as file:
        return dict(line.rstrip("\n").split("\t") for line in file)


def read_rows(path):
    """(key, group, direction): number"""
    with open(path, encoding="ascii") as file:
        titles = file.readline().rstrip("\n").split("\t")
        groups = [title.lower() for title in titles[2::2]]
        for line in file:
            key, *numbers = line.rstrip("\n").split("\t")
            for i, number in enumerate(numbers):
                yield (key, groups[i // 2], ("in", "out")[i % 2]), int(number)


def read_tables(proc):
    """{(table, kind, key, group, direction): number}, {table: info}"""
    directory = os.path.join(proc, "net/xt_traffic")
    numbers, infos = {}, {}
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        with open(path, encoding="ascii") as file:
            if not file.readline().startswith("family"):
                continue
        table = name[: -len("_info")]
        infos[table] = read_info(path)
        for kind, suffix in SUFFIXES.items():
            path = os.path.join(directory, table + suffix)
            if kind == "bytes" and "--traffic" not in infos[table]["options"]:
                continue
            if os.path.exists(path):
                for (key, group, direction), number in read_rows(path):
                    numbers[table, kind, key, group, direction] = number
    return numbers, infos


def from_json(text):
    document = json.loads(text)
    assert document["version"] == 1
    for table in document["tables"]:
        for kind in SUFFIXES:
            for row in table.get(kind, []):
                key = row.pop("port") if kind == "portconn" else row.pop("address")
                for group, pair in row.items():
                    for direction, number in pair.items():
                        yield (table["name"], kind, str(key), group, direction), number


def from_jsonl(text):
    for line in text.splitlines():
        row = json.loads(line)
        assert row["version"] == 1
        kind = row["counted"]
        key = row["port" if kind == "portconn" else "address"]
        for name, number in row.items():
            found = re.fullmatch("(.*)_(in|out)", name)
            if found:
                yield (row["table"], kind, str(key), *found.groups()), number


def from_separated(text, delimiter):
    for row in csv.DictReader(text.splitlines(), delimiter=delimiter):
        for name, number in row.items():
            found = re.fullmatch("(.*)_(in|out)", name)
            if found and number:
                yield (row["table"], row["counted"], row["key"], *found.groups()), int(number)


def from_metrics(text):
    seen, last = set(), None
    for line in text.splitlines():
        found = re.fullmatch(r'(\w+)\{(.*)\} (\d+)', line)
        if not found or found[1] not in NAMES:
            continue
        if found[1] != last:
            assert found[1] not in seen, f"{found[1]} comes in several places"
            seen.add(found[1])
            last = found[1]
        labels = dict(re.findall(r'(\w+)="([^"]*)"', found[2]))
        key = labels.get("address") or labels.get("port")
        yield (labels["table"], NAMES[found[1]], key, labels["protocol"],
               labels["direction"]), int(found[3])


def main():
    proc, form = sys.argv[1:]
    wanted, infos = read_tables(proc)
    text = sys.stdin.read()
    assert text.endswith("\n")
    if form == "json":
        rows = from_json(text)
        for table in json.loads(text)["tables"]:
            for name, value in infos[table["name"]].items():
                assert str(table[name]) == value, f"{table['name']}: {name}"
    elif form == "jsonl":
        rows = from_jsonl(text)
    elif form in ("tsv", "csv"):
        rows = from_separated(text, "\t" if form == "tsv" else ",")
    else:
        rows = from_metrics(text)
        # Whoever adds up a name's samples would count totals twice.
        wanted = {row: number for row, number in wanted.items() if row[3] != "total"}
        assert form != "openmetrics" or text.endswith("# EOF\n")
    got = {}
    for row, number in rows:
        assert row not in got, f"{row} comes twice"
        got[row] = number
    for row in wanted.keys() | got.keys():
        assert wanted.get(row) == got.get(row), f"{row}: {got.get(row)}, wanted {wanted.get(row)}"
    assert len(got) > 20


main()
