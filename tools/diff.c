// SPDX-License-Identifier: GPL-2.0
/*
 * diff: what was counted between two snapshots, or since one.
 *
 * Counters never go down by themselves. When those of a table have begun anew since
 * the older snapshot (another boot, another generation), or were relieved of what is
 * in that, all they have in the younger one was counted since. When a row has less than
 * it had, somebody has taken numbers off it, and at least what it has was counted since.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "array.h"
#include "commands.h"
#include "complain.h"
#include "options.h"
#include "outfile.h"
#include "snapshot_file.h"
#include "tables.h"
#include "take.h"

static const char usage[] =
	"usage: trafctl diff [OPTION...] OLDER [YOUNGER]\n"
	"  OLDER, YOUNGER      snapshots; without YOUNGER, the tables as they are now\n"
	"  --format text|tsv|csv|json|jsonl   (default text)\n"
	"  -o FILE             write to a file, that is replaced as a whole\n"
	"  --file, --net, --host, --port, --min, --sort, --top, --units, --anonymise   as for show\n";

/**
 * struct old_table - what a table had
 * @table: what it was
 * @is_there: in the younger snapshot, too
 * @rows: of each of its files, to be looked up
 */
struct old_table {
	struct table table;
	bool is_there;
	struct rowlist rows[KINDS];
};

/**
 * struct comparing - a comparison
 * @options: what is wanted
 * @older: what the older snapshot is
 * @count: of its tables
 * @old: they
 * @reader: of the younger one
 * @print: how
 */
struct comparing {
	const struct options *options;
	struct snapshot older;
	size_t count;
	struct old_table *old;
	struct snapshot_reader *reader;
	struct print print;
};

static struct old_table *add_old_table(struct comparing *comparing, const struct table *table)
{
	struct old_table *old;
	unsigned int kind;

	old = array_grow(comparing->old, comparing->count, sizeof(*old));
	if (!old) {
		complain_of_memory();
		return NULL;
	}
	comparing->old = old;
	old += comparing->count++;
	old->table = *table;
	old->is_there = false;
	for (kind = 0; kind < KINDS; kind++)
		rowlist_start(&old->rows[kind], kind);
	return old;
}

static int keep_rows(struct snapshot_reader *reader, struct rowlist *list)
{
	struct rowtext row;
	int got;

	while ((got = snapshot_next_row(reader, &row)) > 0)
		if (rowlist_add(list, &row))
			return -1;
	rowlist_sort_by_key(list);
	return got;
}

static int read_parts(struct comparing *comparing, struct snapshot_reader *reader)
{
	struct old_table *old = NULL;
	enum snapshot_part part;

	while ((part = snapshot_next(reader)) == SNAPSHOT_TABLE || part == SNAPSHOT_ROWS) {
		if (part == SNAPSHOT_TABLE)
			old = add_old_table(comparing, &reader->table);
		else if (keep_rows(reader, &old->rows[reader->rows.kind]))
			return -1;
		if (!old)
			return -1;
	}
	return part == SNAPSHOT_END ? 0 : -1;
}

static int read_older(struct comparing *comparing, const char *path)
{
	struct snapshot_reader *reader = snapshot_open(path);
	int err;

	if (!reader)
		return -1;
	comparing->older = reader->is;
	err = read_parts(comparing, reader);
	snapshot_close(reader);
	return err;
}

static int take_now(const struct comparing *comparing, struct tables *tables, int fd)
{
	struct taking taking = { .proc = comparing->options->proc, .tables = tables };
	struct out *out = malloc(sizeof(*out));
	static char *all[] = { NULL };
	int err = -1;

	if (!out)
		return complain_of_memory();
	if (!tables_choose(tables, all, &taking.chosen, &taking.count)) {
		out_start(out, fd);
		err = take(&taking, out);
		if (err > 0)
			complain("the tables have been cleared while they were read: try again");
		if (!err && out_finish(out)) {
			complain("%s", strerror(errno));
			err = -1;
		}
	}
	free(taking.chosen);
	free(out);
	return err ? -1 : 0;
}

/* The tables as they are now are a snapshot in memory. */
static struct snapshot_reader *open_now(const struct comparing *comparing)
{
	struct tables tables;
	int fd, err;

	if (tables_read(&tables, comparing->options->proc))
		return NULL;
	fd = memfd_create("now", MFD_CLOEXEC);
	if (fd < 0)
		complain("%s", strerror(errno));
	err = fd < 0 ? -1 : take_now(comparing, &tables, fd);
	tables_free(&tables);
	if (!err && !lseek(fd, 0, SEEK_SET))
		return snapshot_start(fd, "the tables as they are now");
	if (fd >= 0)
		close(fd);
	return NULL;
}

static struct old_table *find_old(const struct comparing *comparing, const char *name)
{
	size_t i;

	for (i = 0; i < comparing->count; i++)
		if (!strcmp(comparing->old[i].table.name, name))
			return &comparing->old[i];
	return NULL;
}

/*
 * Return: the table as it was in the older snapshot, if what it has now has that in it,
 * or NULL. From when on the numbers are is set in any case.
 */
static const struct old_table *begin_table(struct comparing *comparing)
{
	const struct table *table = &comparing->reader->table;
	struct old_table *old = find_old(comparing, table->name);
	const u64 generation = table->info.numbers[INFO_GENERATION];

	comparing->print.from = generation;
	if (!old)
		return NULL;
	old->is_there = true;
	if (strcmp(comparing->older.boot_id, comparing->reader->is.boot_id) ||
	    old->table.info.numbers[INFO_GENERATION] != generation) {
		complain("%s: its counters have begun anew since: what is shown is from then on",
			 table->name);
		return NULL;
	}
	comparing->print.from = old->table.time;
	return comparing->older.consume ? NULL : old;
}

/* Return: false when the row has less than it had, and stays as it is. */
static bool subtract(struct rowtext *row, const struct kept_row *old, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (row->values[i] < old->values[i])
			return false;
	for (i = 0; i < count; i++)
		row->values[i] -= old->values[i];
	return true;
}

static bool shows(const struct rowtext *row, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (row->values[i])
			return true;
	return false;
}

static int compare_rows(struct comparing *comparing, const struct old_table *old,
			struct rowlist *list)
{
	const unsigned int count = kind_forms[list->kind].values;
	const struct rowlist *then = old ? &old->rows[list->kind] : NULL;
	const struct kept_row *before;
	u64 fallen = 0, met = 0;
	struct rowtext row;
	int got;

	while ((got = snapshot_next_row(comparing->reader, &row)) > 0) {
		before = then ? rowlist_find(then, row.key, row.key_length) : NULL;
		met += !!before;
		if (before && !subtract(&row, before, count))
			fallen++;
		if (shows(&row, count) &&
		    query_wants(&comparing->options->query, list->kind, &row) &&
		    rowlist_add(list, &row))
			return -1;
	}
	if (then)
		fallen += then->count - met;
	if (fallen)
		complain(
			"%s: %llu rows of %s have less than before: what was taken off them is missing",
			comparing->reader->table.name, fallen, kind_forms[list->kind].name);
	return got;
}

static int put_rows(struct comparing *comparing, const struct old_table *old)
{
	const enum kind kind = comparing->reader->rows.kind;
	struct rowlist list;
	int err;

	rowlist_start(&list, kind);
	print_rows(&comparing->print, &comparing->reader->table, kind);
	err = compare_rows(comparing, old, &list);
	if (!err)
		err = print_list(&comparing->print, &comparing->options->query, &list);
	rowlist_free(&list);
	return err;
}

/* Without --file, the first of a table for people, all for machines. */
static bool is_wanted(const struct comparing *comparing)
{
	const struct query *query = &comparing->options->query;
	const unsigned int there = comparing->reader->table.info.kinds;
	const unsigned int kinds = query_kinds(query, there);
	const unsigned int kind = KIND_BIT(comparing->reader->rows.kind);

	if (!query->kinds && comparing->options->format == &print_text)
		return kind == kinds_first(kinds);
	return kinds & kind;
}

static void tell_of_those_gone(const struct comparing *comparing)
{
	size_t i;

	for (i = 0; i < comparing->count; i++)
		if (!comparing->old[i].is_there)
			complain("%s is not there any more", comparing->old[i].table.name);
}

static int put_parts(struct comparing *comparing)
{
	const struct old_table *old = NULL;
	enum snapshot_part part;
	bool in_table = false;

	while ((part = snapshot_next(comparing->reader)) == SNAPSHOT_TABLE ||
	       part == SNAPSHOT_ROWS) {
		if (part == SNAPSHOT_ROWS) {
			if (is_wanted(comparing) && put_rows(comparing, old))
				return -1;
			continue;
		}
		if (in_table)
			print_table_end(&comparing->print);
		old = begin_table(comparing);
		print_table(&comparing->print, &comparing->reader->table);
		in_table = true;
	}
	if (in_table)
		print_table_end(&comparing->print);
	tell_of_those_gone(comparing);
	return part == SNAPSHOT_END ? 0 : -1;
}

static int put_all(struct comparing *comparing, struct out *out)
{
	const struct options *options = comparing->options;
	struct print *print = &comparing->print;
	int err;

	print->format = options->format;
	print->out = out;
	print->host = comparing->reader->is.host;
	print->from = comparing->older.time;
	print->time = comparing->reader->is.time;
	print->units = options->units;
	print->anonymise = options->query.anonymise;

	print_begin(print, NULL, 0);
	err = put_parts(comparing);
	if (!err)
		print_end(print);
	rowlist_free(&print->list);
	return err;
}

static int write_younger(struct comparing *comparing)
{
	struct outfile *file = malloc(sizeof(*file));
	int err = -1;

	if (!file)
		return complain_of_memory();
	if (!outfile_open(file, comparing->options->output, false))
		err = outfile_close(file, put_all(comparing, &file->out));
	free(file);
	return err;
}

static int compare(struct comparing *comparing, const char *older)
{
	int err = -1;

	if (comparing->older.time > comparing->reader->is.time)
		complain("%s is younger than %s", older, comparing->reader->path);
	else
		err = write_younger(comparing);
	snapshot_close(comparing->reader);
	return err;
}

static void free_old(struct comparing *comparing)
{
	unsigned int kind;
	size_t i;

	for (i = 0; i < comparing->count; i++)
		for (kind = 0; kind < KINDS; kind++)
			rowlist_free(&comparing->old[i].rows[kind]);
	free(comparing->old);
}

static int diff(const struct options *options, const char *older, const char *younger)
{
	struct comparing *comparing = calloc(1, sizeof(*comparing));
	int err;

	if (!comparing)
		return complain_of_memory();
	comparing->options = options;
	err = read_older(comparing, older);
	if (!err) {
		comparing->reader = younger ? snapshot_open(younger) : open_now(comparing);
		err = comparing->reader ? compare(comparing, older) : -1;
	}
	free_old(comparing);
	free(comparing);
	return err;
}

static int check(const struct options *options, char **names)
{
	if (!names[0] || (names[1] && names[2])) {
		complain("diff: which snapshots?");
		fprintf(stderr, "%s", usage);
		return STATUS_USAGE;
	}
	if (options->format->by_kind) {
		complain("--format %s: of counters, and a difference is none",
			 options->format->name);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

static int check_and_diff(const struct options *options, char **names)
{
	const int status = check(options, names);

	return status ? status : diff(options, names[0], names[1]);
}

int diff_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON, OPTIONS_OUTPUT, OPTIONS_PRINT, QUERY_OPTIONS, OPTIONS_END,
	};
	static const struct command_line command = { ":ho:", known, usage, check_and_diff };
	struct options options = { .proc = "/proc", .format = &print_text };

	return options_run(&command, &options, argc, argv);
}
