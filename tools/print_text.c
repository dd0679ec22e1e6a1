// SPDX-License-Identifier: GPL-2.0
/*
 * print_text: in columns, for people. How wide they are is known only when all rows
 * have been seen, so these are kept until then.
 */
#include "print.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "timestamp.h"

/* Between columns. */
#define GAP "  "

/* "18446744073709551615 others" */
#define CELL_SIZE 64

/* Of tables: name, family, network, addresses, ports, memory, bound, age, uncounted. */
#define TABLE_CELLS 9

struct cell {
	char text[CELL_SIZE];
};

static void fill_table_cells(const struct print *print, const struct table *table,
			     struct cell cells[TABLE_CELLS])
{
	const struct info *info = &table->info;
	const u64 *numbers = info->numbers;

	strcpy(cells[0].text, table->name);
	strcpy(cells[1].text, info_family(info));
	prefix_put_network(&info->network, cells[2].text);
	sprintf(cells[3].text, "%llu", numbers[INFO_ADDRESSES]);
	sprintf(cells[4].text, "%llu", numbers[INFO_PORTS]);
	units_put(cells[5].text, numbers[INFO_MEMORY], print->units);
	units_put(cells[6].text, numbers[INFO_MEMORY_LIMIT], print->units);
	units_put_duration(cells[7].text, numbers[INFO_AGE_SECONDS]);
	sprintf(cells[8].text, "%llu", numbers[INFO_UNCOUNTED_PACKETS]);
}

static void widen(int widths[], const struct cell cells[], unsigned int count)
{
	unsigned int i;
	int length;

	for (i = 0; i < count; i++) {
		length = strlen(cells[i].text);
		if (length > widths[i])
			widths[i] = length;
	}
}

/* The first three on the left, the others on the right; @last comes behind them. */
static void put_table_cells(struct out *out, const int widths[TABLE_CELLS],
			    const struct cell cells[TABLE_CELLS], const char *last)
{
	unsigned int i;

	for (i = 0; i < TABLE_CELLS; i++)
		out_format(out, "%*s" GAP, i < 3 ? -widths[i] : widths[i], cells[i].text);
	out_format(out, "%s\n", last);
}

static void put_tables(struct print *print, const struct table *tables, size_t count)
{
	static const struct cell titles[TABLE_CELLS] = {
		{ "TABLE" },  { "FAMILY" }, { "NETWORK" }, { "ADDRESSES" }, { "PORTS" },
		{ "MEMORY" }, { "BOUND" },  { "AGE" },	   { "UNCOUNTED" },
	};
	struct cell cells[TABLE_CELLS];
	int widths[TABLE_CELLS] = {};
	size_t i;

	if (!print->described || !count)
		return;
	widen(widths, titles, TABLE_CELLS);
	for (i = 0; i < count; i++) {
		fill_table_cells(print, &tables[i], cells);
		widen(widths, cells, TABLE_CELLS);
	}
	put_table_cells(print->out, widths, titles, "OPTIONS");
	for (i = 0; i < count; i++) {
		fill_table_cells(print, &tables[i], cells);
		put_table_cells(print->out, widths, cells, tables[i].info.options);
	}
}

static void begin_rows(struct print *print, const struct table *table, enum kind kind)
{
	rowlist_start(&print->list, kind);
}

static int keep_row(struct print *print, const struct rowtext *row)
{
	return rowlist_add(&print->list, row);
}

static void upper(char *to, const char *from)
{
	while ((*to++ = toupper((unsigned char)*from++)))
		;
}

static void fill_titles(enum kind kind, struct cell cells[1 + KIND_COLUMNS_MAX])
{
	static const char *const directions[] = { "IN", "OUT" };
	char group[16];
	unsigned int i;

	strcpy(cells[0].text, kind_forms[kind].by_port ? "PORT" : "ADDRESS");
	for (i = 0; i < kind_columns(kind); i++) {
		upper(group, i < 2 ? "total" : kind_forms[kind].groups[i / 2 - 1]);
		sprintf(cells[1 + i].text, "%s %s", group, directions[i % 2]);
	}
}

/* Connections and packets are few enough to be read as they are. */
static void fill_cells(const struct print *print, const u64 *values,
		       struct cell cells[1 + KIND_COLUMNS_MAX])
{
	const enum kind kind = print->kind;
	const enum units units = kind == KIND_BYTES ? print->units : UNITS_RAW;
	u64 columns[KIND_COLUMNS_MAX];
	unsigned int i;

	kind_add_up(kind, values, columns);
	memcpy(columns + 2, values, kind_forms[kind].values * sizeof(u64));
	for (i = 0; i < kind_columns(kind); i++)
		units_put(cells[1 + i].text, columns[i], units);
}

static void fill_row(const struct print *print, const struct kept_row *row, struct cell *cells)
{
	snprintf(cells[0].text, CELL_SIZE, "%.*s", (int)row->key_length, row->key);
	fill_cells(print, row->values, cells);
}

static void put_cells(const struct print *print, const int widths[], const struct cell cells[])
{
	unsigned int i;

	out_format(print->out, "%-*s", widths[0], cells[0].text);
	for (i = 1; i <= kind_columns(print->kind); i++)
		out_format(print->out, GAP "%*s", widths[i], cells[i].text);
	out_text(print->out, "\n");
}

static void put_heading(const struct print *print)
{
	const struct info *info = &print->table->info;
	char network[PREFIX_TEXT_SIZE], since[TIMESTAMP_SIZE];

	prefix_put_network(&info->network, network);
	timestamp_put_local(since, print->from ? print->from : info->numbers[INFO_GENERATION]);
	out_format(print->out, "%s%s: %s of %s since %s\n", out_is_empty(print->out) ? "" : "\n",
		   print->table->name, kind_forms[print->kind].title, network, since);
}

static void fill_sums(const struct print *print, const struct query_sums *shown,
		      const struct query_sums *others, struct cell *other, struct cell *total)
{
	struct query_sums all = *shown;

	sprintf(other[0].text, "%llu others", others->rows);
	fill_cells(print, others->values, other);
	query_add_sums(&all, others);
	strcpy(total[0].text, "TOTAL");
	fill_cells(print, all.values, total);
}

/* Now that it is known how wide the columns are. */
static void put_rows(struct print *print, const struct query_sums *shown,
		     const struct query_sums *others)
{
	struct cell titles[1 + KIND_COLUMNS_MAX], row[1 + KIND_COLUMNS_MAX];
	struct cell other[1 + KIND_COLUMNS_MAX], total[1 + KIND_COLUMNS_MAX];
	const unsigned int count = 1 + kind_columns(print->kind);
	const struct rowlist *list = &print->list;
	int widths[1 + KIND_COLUMNS_MAX] = {};
	size_t i;

	fill_titles(print->kind, titles);
	fill_sums(print, shown, others, other, total);
	widen(widths, titles, count);
	widen(widths, total, count);
	widen(widths, other, others->rows ? count : 0);
	for (i = 0; i < list->count; i++) {
		fill_row(print, &list->rows[i], row);
		widen(widths, row, count);
	}

	put_heading(print);
	put_cells(print, widths, titles);
	for (i = 0; i < list->count; i++) {
		fill_row(print, &list->rows[i], row);
		put_cells(print, widths, row);
	}
	if (others->rows)
		put_cells(print, widths, other);
	put_cells(print, widths, total);
	rowlist_free(&print->list);
}

const struct print_format print_text = {
	.name = "text",
	.begin = put_tables,
	.rows = begin_rows,
	.row = keep_row,
	.sums = put_rows,
};
