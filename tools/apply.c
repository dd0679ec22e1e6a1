// SPDX-License-Identifier: GPL-2.0
/*
 * apply: see apply.h
 */
#include "apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "complain.h"
#include "snapshots.h"

/* Written at once. */
#define LINES_AT_ONCE_SIZE 65536

/* So many rows that were refused are told one by one. */
#define REFUSALS_TOLD 10

/**
 * struct applying - rows on their way into a table
 * @tables: those there are
 * @pending: what is being done
 * @table: where the rows go
 * @kind: the same
 * @fd: of its file
 * @line: number of the first of @text in the batch
 * @length: of @text
 * @refused: rows that the kernel has not taken, of all tables
 * @text: lines
 */
struct applying {
	const struct tables *tables;
	const struct pending *pending;
	const struct run_table *table;
	enum kind kind;
	int fd;
	u64 line;
	size_t length;
	u64 refused;
	char text[LINES_AT_ONCE_SIZE];
};

static int complain_of(const struct applying *applying, const char *what)
{
	complain("%s/%s%s: %s", applying->tables->path, applying->table->name,
		 kind_forms[applying->kind].suffix, what);
	return -1;
}

/* What comes next is line @line of the batch. */
static int begin_batch(const struct applying *applying, u64 line)
{
	char text[80];
	int length;

	length = snprintf(text, sizeof(text), "batch %llu %llu %llu\n", applying->table->generation,
			  applying->pending->id, line);
	if (write(applying->fd, text, length) == length)
		return 0;
	return complain_of(applying, errno == EINVAL
					     ? "this kernel module knows no batches: update it"
					     : strerror(errno));
}

static void tell_refusal(struct applying *applying, const char *line, size_t length)
{
	const char *why = errno == ENOSPC		? "no room for it"
			  : applying->pending->subtract ? "there is less than that"
							: "not one of this table";

	if (applying->refused++ < REFUSALS_TOLD)
		complain("%s%s: %s: %.*s", applying->table->name, kind_forms[applying->kind].suffix,
			 why, (int)length, line);
}

static u64 count_lines(const char *text, const char *end)
{
	u64 lines = 0;

	while ((text = memchr(text, '\n', end - text))) {
		text++;
		lines++;
	}
	return lines;
}

/* The kernel has stopped before a line. Return: behind it, or NULL. */
static const char *pass_over(struct applying *applying, const char *line, const char *end)
{
	const char *newline;

	if (errno != EINVAL && errno != ENOSPC) {
		complain_of(applying, errno == ESTALE ? "its counters have begun anew meanwhile"
						      : strerror(errno));
		return NULL;
	}
	newline = memchr(line, '\n', end - line);
	tell_refusal(applying, line, newline - line);
	applying->line++;
	return begin_batch(applying, applying->line) ? NULL : newline + 1;
}

static int write_lines(struct applying *applying)
{
	const char *from = applying->text, *end = from + applying->length;
	ssize_t written;

	while (from < end) {
		written = write(applying->fd, from, end - from);
		if (written > 0) {
			applying->line += count_lines(from, from + written);
			from += written;
		} else if (errno != EINTR) {
			from = pass_over(applying, from, end);
			if (!from)
				return -1;
		}
	}
	applying->length = 0;
	return 0;
}

static int add_row(struct applying *applying, struct rowtext *row)
{
	char *to;

	if (sizeof(applying->text) - applying->length < ROWTEXT_MAX && write_lines(applying))
		return -1;
	row->subtract = applying->pending->subtract;
	to = rows_put(applying->text + applying->length, applying->kind, row);
	applying->length = to - applying->text;
	return 0;
}

static int write_rows(struct applying *applying, struct snapshot_reader *reader)
{
	struct rowtext row;
	int got;

	applying->line = 0;
	applying->length = 0;
	if (begin_batch(applying, 0))
		return -1;
	while ((got = snapshot_next_row(reader, &row)) > 0)
		if (add_row(applying, &row))
			return -1;
	return got ? -1 : write_lines(applying);
}

static int apply_file(struct applying *applying, struct snapshot_reader *reader)
{
	int err;

	applying->fd = table_open_to_change(applying->tables, reader->table.name, applying->kind);
	if (applying->fd < 0)
		return -1;
	err = write_rows(applying, reader);
	close(applying->fd);
	return err;
}

/* Of a table whose counters have begun anew, nothing is left to be changed. */
static bool is_to_be_changed(struct applying *applying, const struct snapshot_reader *reader)
{
	const struct run_table *wanted = pending_find(applying->pending, reader->table.name);
	const struct table *table = tables_find(applying->tables, reader->table.name);

	applying->table = wanted;
	applying->kind = reader->rows.kind;
	if (!wanted || !table || table->info.numbers[INFO_GENERATION] != wanted->generation)
		return false;
	if (table->info.kinds & KIND_BIT(applying->kind))
		return true;
	complain("%s has no %s any more: those of %s are left out", table->name,
		 kind_forms[applying->kind].name, applying->pending->path);
	applying->refused++;
	return false;
}

static int apply_all(struct applying *applying, struct snapshot_reader *reader)
{
	enum snapshot_part part;

	while ((part = snapshot_next(reader)) == SNAPSHOT_TABLE || part == SNAPSHOT_ROWS)
		if (part == SNAPSHOT_ROWS && is_to_be_changed(applying, reader) &&
		    apply_file(applying, reader))
			return -1;
	return part == SNAPSHOT_END ? 0 : -1;
}

static int apply_snapshot(struct applying *applying)
{
	struct snapshot_reader *reader = snapshot_open(applying->pending->path);
	int err;

	if (!reader)
		return -1;
	err = apply_all(applying, reader);
	snapshot_close(reader);
	return err;
}

static int tell_of_refusals(const struct applying *applying)
{
	if (!applying->refused)
		return 0;
	complain("%llu rows of %s could not be %s", applying->refused, applying->pending->path,
		 applying->pending->subtract ? "taken off" : "restored");
	return 1;
}

/**
 * apply() - take a snapshot off the tables, or add it
 * @run: locked
 * @tables: those there are
 * @pending: what is to be done; has been written, and is dropped when it is done
 *
 * Return: 0; 1 when users have been told that rows were refused; or -1 when they have
 * been told what is wrong, and it is still pending.
 */
int apply(struct run *run, const struct tables *tables, const struct pending *pending)
{
	struct applying *applying = calloc(1, sizeof(*applying));
	int err;

	if (!applying)
		return complain_of_memory();
	applying->tables = tables;
	applying->pending = pending;
	err = apply_snapshot(applying);
	if (!err && !pending->subtract)
		err = run_note_restored(run, pending);
	if (!err)
		err = run_drop_pending(run);
	if (!err)
		err = tell_of_refusals(applying);
	free(applying);
	return err;
}

/* Return: whether it is, or -1 when users have been told that nobody can say. */
static int is_there(const struct pending *pending)
{
	struct snapshot is;

	if (!access(pending->path, F_OK))
		return !snapshot_check(pending->path, &is) && is.id == pending->id;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	complain("%s: %s", pending->path, strerror(errno));
	return -1;
}

/* Counters that have begun anew are not changed any more. */
static bool is_of_use(const struct pending *pending, const struct tables *tables)
{
	const struct run_table *wanted;
	const struct table *table;
	size_t i;

	for (i = 0; i < tables->count; i++) {
		table = &tables->list[i];
		wanted = pending_find(pending, table->name);
		if (wanted && wanted->generation == table->info.numbers[INFO_GENERATION])
			return true;
	}
	return false;
}

/* Nothing has been taken off before the snapshot was in its place. */
static int go_on(struct run *run, const struct tables *tables, const struct pending *pending)
{
	const int there = is_there(pending);

	if (there < 0)
		return -1;
	if (there) {
		complain("%s: going on with what was begun", pending->path);
		return apply(run, tables, pending);
	}
	if (!pending->stored && pending->subtract && snapshots_forget_elsewhere(pending->id))
		return -1;
	if (!pending->stored || !is_of_use(pending, tables))
		return run_drop_pending(run);
	complain("%s is not there, of which the tables have been changed by a part: put it back",
		 pending->path);
	return -1;
}

/**
 * apply_what_is_pending() - bring to its end what somebody has begun who was killed
 * @run: locked
 * @tables: those there are
 *
 * Return: as apply(); 0 when there was nothing.
 */
int apply_what_is_pending(struct run *run, const struct tables *tables)
{
	struct pending pending;
	int got;

	got = run_read_pending(run, &pending);
	if (got > 0)
		got = go_on(run, tables, &pending);
	pending_free(&pending);
	return got;
}
