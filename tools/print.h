/* SPDX-License-Identifier: GPL-2.0 */
/*
 * print: tables and their rows, for people and for machines.
 *
 * Commands say what there is, in one order: print_begin(), then for each table
 * print_table(), and for each of its files print_rows(), print_row() for each row and
 * print_sums(); print_end(). A format decides what becomes of it. Formats for machines
 * never depend on where one is, and change only with PRINT_VERSION.
 */
#ifndef TRAFCTL_PRINT_H
#define TRAFCTL_PRINT_H

#include "kinds.h"
#include "out.h"
#include "query.h"
#include "rowlist.h"
#include "tables.h"
#include "template.h"
#include "units.h"

/* Of what machines read; a field that is added leaves it. */
#define PRINT_VERSION 1

struct print;

/**
 * struct print_format - a form
 * @name: for users
 * @by_kind: the same files of all tables come together, not those of a table
 * @columns: what print_row() wants to know of a row, besides the key
 * @begin: before all tables, which it is given
 * @table: before a table's files
 * @rows: before a file's rows
 * @row: a row
 * @sums: behind a file's rows
 * @table_end: behind a table's files
 * @end: behind all
 */
struct print_format {
	const char *name;
	bool by_kind;
	void (*begin)(struct print *print, const struct table *tables, size_t count);
	void (*table)(struct print *print, const struct table *table);
	void (*rows)(struct print *print, const struct table *table, enum kind kind);
	int (*row)(struct print *print, const struct rowtext *row);
	void (*sums)(struct print *print, const struct query_sums *shown,
		     const struct query_sums *others);
	void (*table_end)(struct print *print);
	void (*end)(struct print *print);
};

/**
 * struct print - what is being printed
 * @format: the form
 * @out: where to
 * @host: this one's name
 * @from: ns since 1970: the numbers of the table are of what came later; 0: of all there
 *	is. Changed before print_table(), if at all
 * @time: ns since 1970: when they were read
 * @units: for people
 * @anonymise: show no address in full
 * @described: tables are shown without rows
 * @kind: of the rows; KINDS before there are any
 * @first_table: none has been printed
 * @first_rows: none of this table's files has been printed
 * @first_row: none of this file's rows has been printed
 * @first_of_kind: none of any table's files of this kind has been printed
 * @table: whose rows come
 * @list: rows that are to be laid out
 * @template: of a row, for machines
 */
struct print {
	const struct print_format *format;
	struct out *out;
	const char *host;
	u64 from;
	u64 time;
	enum units units;
	bool anonymise;
	bool described;

	enum kind kind;
	bool first_table;
	bool first_rows;
	bool first_row;
	bool first_of_kind;
	const struct table *table;
	struct rowlist list;
	struct template template;
};

extern const struct print_format print_text;
extern const struct print_format print_tsv;
extern const struct print_format print_csv;
extern const struct print_format print_json;
extern const struct print_format print_jsonl;
extern const struct print_format print_prom;
extern const struct print_format print_openmetrics;

const struct print_format *print_find(const char *name);

void print_begin(struct print *print, const struct table *tables, size_t count);
void print_table(struct print *print, const struct table *table);
void print_rows(struct print *print, const struct table *table, enum kind kind);
int print_row(struct print *print, const struct rowtext *row);
void print_sums(struct print *print, const struct query_sums *shown,
		const struct query_sums *others);
int print_list(struct print *print, const struct query *query, struct rowlist *list);
void print_table_end(struct print *print);
void print_end(struct print *print);

int print_row_as_template(struct print *print, const struct rowtext *row);

#endif /* TRAFCTL_PRINT_H */
