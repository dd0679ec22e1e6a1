#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What trafctl exports, read by those that it is for: promtool looks at the metrics, the
# node_exporter has them in its textfile directory, a Prometheus scrapes them. Debian's
# packages are unpacked, not installed, as they would begin to run; and all of it talks
# in a network namespace of its own.
#
#	test/tools/prometheus.sh TRAFCTL PROC
set -eu
trafctl=$(realpath "$1")
proc=$(realpath "$2")
top=$(realpath "$(dirname "$0")/../..")
programs=$top/out/prometheus

if [ "${IN_NAMESPACE:-}" != 1 ]; then
	if [ ! -e "$programs/complete" ]; then
		rm -rf "$programs"
		mkdir -p "$programs"
		(
			cd "$programs"
			apt-get -q -o APT::Sandbox::User=root download prometheus prometheus-node-exporter
			for package in *.deb; do
				dpkg-deb -x "$package" .
			done
			rm ./*.deb
			touch complete
		) >&2
	fi
	exec env IN_NAMESPACE=1 unshare --net "$0" "$@"
fi

work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null; wait; rm -rf "$work"' EXIT
ip link set lo up
PATH=$programs/usr/bin:$PATH

"$trafctl" export --proc "$proc" --format prom -o "$work/traffic.prom"
"$trafctl" export --proc "$proc" --format openmetrics -o "$work/metrics"
"$trafctl" export --proc "$proc" --format csv -o "$work/csv"
promtool check metrics <"$work/traffic.prom"

prometheus-node-exporter --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$work" --web.listen-address=127.0.0.1:9100 2>"$work/node.log" &
cat >"$work/prometheus.yml" <<-END
	scrape_configs:
	- job_name: traffic
	  scrape_interval: 1s
	  static_configs:
	  - targets: ["127.0.0.1:8000"]
END
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
	--web.listen-address=127.0.0.1:9090 2>"$work/prometheus.log" &
python3 "$top/test/tools/scrape.py" "$work" || {
	tail -n 20 "$work"/*.log
	exit 1
}
