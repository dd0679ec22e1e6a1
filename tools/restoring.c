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
 * @settled: of each of them: nothing more is to be added to it
 */
struct restoring {
	struct run *run;
	bool all;
	struct snapshot now;
	struct tables tables;
	bool *settled;
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

	if (reader->table.info.network.family != table->info.network.family) {
		complain("%s was a table of %s in %s, and is of %s now", table->name,
			 info_family(&reader->table.info), reader->path, info_family(&table->info));
		return -1;
	}
	restoring->settled[table - restoring->tables.list] = true;
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
		if (part == SNAPSHOT_ROWS)
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

static int read_snapshot(struct restoring *restoring, const char *path, bool all,
			 struct pending *pending)
{
	struct snapshot_reader *reader = snapshot_open(path);
	int err;

	memset(pending, 0, sizeof(*pending));
	if (!reader)
		return -1;
	err = read_tables(restoring, reader, all, pending);
	pending->id = reader->is.id;
	snapshot_close(reader);
	pending->stored = true;
	pending->path = realpath(path, NULL);
	if (pending->path)
		return err;
	complain("%s: %s", path, strerror(errno));
	return -1;
}

static void tell(const struct pending *pending)
{
	size_t i;

	for (i = 0; i < pending->count; i++)
		printf("%s: restored from %s\n", pending->tables[i].name, pending->path);
}

/* With @all, all tables in it have to be there. */
static int restore_file(struct restoring *restoring, const char *path, bool all)
{
	struct pending pending;
	int err;

	err = read_snapshot(restoring, path, all, &pending);
	if (!err && pending.count) {
		err = run_write_pending(restoring->run, &pending);
		if (!err)
			err = apply(restoring->run, &restoring->tables, &pending);
		if (err >= 0)
			tell(&pending);
	}
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
	char *path;
	size_t i;
	int err;

	err = snapshots_read(&snapshots, directory);
	for (i = snapshots.count; !err && i && !is_settled(restoring); i--) {
		path = snapshots_path(&snapshots, i - 1);
		err = path ? restore_file(restoring, path, false) : -1;
		free(path);
	}
	snapshots_free(&snapshots);
	return err;
}

static int restore_from(struct restoring *restoring, const char *path)
{
	struct stat is;

	if (stat(path, &is)) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	return S_ISDIR(is.st_mode) ? restore_directory(restoring, path)
				   : restore_file(restoring, path, restoring->all);
}

static int restore_to(struct restoring *restoring, const char *path)
{
	int was_pending, err = -1;

	was_pending = apply_what_is_pending(restoring->run, &restoring->tables);
	restoring->settled = calloc(restoring->tables.count + 1, sizeof(*restoring->settled));
	if (was_pending >= 0 && restoring->settled)
		err = restore_from(restoring, path);
	free(restoring->settled);
	return err < 0 ? -1 : err | was_pending;
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
 * Return: 0; 1 when users have been told that rows were refused; or -1 when they have
 * been told what is wrong.
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
