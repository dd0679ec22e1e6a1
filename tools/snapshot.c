// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot: keep tables in a file, and relieve them of it if that is wanted.
 *
 * With --consume: the file is synced under a temporary name; it is noted what is going
 * to be done; the file gets its name, from which moment it counts; its rows are taken
 * off the tables; the note is dropped. Whoever comes next after somebody who was killed
 * in between finds the note, and brings it to its end. After a power cut there is no
 * note, and no table either.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "apply.h"
#include "commands.h"
#include "complain.h"
#include "options.h"
#include "outfile.h"
#include "run.h"
#include "snapshot_file.h"
#include "snapshots.h"
#include "tables.h"
#include "timestamp.h"

static const char usage[] =
	"usage: trafctl snapshot [OPTION...] [TABLE...]\n"
	"  -o DIR|FILE   where (default " SNAPSHOTS_DIRECTORY ")\n"
	"  --consume     take off the tables what has been stored, exactly\n"
	"  --keep N      in DIR, remove all but the newest N, and those that were consumed\n";

/* A table that is cleared while it is read is read once more. */
#define TRIES 3

/**
 * struct taking - a snapshot that is being taken
 * @options: what is wanted
 * @tables: those there are
 * @chosen: those that are wanted
 * @count: how many
 * @is: what the snapshot will be
 * @rows: that have been written
 * @file: where to
 * @lines: what is being read
 */
struct taking {
	const struct options *options;
	struct tables tables;
	struct table *chosen;
	size_t count;
	struct snapshot is;
	u64 rows;
	struct outfile file;
	struct lines lines;
};

static int copy_rows(struct taking *taking, enum kind kind, const char *where)
{
	struct out *out = &taking->file.out;
	struct rowtext row;
	struct rows rows;
	int got;

	if (rows_start(&rows, &taking->lines, kind, where))
		return -1;
	snapshot_put_rows(out, kind);
	while ((got = rows_next(&rows, &row)) > 0) {
		snapshot_put_row(out, kind, &row);
		taking->rows++;
	}
	snapshot_put_rows_end(out);
	return got;
}

static int copy_file(struct taking *taking, const struct table *table, enum kind kind)
{
	int fd, err;

	fd = table_open(&taking->tables, table, kind);
	if (fd < 0)
		return -1;
	lines_start(&taking->lines, fd);
	err = copy_rows(taking, kind, table->name);
	close(fd);
	return err;
}

/* Return: 0, 1 when its counters have begun anew meanwhile, or -1. */
static int copy_table(struct taking *taking, struct table *table)
{
	struct table now = *table;
	unsigned int kind;

	snapshot_put_table(&taking->file.out, table);
	for (kind = 0; kind < KINDS; kind++)
		if (table->info.kinds & KIND_BIT(kind) && copy_file(taking, table, kind))
			return -1;
	if (table_read_info(&taking->tables, &now))
		return -1;
	return now.info.numbers[INFO_GENERATION] != table->info.numbers[INFO_GENERATION];
}

/* As copy_table(). */
static int copy_tables(struct taking *taking)
{
	size_t i;
	int err = 0;

	taking->rows = 0;
	if (snapshot_identify(&taking->is, taking->options->proc))
		return -1;
	snapshot_put_start(&taking->file.out, &taking->is);
	for (i = 0; !err && i < taking->count; i++) {
		err = table_read_info(&taking->tables, &taking->chosen[i]);
		if (!err)
			err = copy_table(taking, &taking->chosen[i]);
	}
	if (!err)
		snapshot_put_end(&taking->file.out, taking->rows);
	return err;
}

/* Written and synced, under its temporary name. */
static int write_snapshot(struct taking *taking, const char *path)
{
	int try, err = 1;

	for (try = 0; err > 0 && try < TRIES; try++) {
		if (outfile_open(&taking->file, path))
			return -1;
		err = copy_tables(taking);
		if (!err)
			return taking->file.temporary ? outfile_sync(&taking->file) : 0;
		outfile_close(&taking->file, err);
	}
	if (err > 0)
		complain("the tables are cleared faster than they can be read");
	return -1;
}

/* The temporary is there, and will have the file's name. */
static int name_absolutely(const struct outfile *file, struct pending *pending)
{
	const char *name = strrchr(file->name, '/');
	char *temporary = realpath(file->temporary, NULL), *slash;

	name = name ? name + 1 : file->name;
	if (temporary && !strchr(temporary, '\n')) {
		slash = strrchr(temporary, '/');
		if (asprintf(&pending->path, "%.*s/%s", (int)(slash - temporary), temporary, name) <
		    0)
			pending->path = NULL;
	}
	free(temporary);
	if (pending->path)
		return 0;
	complain("%s: not a name that can be noted", file->name);
	return -1;
}

static int describe(const struct taking *taking, struct pending *pending)
{
	size_t i;

	memset(pending, 0, sizeof(*pending));
	pending->subtract = true;
	pending->id = taking->is.id;
	for (i = 0; i < taking->count; i++)
		if (pending_add(pending, taking->chosen[i].name,
				taking->chosen[i].info.numbers[INFO_GENERATION]))
			return -1;
	return name_absolutely(&taking->file, pending);
}

/* As the head of this file has it; from the note on. */
static int store_and_take_off(struct taking *taking, struct run *run, struct pending *pending)
{
	if (run_write_pending(run, pending))
		return outfile_close(&taking->file, -1);
	if (outfile_close(&taking->file, 0)) {
		unlink(pending->path);
		run_drop_pending(run);
		return -1;
	}
	pending->stored = true;
	if (run_write_pending(run, pending))
		return -1;
	return apply(run, &taking->tables, pending);
}

static int consume(struct taking *taking, struct run *run, const char *path)
{
	struct pending pending;
	int err;

	if (write_snapshot(taking, path))
		return -1;
	if (!taking->file.temporary) {
		complain("%s: nothing can be consumed into what is no file", path);
		return outfile_close(&taking->file, -1);
	}
	err = describe(taking, &pending);
	if (err)
		outfile_close(&taking->file, err);
	else
		err = store_and_take_off(taking, run, &pending);
	pending_free(&pending);
	return err;
}

static int take_to(struct taking *taking, struct run *run, const char *path)
{
	int err;

	if (taking->options->consume)
		err = consume(taking, run, path);
	else
		err = write_snapshot(taking, path) ? -1 : outfile_close(&taking->file, 0);
	if (err >= 0)
		printf("%s\n", path);
	return err;
}

static int take_into_directory(struct taking *taking, struct run *run, const char *directory)
{
	struct snapshots snapshots;
	char *path = NULL;
	int err;

	outfile_sweep(directory);
	err = snapshots_read(&snapshots, directory);
	if (!err) {
		path = snapshots_new_path(&snapshots, timestamp_now());
		err = path ? take_to(taking, run, path) : -1;
	}
	if (!err && taking->options->keep)
		err = snapshots_keep(&snapshots, taking->options->keep - 1);
	free(path);
	snapshots_free(&snapshots);
	return err;
}

/* What has been taken off the tables is in no other file. */
static int refuse_to_replace(const char *path)
{
	struct snapshot is;
	struct stat file;

	if (stat(path, &file) || !S_ISREG(file.st_mode) || !file.st_size)
		return 0;
	if (snapshot_check(path, &is)) {
		complain("%s is there already, and is no snapshot", path);
		return -1;
	}
	if (is.consume) {
		complain("%s is there already, and has what was taken off the tables", path);
		return -1;
	}
	return 0;
}

static bool is_directory(const char *path)
{
	struct stat is;

	return !stat(path, &is) && S_ISDIR(is.st_mode);
}

static int take(struct taking *taking, struct run *run)
{
	const char *output = taking->options->output;

	if (!output) {
		output = SNAPSHOTS_DIRECTORY;
		if (mkdir(output, 0750) && errno != EEXIST) {
			complain("%s: %s", output, strerror(errno));
			return -1;
		}
	}
	if (is_directory(output))
		return take_into_directory(taking, run, output);
	return refuse_to_replace(output) ? -1 : take_to(taking, run, output);
}

static int choose_and_take(struct taking *taking, struct run *run, char **names)
{
	int err;

	err = tables_read(&taking->tables, taking->options->proc);
	if (!err)
		err = apply_what_is_pending(run, &taking->tables);
	if (err >= 0)
		err = tables_choose(&taking->tables, names, &taking->chosen, &taking->count);
	if (!err && !taking->count) {
		complain("there is no table: add a rule with -m traffic");
		err = -1;
	}
	if (!err)
		err = take(taking, run);
	free(taking->chosen);
	tables_free(&taking->tables);
	return err;
}

static int snapshot(const struct options *options, char **names)
{
	struct taking *taking = calloc(1, sizeof(*taking));
	struct run run;
	int err = -1;

	if (!taking) {
		complain("%s", strerror(ENOMEM));
		return -1;
	}
	taking->options = options;
	taking->is.consume = options->consume;
	if (!run_open(&run, options->run)) {
		err = choose_and_take(taking, &run, names);
		run_close(&run);
	}
	free(taking);
	return err;
}

int snapshot_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON,
		{ "output", required_argument, NULL, OPTION_OUTPUT },
		{ "consume", no_argument, NULL, OPTION_CONSUME },
		{ "keep", required_argument, NULL, OPTION_KEEP },
		{ "run", required_argument, NULL, OPTION_RUN },
		OPTIONS_END,
	};
	struct options options = { .proc = "/proc", .run = RUN_DIRECTORY };
	int status;

	status = options_parse(&options, argc, argv, ":ho:", known, usage);
	if (!status && snapshot(&options, argv + optind))
		status = STATUS_FAILED;
	options_free(&options);
	return status < 0 ? STATUS_DONE : status;
}
