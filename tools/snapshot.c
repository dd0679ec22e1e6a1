// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot: keep tables in a file, and relieve them of it if that is wanted.
 *
 * With --consume: the file is synced under a temporary name; it is noted what is going
 * to be done; the file gets its name, from which moment it counts; its rows are taken
 * off the tables; the note is dropped. Whoever comes next after somebody who was killed
 * in between finds the note, and brings it to its end. After a power cut there is no
 * note, and no table either; so that what is in the file is not restored from another
 * one, it is said before, in the directory that is restored from, what it has.
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
#include "take.h"
#include "tables.h"
#include "timestamp.h"

static const char usage[] =
	"usage: trafctl snapshot [OPTION...] [TABLE...]\n"
	"  -o DIR|FILE   where (default " SNAPSHOTS_DIRECTORY ")\n"
	"  --consume     take off the tables what has been stored, exactly\n"
	"  --keep N      in DIR, remove all but the newest N, and those that were consumed\n";

/**
 * struct storing - a snapshot that is being stored
 * @options: how
 * @run: locked
 * @tables: those there are
 * @taking: of which
 * @file: where to
 */
struct storing {
	const struct options *options;
	struct run run;
	struct tables tables;
	struct taking taking;
	struct outfile file;
};

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

static int describe(const struct storing *storing, struct pending *pending)
{
	const struct taking *taking = &storing->taking;
	size_t i;

	memset(pending, 0, sizeof(*pending));
	pending->subtract = true;
	pending->id = taking->is.id;
	for (i = 0; i < taking->count; i++)
		if (pending_add(pending, taking->chosen[i].name,
				taking->chosen[i].info.numbers[INFO_GENERATION]))
			return -1;
	return name_absolutely(&storing->file, pending);
}

/* In the directory that is restored from it is known by itself. */
static bool is_elsewhere(const struct outfile *file)
{
	struct stat there, usual;

	return fstat(file->directory, &there) || stat(SNAPSHOTS_DIRECTORY, &usual) ||
	       there.st_dev != usual.st_dev || there.st_ino != usual.st_ino;
}

static int note_elsewhere(const struct storing *storing)
{
	char *temporary = realpath(storing->file.temporary, NULL);
	int err;

	err = temporary ? snapshots_note_elsewhere(&storing->taking, temporary)
			: complain_of_memory();
	free(temporary);
	return err;
}

/* As the head of this file has it; from the note on. */
static int store_and_take_off(struct storing *storing, struct pending *pending)
{
	if (run_write_pending(&storing->run, pending) ||
	    (is_elsewhere(&storing->file) && note_elsewhere(storing)))
		return outfile_close(&storing->file, -1);
	/* Should the file be there nevertheless, the note says what it means. */
	if (outfile_close(&storing->file, 0))
		return -1;
	pending->stored = true;
	if (run_write_pending(&storing->run, pending))
		return -1;
	return apply(&storing->run, &storing->tables, pending);
}

static int consume(struct storing *storing)
{
	struct pending pending;
	int err;

	err = describe(storing, &pending);
	if (err)
		outfile_close(&storing->file, err);
	else
		err = store_and_take_off(storing, &pending);
	pending_free(&pending);
	return err;
}

static int store_in_file(struct storing *storing, const char *path)
{
	bool is_kept;
	int err;

	if (take_to_file(&storing->taking, &storing->file, path))
		return -1;
	is_kept = storing->file.temporary;
	if (storing->options->consume)
		err = consume(storing);
	else
		err = outfile_close(&storing->file, 0);
	if (err >= 0 && is_kept)
		printf("%s\n", path);
	return err;
}

static int store_in_directory(struct storing *storing, const char *directory)
{
	struct snapshots snapshots;
	char *path = NULL;
	int err;

	err = snapshots_read(&snapshots, directory);
	if (!err) {
		path = snapshots_new_path(&snapshots, timestamp_now());
		err = path ? store_in_file(storing, path) : -1;
	}
	free(path);
	snapshots_free(&snapshots);
	if (!err && storing->options->keep)
		err = snapshots_keep(directory, storing->options->keep);
	return err;
}

/* What has been taken off the tables is in no other file. */
static int refuse_to_replace(const char *path, bool consume)
{
	struct snapshot is;
	struct stat file;

	if (stat(path, &file))
		return 0;
	if (consume && !S_ISREG(file.st_mode)) {
		complain("%s: what is consumed has to be kept in a file", path);
		return -1;
	}
	if (!S_ISREG(file.st_mode) || !file.st_size)
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

static int store(struct storing *storing)
{
	const char *output = storing->options->output;

	if (!output) {
		output = SNAPSHOTS_DIRECTORY;
		if (snapshots_make_directory(output))
			return -1;
	}
	if (is_directory(output))
		return store_in_directory(storing, output);
	if (refuse_to_replace(output, storing->options->consume))
		return -1;
	return store_in_file(storing, output);
}

static int choose_and_store(struct storing *storing, char **names)
{
	struct taking *taking = &storing->taking;
	int err;

	if (tables_read(&storing->tables, storing->options->proc))
		return -1;
	err = apply_what_is_pending(&storing->run, &storing->tables);
	if (err >= 0)
		err = tables_choose(&storing->tables, names, &taking->chosen, &taking->count);
	if (!err && !taking->count) {
		complain("there is no table: add a rule with -m traffic");
		err = -1;
	}
	if (!err)
		err = store(storing);
	free(taking->chosen);
	tables_free(&storing->tables);
	return err;
}

static int snapshot(const struct options *options, char **names)
{
	struct storing *storing = calloc(1, sizeof(*storing));
	int err = -1;

	if (!storing)
		return complain_of_memory();
	storing->options = options;
	storing->taking.proc = options->proc;
	storing->taking.tables = &storing->tables;
	storing->taking.is.consume = options->consume;
	if (!run_open(&storing->run, options->run)) {
		err = choose_and_store(storing, names);
		run_close(&storing->run);
	}
	free(storing);
	return err;
}

int snapshot_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON,
		OPTIONS_OUTPUT,
		OPTIONS_RUN,
		{ "consume", no_argument, NULL, OPTION_CONSUME },
		{ "keep", required_argument, NULL, OPTION_KEEP },
		OPTIONS_END,
	};
	static const struct command_line command = { ":ho:", known, usage, snapshot };
	struct options options = { .proc = "/proc", .run = RUN_DIRECTORY };

	return options_run(&command, &options, argc, argv);
}
