// SPDX-License-Identifier: GPL-2.0
/*
 * print: see print.h
 */
#include "print.h"

#include <string.h>
#include "prefix.h"

static const struct print_format *const formats[] = {
	&print_text,  &print_tsv,  &print_csv,	       &print_json,
	&print_jsonl, &print_prom, &print_openmetrics,
};

/**
 * print_find() - the format of a name
 * @name: for users
 *
 * Return: the format or NULL.
 */
const struct print_format *print_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

/**
 * print_begin() - before all else
 * @print: its first members say what is to be printed and how
 * @tables: all that will be printed
 * @count: how many
 */
void print_begin(struct print *print, const struct table *tables, size_t count)
{
	print->first_table = true;
	print->first_rows = true;
	print->first_row = true;
	print->kind = KINDS;
	if (print->format->begin)
		print->format->begin(print, tables, count);
}

/**
 * print_table() - a table comes
 * @print: after print_begin()
 * @table: the table
 */
void print_table(struct print *print, const struct table *table)
{
	print->first_rows = true;
	if (print->format->table)
		print->format->table(print, table);
	print->first_table = false;
}

/**
 * print_rows() - rows of a file come
 * @print: after print_table(), where the format is not by kind
 * @table: the table
 * @kind: what the rows are of
 */
void print_rows(struct print *print, const struct table *table, enum kind kind)
{
	print->first_of_kind = print->kind != kind;
	print->first_row = true;
	print->kind = kind;
	print->table = table;
	print->format->rows(print, table, kind);
	print->first_rows = false;
}

/**
 * print_row() - a row
 * @print: after print_rows()
 * @row: the row
 *
 * Return: 0, or -1 when users have been told that there is no memory.
 */
int print_row(struct print *print, const struct rowtext *row)
{
	char anonymous[PREFIX_TEXT_SIZE];
	struct rowtext shown;
	int err;

	if (print->anonymise) {
		shown = *row;
		shown.key = anonymous;
		shown.key_length = prefix_anonymise(row->key, row->key_length, anonymous);
		row = &shown;
	}
	err = print->format->row(print, row);
	print->first_row = false;
	return err;
}

/**
 * print_sums() - there are no more rows in this file
 * @print: after the last row
 * @shown: what those that were shown come to
 * @others: what those come to that were left out for being too many
 */
void print_sums(struct print *print, const struct query_sums *shown,
		const struct query_sums *others)
{
	if (print->format->sums)
		print->format->sums(print, shown, others);
}

/**
 * print_list() - all rows of a file, in order, and what they come to
 * @print: after print_rows()
 * @query: which order, and how many
 * @list: rows; changed
 *
 * Return: 0, or -1 when users have been told that there is no memory.
 */
int print_list(struct print *print, const struct query *query, struct rowlist *list)
{
	struct query_sums shown = {}, others;
	const struct kept_row *kept;
	struct rowtext row = {};
	size_t i;

	if (query_choose(query, list, &others))
		return -1;
	for (i = 0; i < list->count; i++) {
		kept = &list->rows[i];
		row.key = kept->key;
		row.key_length = kept->key_length;
		memcpy(row.values, kept->values, sizeof(kept->values));
		query_add(&shown, list->kind, kept->values);
		if (print_row(print, &row))
			return -1;
	}
	print_sums(print, &shown, &others);
	return 0;
}

/**
 * print_table_end() - there are no more files of this table
 * @print: after the last of them
 */
void print_table_end(struct print *print)
{
	if (print->format->table_end)
		print->format->table_end(print);
}

/**
 * print_end() - there are no more tables
 * @print: after the last of them
 */
void print_end(struct print *print)
{
	if (print->format->end)
		print->format->end(print);
}

/**
 * print_row_as_template() - struct print_format's row, for machines
 * @print: with a template
 * @row: the row
 *
 * Return: 0.
 */
int print_row_as_template(struct print *print, const struct rowtext *row)
{
	u64 columns[KIND_COLUMNS_MAX];

	kind_add_up(print->kind, row->values, columns);
	memcpy(columns + 2, row->values, kind_forms[print->kind].values * sizeof(u64));
	template_put(&print->template, print->out, row->key, row->key_length, columns);
	return 0;
}
