// SPDX-License-Identifier: GPL-2.0
/*
 * report: see report.h
 */
#include "report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "complain.h"
#include "outfile.h"
#include "timestamp.h"

/* "/proc/net/xt_traffic/" in a copy of /proc, and a file's name */
#define WHERE_SIZE 4096

/**
 * struct reporting - a report
 * @options: what is wanted
 * @files: the same
 * @tables: those there are
 * @chosen: those of them that are wanted
 * @chosen_count: how many
 * @print: how
 * @lines: of the file that is being read
 */
struct reporting {
	const struct options *options;
	enum report_files files;
	struct tables tables;
	struct table *chosen;
	size_t chosen_count;
	struct print print;
	struct lines lines;
};

static unsigned int kinds_of(const struct reporting *report, const struct table *table)
{
	const struct query *query = &report->options->query;
	const unsigned int kinds = query_kinds(query, table->info.kinds);

	if (report->files == REPORT_NO_FILES)
		return 0;
	return report->files == REPORT_FIRST_FILE && !query->kinds ? kinds_first(kinds) : kinds;
}

static int put_as_they_come(struct reporting *report, struct rows *rows)
{
	const struct query *query = &report->options->query;
	struct query_sums shown = {}, others = {};
	struct rowtext row;
	int got;

	while ((got = rows_next(rows, &row)) > 0) {
		if (!query_wants(query, rows->kind, &row))
			continue;
		query_add(&shown, rows->kind, row.values);
		if (print_row(&report->print, &row))
			return -1;
	}
	if (!got)
		print_sums(&report->print, &shown, &others);
	return got;
}

static int keep_wanted(const struct query *query, struct rows *rows, struct rowlist *list)
{
	struct rowtext row;
	int got;

	while ((got = rows_next(rows, &row)) > 0)
		if (query_wants(query, rows->kind, &row) && rowlist_add(list, &row))
			return -1;
	return got;
}

static int put_in_order(struct reporting *report, struct rows *rows)
{
	const struct query *query = &report->options->query;
	struct rowlist list;
	int err;

	rowlist_start(&list, rows->kind);
	err = keep_wanted(query, rows, &list);
	if (!err)
		err = print_list(&report->print, query, &list);
	rowlist_free(&list);
	return err;
}

static int put_rows(struct reporting *report, const struct table *table, enum kind kind,
		    const char *where)
{
	struct rows rows;

	if (rows_start(&rows, &report->lines, kind, where))
		return -1;
	print_rows(&report->print, table, kind);
	if (query_needs_all(&report->options->query))
		return put_in_order(report, &rows);
	return put_as_they_come(report, &rows);
}

static int put_file(struct reporting *report, const struct table *table, enum kind kind)
{
	char where[WHERE_SIZE];
	int fd, err;

	fd = table_open(&report->tables, table, kind);
	if (fd < 0)
		return -1;
	snprintf(where, sizeof(where), "%s/%s%s", report->tables.path, table->name,
		 kind_forms[kind].suffix);
	lines_start(&report->lines, fd);
	err = put_rows(report, table, kind, where);
	close(fd);
	return err;
}

static int put_by_table(struct reporting *report)
{
	const struct table *table;
	unsigned int kind;
	size_t i;

	for (i = 0; i < report->chosen_count; i++) {
		table = &report->chosen[i];
		print_table(&report->print, table);
		for (kind = 0; kind < KINDS; kind++)
			if (kinds_of(report, table) & KIND_BIT(kind) &&
			    put_file(report, table, kind))
				return -1;
		print_table_end(&report->print);
	}
	return 0;
}

static int put_by_kind(struct reporting *report)
{
	const struct table *table;
	unsigned int kind;
	size_t i;

	for (kind = 0; kind < KINDS; kind++) {
		for (i = 0; i < report->chosen_count; i++) {
			table = &report->chosen[i];
			if (kinds_of(report, table) & KIND_BIT(kind) &&
			    put_file(report, table, kind))
				return -1;
		}
	}
	return 0;
}

/* Nothing is no failure, but nobody is to take it for an idle line. */
static void tell_of_nothing(const struct reporting *report)
{
	size_t i;

	if (!report->tables.count)
		complain("there is no table: add a rule with -m traffic");
	if (!report->tables.count || report->files == REPORT_NO_FILES)
		return;
	for (i = 0; i < report->chosen_count; i++)
		if (kinds_of(report, &report->chosen[i]))
			return;
	complain("no table has such rows");
}

static int put_all(struct reporting *report, struct out *out)
{
	const struct options *options = report->options;
	struct print *print = &report->print;
	char host[HOST_NAME_MAX + 1] = "";
	int err;

	gethostname(host, sizeof(host) - 1);
	print->format = options->format;
	print->out = out;
	print->host = host;
	print->time = timestamp_now();
	print->units = options->units;
	print->anonymise = options->query.anonymise;
	print->described = report->files == REPORT_NO_FILES;

	print_begin(print, report->chosen, report->chosen_count);
	err = options->format->by_kind ? put_by_kind(report) : put_by_table(report);
	if (!err)
		print_end(print);
	rowlist_free(&print->list);
	return err;
}

static int write_report(struct reporting *report)
{
	struct outfile file;
	int err;

	if (outfile_open(&file, report->options->output, false))
		return -1;
	err = put_all(report, &file.out);
	return outfile_close(&file, err);
}

/**
 * report() - print tables as they are now
 * @options: how, and what of them
 * @files: the same
 * @names: of tables, NULL behind the last; without any, all there are
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int report(const struct options *options, enum report_files files, char **names)
{
	struct reporting *report;
	int err;

	report = calloc(1, sizeof(*report));
	if (!report)
		return complain_of_memory();
	report->options = options;
	report->files = files;
	err = tables_read(&report->tables, options->proc);
	if (!err)
		err = tables_choose(&report->tables, names, &report->chosen, &report->chosen_count);
	if (!err) {
		tell_of_nothing(report);
		err = write_report(report);
	}
	free(report->chosen);
	tables_free(&report->tables);
	free(report);
	return err;
}
