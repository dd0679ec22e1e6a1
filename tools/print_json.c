// SPDX-License-Identifier: GPL-2.0
/*
 * print_json: as one JSON document, and as one a row.
 *
 * Numbers are JSON's, and exact; who reads them into a double loses those beyond 2^53.
 */
#include "print.h"

#include <stdio.h>
#include <string.h>
#include "timestamp.h"

/* A host's name has at most 64 characters, each of which may become six. */
#define HOST_MAX   64
#define START_SIZE (6 * HOST_MAX + 2 * TIMESTAMP_SIZE + 64)

/* Behind the last character. Only a host's name may be no ASCII, and then it is not said what. */
static char *put_string(char *to, const char *text, size_t length)
{
	*to++ = '"';
	for (; length--; text++) {
		if (*text == '"' || *text == '\\')
			to += sprintf(to, "\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			to += sprintf(to, "\\u%04x", *text);
		else if (*text & 0x80)
			to += sprintf(to, "\\ufffd");
		else
			*to++ = *text;
	}
	*to++ = '"';
	return to;
}

static char *put_time(char *to, const char *name, u64 time)
{
	char text[TIMESTAMP_SIZE];

	timestamp_put(text, time);
	return to + sprintf(to, ",\"%s\":\"%s\"", name, text);
}

/* What every document begins with; where it is of one table, with when that began. */
static const char *make_start(const struct print *print, bool of_table, char start[START_SIZE])
{
	char *to = start;

	to += sprintf(to, "{\"version\":%d,\"host\":", PRINT_VERSION);
	to = put_string(to, print->host, strnlen(print->host, HOST_MAX));
	if (of_table && print->from)
		to = put_time(to, "from", print->from);
	to = put_time(to, "time", print->time);
	*to = '\0';
	return start;
}

static void put_info(const struct print *print, const struct info *info)
{
	char network[PREFIX_TEXT_SIZE], from[TIMESTAMP_SIZE];
	struct out *out = print->out;
	unsigned int i;

	if (print->from) {
		timestamp_put(from, print->from);
		out_format(out, "\"from\":\"%s\",", from);
	}
	prefix_put_network(&info->network, network);
	out_format(out, "\"family\":\"%s\",\"network\":\"%s\",\"options\":\"%s\"",
		   info_family(info), network, info->options);
	for (i = 0; i < INFO_NUMBERS; i++)
		out_format(out, ",\"%s\":%llu", info_names[i], info->numbers[i]);
}

/* A port is a number, an address a string. */
static void put_key(struct template *template, enum kind kind)
{
	const bool by_port = kind_forms[kind].by_port;

	template_text(template, by_port ? "\"port\":" : "\"address\":\"");
	template_key(template);
	template_text(template, by_port ? "" : "\"");
}

static const char *group_of(enum kind kind, unsigned int column)
{
	return column < 2 ? "total" : kind_forms[kind].groups[column / 2 - 1];
}

static void begin(struct print *print, const struct table *tables, size_t count)
{
	char start[START_SIZE];

	out_format(print->out, "%s,\"tables\":[", make_start(print, false, start));
}

static void begin_table(struct print *print, const struct table *table)
{
	out_format(print->out, "%s\n{\"name\":\"%s\",", print->first_table ? "" : ",", table->name);
	put_info(print, &table->info);
}

static void begin_rows(struct print *print, const struct table *table, enum kind kind)
{
	struct template *template = &print->template;
	unsigned int i;

	out_format(print->out, "%s,\n\"%s\":[", print->first_rows ? "" : "]",
		   kind_forms[kind].name);
	template_start(template);
	template_text(template, "\n{");
	put_key(template, kind);
	for (i = 0; i < kind_columns(kind); i += 2) {
		template_text(template, ",\"%s\":{\"in\":", group_of(kind, i));
		template_number(template, i);
		template_text(template, ",\"out\":");
		template_number(template, i + 1);
		template_text(template, "}");
	}
	template_text(template, "}");
}

static int put_row(struct print *print, const struct rowtext *row)
{
	if (!print->first_row)
		out_bytes(print->out, ",", 1);
	return print_row_as_template(print, row);
}

static void end_table(struct print *print)
{
	out_text(print->out, print->first_rows ? "}" : "]}");
}

static void end(struct print *print)
{
	out_text(print->out, "]}\n");
}

const struct print_format print_json = {
	.name = "json",
	.begin = begin,
	.table = begin_table,
	.rows = begin_rows,
	.row = put_row,
	.table_end = end_table,
	.end = end,
};

static void put_table_as_line(struct print *print, const struct table *table)
{
	char start[START_SIZE];

	if (!print->described)
		return;
	out_format(print->out, "%s,\"table\":\"%s\",", make_start(print, false, start),
		   table->name);
	put_info(print, &table->info);
	out_text(print->out, "}\n");
}

static void begin_lines(struct print *print, const struct table *table, enum kind kind)
{
	static const char *const directions[] = { "in", "out" };
	struct template *template = &print->template;
	char start[START_SIZE];
	unsigned int i;

	template_start(template);
	template_text(template, "%s,\"table\":\"%s\",\"counted\":\"%s\",",
		      make_start(print, true, start), table->name, kind_forms[kind].name);
	put_key(template, kind);
	for (i = 0; i < kind_columns(kind); i++) {
		template_text(template, ",\"%s_%s\":", group_of(kind, i), directions[i % 2]);
		template_number(template, i);
	}
	template_text(template, "}\n");
}

const struct print_format print_jsonl = {
	.name = "jsonl",
	.table = put_table_as_line,
	.rows = begin_lines,
	.row = print_row_as_template,
};
