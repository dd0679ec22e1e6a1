// SPDX-License-Identifier: GPL-2.0
/*
 * restoring: see restoring.h
 */
#include "restoring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "apply.h"
#include "complain.h"
#include "snapshot_file.h"
#include "snapshots.h"
#include "tables.h"

/**
 * struct restoring - a restoration
 * @run: locked
 * @all: all tables of a file have to be there
 * @now: what a snapshot would be, of this kernel
 * @tables: those there are
 * @settled: of each of them, the snapshot by which it is settled what is added to it, or 0
 * @left_out: users have been told of something that could not be restored
 */
struct restoring {
	struct run *run;
	bool all;
	struct snapshot now;
	struct tables tables;
	u64 *settled;
	bool left_out;
};

/* Why a table does not want what a snapshot has of it, or NULL. */
static const char *why_not(struct restoring *restoring, const struct snapshot_reader *reader,
			   const struct table *table)
{
	const struct info *then = &reader->table.info, *now = &table->info;
	struct run_table run_table = { .generation = now->numbers[INFO_GENERATION] };

	if (reader->is.consume)
		return "it was taken off the tables when it was stored";
	if (!strcmp(reader->is.boot_id, restoring->now.boot_id) &&
	    then->numbers[INFO_GENERATION] == now->numbers[INFO_GENERATION])
		return "it is in the table still";
	strcpy(run_table.name, table->name);
	if (run_was_restored(restoring->run, reader->is.id, &run_table))
		return "it has been restored already";
	return NULL;
}

/* The table that the reader has come to. */
static int consider(struct restoring *restoring, const struct snapshot_reader *reader,
		    const struct table *table, struct pending *pending)
{
	const char *why;

	restoring->settled[table - restoring->tables.list] = reader->is.id;
	if (reader->table.info.network.family != table->info.network.family) {
		complain("%s was a table of %s in %s, and is of %s now", table->name,
			 info_family(&reader->table.info), reader->path, info_family(&table->info));
		restoring->left_out = true;
		return 0;
	}
	why = why_not(restoring, reader, table);
	if (!why)
		return pending_add(pending, table->name, table->info.numbers[INFO_GENERATION]);
	printf("%s: not restored from %s: %s\n", table->name, reader->path, why);
	return 0;
}

/* Notes which of the tables want what a snapshot has. */
static int read_tables(struct restoring *restoring, struct snapshot_reader *reader, bool all,
		       struct pending *pending)
{
	const struct table *table;
	enum snapshot_part part;

	while ((part = snapshot_next(reader)) == SNAPSHOT_TABLE || part == SNAPSHOT_ROWS) {
		if (part == SNAPSHOT_ROWS || reader->is.is_void)
			continue;
		table = tables_find(&restoring->tables, reader->table.name);
		if (!table && all) {
			complain("there is no table %s: add its rule first", reader->table.name);
			return -1;
		}
		if (!table || restoring->settled[table - restoring->tables.list])
			continue;
		if (consider(restoring, reader, table, pending))
			return -1;
	}
	return part == SNAPSHOT_END ? 0 : -1;
}

/* A snapshot that has been read by a part settles nothing. */
static void unsettle(struct restoring *restoring, u64 id)
{
	size_t i;

	for (i = 0; i < restoring->tables.count; i++)
		if (restoring->settled[i] == id)
			restoring->settled[i] = 0;
}

static int name_absolutely(const char *path, struct pending *pending)
{
	pending->path = realpath(path, NULL);
	if (pending->path && !strchr(pending->path, '\n'))
		return 0;
	complain("%s: %s", path, pending->path ? "not a name that can be noted" : strerror(errno));
	return -1;
}

/* Return: 0, or -1 when users have been told why not; for pending_free() in any case. */
static int read_snapshot(struct restoring *restoring, const char *path, bool all,
			 struct pending *pending)
{
	struct snapshot_reader *reader = snapshot_open(path);
	int err;

	memset(pending, 0, sizeof(*pending));
	if (!reader)
		return -1;
	pending->stored = true;
	pending->id = reader->is.id;
	err = read_tables(restoring, reader, all, pending);
	if (!err)
		err = name_absolutely(path, pending);
	if (err)
		unsettle(restoring, reader->is.id);
	snapshot_close(reader);
	return err;
}

static void tell(const struct pending *pending)
{
	size_t i;

	for (i = 0; i < pending->count; i++)
		printf("%s: restored from %s\n", pending->tables[i].name, pending->path);
}

static int add(struct restoring *restoring, const struct pending *pending)
{
	int err;

	if (!pending->count)
		return 0;
	err = run_write_pending(restoring->run, pending);
	if (!err)
		err = apply(restoring->run, &restoring->tables, pending);
	if (err >= 0)
		tell(pending);
	return err;
}

static int restore_file(struct restoring *restoring, const char *path)
{
	struct pending pending;
	int err;

	err = read_snapshot(restoring, path, restoring->all, &pending);
	if (!err)
		err = add(restoring, &pending);
	pending_free(&pending);
	return err;
}

/* What one that is damaged had, may be in one of before. */
static int restore_what_is_wanted(struct restoring *restoring, const char *path)
{
	struct pending pending;
	int err = 0;

	if (read_snapshot(restoring, path, false, &pending))
		restoring->left_out = true;
	else
		err = add(restoring, &pending);
	pending_free(&pending);
	return err;
}

static bool is_settled(const struct restoring *restoring)
{
	size_t i;

	for (i = 0; i < restoring->tables.count; i++)
		if (!restoring->settled[i])
			return false;
	return true;
}

static int restore_directory(struct restoring *restoring, const char *directory)
{
	struct snapshots snapshots;
	int err, refused = 0;
	char *path;
	size_t i;

	err = snapshots_read(&snapshots, directory);
	if (!err && !snapshots.count)
		printf("%s: there is no snapshot\n", directory);
	for (i = snapshots.count; err >= 0 && i && !is_settled(restoring); i--) {
		path = snapshots_path(&snapshots, i - 1);
		err = path ? restore_what_is_wanted(restoring, path) : -1;
		refused |= err;
		free(path);
	}
	snapshots_free(&snapshots);
	return err < 0 ? -1 : refused;
}

static int restore_from(struct restoring *restoring, const char *path)
{
	struct stat is;

	if (stat(path, &is)) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	return S_ISDIR(is.st_mode) ? restore_directory(restoring, path)
				   : restore_file(restoring, path);
}

static int restore_to(struct restoring *restoring, const char *path)
{
	int was_pending, err = -1;

	was_pending = apply_what_is_pending(restoring->run, &restoring->tables);
	restoring->settled = calloc(restoring->tables.count + 1, sizeof(*restoring->settled));
	if (was_pending >= 0 && restoring->settled)
		err = restore_from(restoring, path);
	free(restoring->settled);
	return err < 0 ? -1 : err | was_pending | restoring->left_out;
}

/**
 * restore() - add what a snapshot has to the tables
 * @run: locked
 * @proc: "/proc", or what stands for it
 * @path: of the snapshot; or of a directory: each table gets what it had in the newest
 *	snapshot that it is in
 * @all: that all tables of the snapshot have to be there; else, those that are not are
 *	left out
 *
 * Says on standard output what has been restored, and what had no need to.
 *
 * Return: 0; 1 when users have been told of rows, tables or snapshots that were left
 * out; or -1 when they have been told what is wrong.
 */
int restore(struct run *run, const char *proc, const char *path, bool all)
{
	struct restoring restoring = { .run = run, .all = all };
	int err;

	err = snapshot_identify(&restoring.now, proc);
	if (!err)
		err = tables_read(&restoring.tables, proc);
	if (err)
		return err;
	err = restore_to(&restoring, path);
	tables_free(&restoring.tables);
	return err;
}
