// SPDX-License-Identifier: GPL-2.0
/*
 * print_metrics: for Prometheus, in its own text format (which node_exporter takes
 * from files, and promtool checks) and in that of OpenMetrics (which is scraped).
 *
 * All samples of a name have to come together. Totals are not among them: whoever adds
 * up a name's samples would count everything twice.
 */
#include "print.h"

#include <stdio.h>
#include <string.h>
#include "timestamp.h"

/**
 * struct metric - a name
 * @name: without the "_total" that a counter's samples have
 * @help: what it is
 * @unit: that OpenMetrics is told of, or NULL; the name ends with it
 * @counter: never decreases, but to begin anew; else it is a gauge
 */
struct metric {
	const char *name;
	const char *help;
	const char *unit;
	bool counter;
};

static const struct metric metrics_of_rows[KINDS] = {
	[KIND_BYTES] = {
		.name = "ipt_traffic_bytes",
		.help = "IP bytes of an address, as they cross the wire.",
		.unit = "bytes",
		.counter = true,
	},
	[KIND_PACKETS] = {
		.name = "ipt_traffic_packets",
		.help = "Packets of an address, as they cross the wire.",
		.unit = "packets",
		.counter = true,
	},
	[KIND_IPCONN] = {
		.name = "ipt_traffic_address_connections",
		.help = "Connections of an address.",
		.unit = "connections",
		.counter = true,
	},
	[KIND_PORTCONN] = {
		.name = "ipt_traffic_port_connections",
		.help = "Connections to a port; ICMP and other protocols are under port 0.",
		.unit = "connections",
		.counter = true,
	},
};

static const struct metric metrics_of_tables[INFO_NUMBERS] = {
	[INFO_GENERATION] = {
		.name = "ipt_traffic_start_time_seconds",
		.help = "When the table's counters began, since 1970.",
		.unit = "seconds",
	},
	[INFO_ADDRESSES] = {
		.name = "ipt_traffic_addresses",
		.help = "Addresses or prefixes in the table.",
	},
	[INFO_PORTS] = {
		.name = "ipt_traffic_ports",
		.help = "Ports in the table.",
	},
	[INFO_MEMORY] = {
		.name = "ipt_traffic_memory_bytes",
		.help = "Memory of the table.",
		.unit = "bytes",
	},
	[INFO_MEMORY_LIMIT] = {
		.name = "ipt_traffic_memory_limit_bytes",
		.help = "Memory that all tables of this network namespace may take together.",
		.unit = "bytes",
	},
	[INFO_UNCOUNTED_PACKETS] = {
		.name = "ipt_traffic_uncounted_packets",
		.help = "Packets that found the table full or memory short.",
		.unit = "packets",
		.counter = true,
	},
	[INFO_UNCOUNTED_BYTES] = {
		.name = "ipt_traffic_uncounted_bytes",
		.help = "Bytes of packets that found the table full or memory short.",
		.unit = "bytes",
		.counter = true,
	},
	[INFO_FLOWS_FORGOTTEN] = {
		.name = "ipt_traffic_forgotten_flows",
		.help = "Flows forgotten early, that may be counted as connections once more.",
		.unit = "flows",
		.counter = true,
	},
	[INFO_RULES] = {
		.name = "ipt_traffic_rules",
		.help = "Rules that use the table.",
	},
	[INFO_AGE_SECONDS] = {
		.name = "ipt_traffic_age_seconds",
		.help = "Time since the table's counters began.",
		.unit = "seconds",
	},
};

static bool is_openmetrics(const struct print *print)
{
	return print->format == &print_openmetrics;
}

/* Prometheus' own format has a counter's name as its samples have it. */
static void put_metric(struct print *print, const struct metric *metric)
{
	const char *suffix = metric->counter && !is_openmetrics(print) ? "_total" : "";

	out_format(print->out, "# HELP %s%s %s\n", metric->name, suffix, metric->help);
	out_format(print->out, "# TYPE %s%s %s\n", metric->name, suffix,
		   metric->counter ? "counter" : "gauge");
	if (is_openmetrics(print) && metric->unit)
		out_format(print->out, "# UNIT %s %s\n", metric->name, metric->unit);
}

static void put_table(struct print *print, enum info_number which, const struct table *table)
{
	const struct metric *metric = &metrics_of_tables[which];
	const u64 number = table->info.numbers[which];

	out_format(print->out, "%s%s{table=\"%s\"} ", metric->name, metric->counter ? "_total" : "",
		   table->name);
	if (which == INFO_GENERATION)
		out_format(print->out, "%llu.%09llu\n", number / NS_PER_SECOND,
			   number % NS_PER_SECOND);
	else
		out_format(print->out, "%llu\n", number);
}

static void put_tables(struct print *print, const struct table *tables, size_t count)
{
	unsigned int which;
	size_t i;

	for (which = 0; count && which < INFO_NUMBERS; which++) {
		put_metric(print, &metrics_of_tables[which]);
		for (i = 0; i < count; i++)
			put_table(print, which, &tables[i]);
	}
}

static void begin_rows(struct print *print, const struct table *table, enum kind kind)
{
	static const char *const directions[] = { "in", "out" };
	const struct metric *metric = &metrics_of_rows[kind];
	struct template *template = &print->template;
	unsigned int i;

	if (print->first_of_kind)
		put_metric(print, metric);
	template_start(template);
	for (i = 0; i < kind_forms[kind].values; i++) {
		template_text(template, "%s_total{table=\"%s\",%s=\"", metric->name, table->name,
			      kind_forms[kind].by_port ? "port" : "address");
		template_key(template);
		template_text(template, "\",direction=\"%s\",protocol=\"%s\"} ", directions[i % 2],
			      kind_forms[kind].groups[i / 2]);
		template_number(template, 2 + i);
		template_text(template, "\n");
	}
}

static void put_eof(struct print *print)
{
	out_text(print->out, "# EOF\n");
}

const struct print_format print_prom = {
	.name = "prom",
	.by_kind = true,
	.begin = put_tables,
	.rows = begin_rows,
	.row = print_row_as_template,
};

const struct print_format print_openmetrics = {
	.name = "openmetrics",
	.by_kind = true,
	.begin = put_tables,
	.rows = begin_rows,
	.row = print_row_as_template,
	.end = put_eof,
};
