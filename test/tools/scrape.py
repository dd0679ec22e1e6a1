#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Serves DIRECTORY/metrics to a Prometheus on port 9090, and asks that and the node_exporter
on port 9100, which reads DIRECTORY/traffic.prom, what they have got. It has to be what
DIRECTORY/csv says.

A Prometheus keeps its numbers as floating point: those beyond 2^53 are compared as such.
"""
import csv
import http.server
import json
import re
import sys
import threading
import time
import urllib.parse
import urllib.request

directory = sys.argv[1]
deadline = time.monotonic() + 60
content = open(f"{directory}/metrics", "rb").read()
METRICS = {
    "bytes": "bytes",
    "packets": "packets",
    "ipconn": "address_connections",
    "portconn": "port_connections",
}


class Metrics(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def get(url):
    while True:
        try:
            return urllib.request.urlopen(url, timeout=5).read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def ask_prometheus(query):
    text = get("http://127.0.0.1:9090/api/v1/query?query=" + urllib.parse.quote(query))
    return json.loads(text)["data"]["result"]


def wanted():
    """(metric, table, key, group, direction) to number, of all rows."""
    numbers = {}
    for row in csv.DictReader(open(f"{directory}/csv")):
        counted = METRICS[row["counted"]]
        for column, number in row.items():
            group, _, direction = column.rpartition("_")
            if direction in ("in", "out") and group not in ("", "total") and number:
                numbers[counted, row["table"], row["key"], group, direction] = float(number)
    return numbers


def key_of(name, labels):
    metric = re.fullmatch(r"ipt_traffic_(\w+)_total", name)
    if not metric or metric[1] not in METRICS.values():
        return None
    return (metric[1], labels["table"], labels.get("address", labels.get("port")),
            labels["protocol"], labels["direction"])


def of_node_exporter():
    numbers = {}
    for line in get("http://127.0.0.1:9100/metrics").splitlines():
        sample = re.fullmatch(r"(\w+){(.*)} (\S+)", line)
        if sample:
            key = key_of(sample[1], dict(re.findall(r'(\w+)="([^"]*)"', sample[2])))
            if key:
                numbers[key] = float(sample[3])
    return numbers


def of_prometheus():
    numbers = {}
    for result in ask_prometheus('{__name__=~"ipt_traffic_.*_total"}'):
        labels = result["metric"]
        key = key_of(labels["__name__"], labels)
        if key:
            numbers[key] = float(result["value"][1])
    return numbers


def compare(who, got):
    if not got:
        sys.exit(f"{who} has nothing")
    truth = {key: number for key, number in wanted().items() if number or key in got}
    if got != truth:
        for key in sorted(got.keys() ^ truth.keys()):
            print(f"{who}: {key}: got {got.get(key)}, wanted {truth.get(key)}")
        for key in sorted(got.keys() & truth.keys()):
            if got[key] != truth[key]:
                print(f"{who}: {key}: got {got[key]}, wanted {truth[key]}")
        sys.exit(1)
    print(f"{who}: {len(got)} numbers")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Metrics)
threading.Thread(target=server.serve_forever, daemon=True).start()
if "node_textfile_scrape_error 0" not in get("http://127.0.0.1:9100/metrics"):
    sys.exit("the node_exporter could not read the file")
compare("node_exporter", of_node_exporter())
while not any(result["value"][1] == "1" for result in ask_prometheus("up")):
    if time.monotonic() > deadline:
        sys.exit("Prometheus could not scrape")
    time.sleep(0.5)
compare("Prometheus", of_prometheus())
