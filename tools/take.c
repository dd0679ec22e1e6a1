// SPDX-License-Identifier: GPL-2.0
/*
 * take: see take.h
 */
#include "take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "complain.h"

/* A table that is cleared while it is read is read once more. */
#define TRIES 3

/* Return: how many rows there were, or -1 when users have been told what is wrong. */
static long long copy_rows(struct lines *lines, struct out *out, enum kind kind, const char *where)
{
	struct rowtext row;
	struct rows rows;
	long long count = 0;
	int got;

	if (rows_start(&rows, lines, kind, where))
		return -1;
	snapshot_put_rows(out, kind);
	while ((got = rows_next(&rows, &row)) > 0) {
		snapshot_put_row(out, kind, &row);
		count++;
	}
	snapshot_put_rows_end(out);
	return got ? -1 : count;
}

/* As copy_rows(). */
static long long copy_file(const struct tables *tables, const struct table *table, enum kind kind,
			   struct out *out)
{
	struct lines *lines = malloc(sizeof(*lines));
	long long count = -1;
	int fd;

	if (!lines)
		return complain_of_memory();
	fd = table_open(tables, table, kind);
	if (fd >= 0) {
		lines_start(lines, fd);
		count = copy_rows(lines, out, kind, table->name);
		close(fd);
	}
	free(lines);
	return count;
}

/* Return: 0, 1 when its counters have begun anew meanwhile, or -1. */
static int copy_table(const struct tables *tables, struct table *table, struct out *out, u64 *rows)
{
	struct table now = *table;
	unsigned int kind;
	long long count;

	snapshot_put_table(out, table);
	for (kind = 0; kind < KINDS; kind++) {
		if (!(table->info.kinds & KIND_BIT(kind)))
			continue;
		count = copy_file(tables, table, kind, out);
		if (count < 0)
			return -1;
		*rows += count;
	}
	if (table_read_info(tables, &now))
		return -1;
	return now.info.numbers[INFO_GENERATION] != table->info.numbers[INFO_GENERATION];
}

/**
 * take() - write a snapshot
 * @taking: what of; @taking->is is filled in, but for its @consume
 * @out: where to
 *
 * Return: 0; 1 when counters have begun anew meanwhile: what has been written is of no
 * use; or -1 when users have been told what is wrong.
 */
int take(struct taking *taking, struct out *out)
{
	u64 rows = 0;
	size_t i;
	int err = 0;

	if (snapshot_identify(&taking->is, taking->proc))
		return -1;
	snapshot_put_start(out, &taking->is);
	for (i = 0; !err && i < taking->count; i++) {
		err = table_read_info(taking->tables, &taking->chosen[i]);
		if (!err)
			err = copy_table(taking->tables, &taking->chosen[i], out, &rows);
	}
	if (!err)
		snapshot_put_end(out, rows);
	return err;
}

/**
 * take_to_file() - write a snapshot to a file
 * @taking: as for take()
 * @file: filled in; has the snapshot, synced, under its temporary name, and is for
 *	outfile_close()
 * @path: of the file
 *
 * Return: 0, or -1 when users have been told what is wrong, and there is no file.
 */
int take_to_file(struct taking *taking, struct outfile *file, const char *path)
{
	int try, err = 1;

	for (try = 0; err > 0 && try < TRIES; try++) {
		if (outfile_open(file, path, true))
			return -1;
		err = take(taking, &file->out);
		if (!err && file->temporary)
			err = outfile_sync(file);
		if (!err)
			return 0;
		outfile_close(file, err);
	}
	if (err > 0)
		complain("the tables are cleared faster than they can be read");
	return -1;
}
