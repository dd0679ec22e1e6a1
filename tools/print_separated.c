// SPDX-License-Identifier: GPL-2.0
/*
 * print_separated: one line a row, its fields separated by tabs or commas, and all
 * files in one table. Names and keys are of no character that would have to be quoted.
 */
#include "print.h"

#include <string.h>
#include "timestamp.h"

/* Every group that any file has. */
static const char *const groups[] = { "tcp", "udp", "icmp", "other" };

#define GROUPS (sizeof(groups) / sizeof(*groups))

static char separator(const struct print *print)
{
	return print->format == &print_csv ? ',' : '\t';
}

static void put_titles_of_rows(struct print *print)
{
	const char by = separator(print);
	unsigned int i;

	out_format(print->out, "%s", print->from ? "from" : "");
	if (print->from)
		out_bytes(print->out, &by, 1);
	out_format(print->out, "time%ctable%ccounted%ckey%ctotal_in%ctotal_out", by, by, by, by,
		   by);
	for (i = 0; i < GROUPS; i++)
		out_format(print->out, "%c%s_in%c%s_out", by, groups[i], by, groups[i]);
	out_text(print->out, "\n");
}

static void put_titles_of_tables(struct print *print)
{
	const char by = separator(print);
	unsigned int i;

	out_format(print->out, "time%ctable%cfamily%cnetwork%coptions", by, by, by, by);
	for (i = 0; i < INFO_NUMBERS; i++)
		out_format(print->out, "%c%s", by, info_names[i]);
	out_text(print->out, "\n");
}

static void begin(struct print *print, const struct table *tables, size_t count)
{
	if (print->described)
		put_titles_of_tables(print);
	else
		put_titles_of_rows(print);
}

static void put_table(struct print *print, const struct table *table)
{
	const struct info *info = &table->info;
	char time[TIMESTAMP_SIZE], network[PREFIX_TEXT_SIZE];
	const char by = separator(print);
	unsigned int i;

	if (!print->described)
		return;
	timestamp_put(time, print->time);
	prefix_put_network(&info->network, network);
	out_format(print->out, "%s%c%s%c%s%c%s%c%s", time, by, table->name, by, info_family(info),
		   by, network, by, info->options);
	for (i = 0; i < INFO_NUMBERS; i++)
		out_format(print->out, "%c%llu", by, info->numbers[i]);
	out_text(print->out, "\n");
}

/* Where the numbers of a group are in a row: 0 where it has no such group. */
static unsigned int column_of(enum kind kind, const char *group)
{
	unsigned int i;

	for (i = 0; i < kind_forms[kind].values / 2; i++)
		if (!strcmp(kind_forms[kind].groups[i], group))
			return 2 + 2 * i;
	return 0;
}

static void put_pair(struct template *template, char by, unsigned int column)
{
	template_text(template, "%c", by);
	template_number(template, column);
	template_text(template, "%c", by);
	template_number(template, column + 1);
}

static void begin_rows(struct print *print, const struct table *table, enum kind kind)
{
	struct template *template = &print->template;
	const char by = separator(print);
	unsigned int i, column;
	char time[TIMESTAMP_SIZE];

	template_start(template);
	if (print->from) {
		timestamp_put(time, print->from);
		template_text(template, "%s%c", time, by);
	}
	timestamp_put(time, print->time);
	template_text(template, "%s%c%s%c%s%c", time, by, table->name, by, kind_forms[kind].name,
		      by);
	template_key(template);
	put_pair(template, by, 0);
	for (i = 0; i < GROUPS; i++) {
		column = column_of(kind, groups[i]);
		if (column)
			put_pair(template, by, column);
		else
			template_text(template, "%c%c", by, by);
	}
	template_text(template, "\n");
}

const struct print_format print_tsv = {
	.name = "tsv",
	.begin = begin,
	.table = put_table,
	.rows = begin_rows,
	.row = print_row_as_template,
};

const struct print_format print_csv = {
	.name = "csv",
	.begin = begin,
	.table = put_table,
	.rows = begin_rows,
	.row = print_row_as_template,
};
