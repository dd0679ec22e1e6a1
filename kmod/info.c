// SPDX-License-Identifier: GPL-2.0
/*
 * info: see info.h
 */
#include "info.h"

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include "table.h"

/**
 * struct text - a text that grows within its bound
 * @at: INFO_TEXT_MAX characters
 * @length: so far
 */
struct text {
	char *at;
	size_t length;
};

static __printf(2, 3) void put(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->length += vscnprintf(text->at + text->length,
				   INFO_TEXT_MAX - text->length, format, args);
	va_end(args);
}

static void put_options(struct text *text, const struct xt_traffic_info *options)
{
	const u32 flags = options->flags;

	put(text, "options\t%s%s%s",
	    flags & XT_TRAFFIC_TRAFFIC ? "--traffic " : "",
	    flags & XT_TRAFFIC_PORTCONN ? "--portconn " : "",
	    flags & XT_TRAFFIC_IPCONN ? "--ipconn " : "");
	if (options->hashsize)
		put(text, "--hashsize %u ", options->hashsize);
	put(text, "%s%s%s--maxaddrs %u --conntimeout %u",
	    flags & XT_TRAFFIC_CLEARONREAD ? "--clearonread " : "",
	    flags & XT_TRAFFIC_NOINTERNAL ? "--nointernal " : "",
	    flags & XT_TRAFFIC_ONLYINTERNAL ? "! --nointernal " : "",
	    options->maxaddrs, options->conntimeout);
	if (options->aggregate)
		put(text, " --aggregate %u", options->aggregate);
	put(text, "\n");
}

static void put_network(struct text *text, const struct index *index)
{
	const union nf_inet_addr *network = &index->network;

	if (index->words == 4)
		put(text, "family\tipv6\nnetwork\t%pI6c", &network->in6);
	else
		put(text, "family\tipv4\nnetwork\t%pI4", &network->ip);
	put(text, "/%u\n", index->network_length);
}

/* Rows that show something in at least one of two files. */
static u32 count_rows(const struct view *a, const struct view *b, u32 rows)
{
	u32 row = 0, count = 0;

	while (row < rows && !fatal_signal_pending(current)) {
		cond_resched();
		if (!(row % LEDGER_PAGE_ROWS) &&
		    !ledger_chunk_in_use(a->ledger, row) &&
		    !ledger_chunk_in_use(b->ledger, row)) {
			row += LEDGER_PAGE_ROWS;
			continue;
		}
		count += hweight32(view_shown(a, row) | view_shown(b, row));
		row += VIEW_ROWS_MAX;
	}
	return count;
}

/* Those that have a row; where each has one, those that show something. */
static u32 count_addresses(const struct traffic_table *table)
{
	const struct index *addresses = &table->addresses;

	if (addresses->hashed)
		return hashed_live(addresses->hashed);
	return count_rows(&table->views[VIEW_BYTES],
			  &table->views[VIEW_IPCONN], addresses->rows);
}

static u64 count_forgotten(const struct traffic_table *table)
{
	u64 forgotten = 0;
	unsigned int i;

	for (i = 0; i < PACKET_CLASSES; i++)
		if (table->flows[i])
			forgotten += flows_forgotten(table->flows[i]);
	return forgotten;
}

/**
 * info_put() - write a table's NAME_info
 * @table: the table
 * @text: INFO_TEXT_MAX characters
 *
 * Context: may sleep. Return: length of the text.
 */
size_t info_put(const struct traffic_table *table, char *text)
{
	const struct view *views = table->views;
	struct text info = { .at = text };
	u64 began;

	put_network(&info, &table->addresses);
	put_options(&info, &table->options);
	put(&info, "generation\t%llu\n", atomic64_read(&table->generation));
	put(&info, "addresses\t%u\n", count_addresses(table));
	put(&info, "ports\t%u\n",
	    count_rows(&views[VIEW_PORTCONN], &views[VIEW_PORTCONN],
		       TABLE_PORTS));
	put(&info, "memory\t%lu\n", table_bytes(table));
	put(&info, "memory_limit\t%lu\n",
	    memory_limit(&table->tables->memory));
	put(&info, "uncounted_packets\t%llu\n",
	    atomic64_read(&table->uncounted_packets));
	put(&info, "uncounted_bytes\t%llu\n",
	    atomic64_read(&table->uncounted_bytes));
	put(&info, "flows_forgotten\t%llu\n", count_forgotten(table));
	put(&info, "rules\t%u\n", READ_ONCE(table->rules));
	/* First, as it may begin anew meanwhile. */
	began = atomic64_read(&table->began);
	put(&info, "age_seconds\t%llu\n", ktime_get_boottime_seconds() - began);
	return info.length;
}
