// SPDX-License-Identifier: GPL-2.0
/*
 * run: see run.h
 *
 * /run is memory: nothing is synced. A file is written under another name and renamed,
 * or a line appended at one go, so that who is killed leaves it as it was or as it has
 * to be.
 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "array.h"
#include "complain.h"

#define PENDING	 "pending"
#define RESTORED "restored"

/* The longest name of a note, with its suffix while it is written, and a NUL. */
#define NOTE_NAME_SIZE 32

/**
 * run_complain() - tell users that something is wrong with a note
 * @run: where it is
 * @name: of it; errno says what
 *
 * Return: -1.
 */
int run_complain(const struct run *run, const char *name)
{
	complain("%s/net-%llu/%s: %s", run->path, run->namespace, name, strerror(errno));
	return -1;
}

/* Each network namespace has its own tables. */
static int open_directory(struct run *run)
{
	char path[4096];
	struct stat is;

	if (stat("/proc/self/ns/net", &is))
		return -1;
	run->namespace = is.st_ino;
	snprintf(path, sizeof(path), "%s/net-%llu", run->path, run->namespace);
	if ((mkdir(run->path, 0700) && errno != EEXIST) || (mkdir(path, 0700) && errno != EEXIST))
		return -1;
	run->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return run->directory < 0 ? -1 : 0;
}

/**
 * run_open() - be the one who changes tables
 * @run: filled in
 * @directory: RUN_DIRECTORY, or what stands for it; stays the caller's
 *
 * Waits for another one to be done.
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int run_open(struct run *run, const char *directory)
{
	run->path = directory;
	run->lock = -1;
	if (open_directory(run)) {
		complain("%s: %s", directory, strerror(errno));
		return -1;
	}
	/* Programs that are run keep it, so that they are waited for if we are killed. */
	run->lock = openat(run->directory, "lock", O_RDWR | O_CREAT, 0600);
	if (run->lock >= 0 && !flock(run->lock, LOCK_EX))
		return 0;
	run_complain(run, "lock");
	run_close(run);
	return -1;
}

/**
 * run_close() - let others change tables
 * @run: which
 */
void run_close(struct run *run)
{
	if (run->lock >= 0)
		close(run->lock);
	close(run->directory);
}

/**
 * pending_add() - a table that is to be changed
 * @pending: what is being done
 * @name: of the table
 * @generation: of it
 *
 * Return: 0, or -1 when users have been told that there is no memory.
 */
int pending_add(struct pending *pending, const char *name, u64 generation)
{
	struct run_table *tables;

	tables = array_grow(pending->tables, pending->count, sizeof(*tables));
	if (!tables)
		return complain_of_memory();
	pending->tables = tables;
	snprintf(tables[pending->count].name, TABLE_NAME_SIZE, "%s", name);
	tables[pending->count++].generation = generation;
	return 0;
}

/**
 * pending_find() - whether a table is to be changed
 * @pending: what is being done
 * @name: of the table
 *
 * Return: the table or NULL.
 */
const struct run_table *pending_find(const struct pending *pending, const char *name)
{
	size_t i;

	for (i = 0; i < pending->count; i++)
		if (!strcmp(pending->tables[i].name, name))
			return &pending->tables[i];
	return NULL;
}

/**
 * pending_free() - forget what was being done
 * @pending: has nothing then
 */
void pending_free(struct pending *pending)
{
	free(pending->path);
	free(pending->tables);
	memset(pending, 0, sizeof(*pending));
}

/**
 * run_read_line() - read a line of a note
 * @file: the note
 *
 * Return: the line, without its newline, to be freed; or NULL at the end.
 */
char *run_read_line(FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	length = getline(&line, &size, file);
	if (length <= 0) {
		free(line);
		return NULL;
	}
	line[length - 1] = '\0';
	return line;
}

/*
 * "subtract|add storing|stored ID", the snapshot's path, then "NAME GENERATION" for each
 * table.
 */
static int parse_pending(FILE *file, void *what)
{
	char change[16], state[16], name[TABLE_NAME_SIZE];
	struct pending *pending = what;
	u64 generation;

	if (fscanf(file, "%15s %15s %llu\n", change, state, &pending->id) != 3 ||
	    !(pending->path = run_read_line(file)))
		return -1;
	pending->subtract = !strcmp(change, "subtract");
	pending->stored = !strcmp(state, "stored");
	while (fscanf(file, "%31s %llu", name, &generation) == 2)
		if (pending_add(pending, name, generation))
			return 1;
	return 0;
}

/**
 * run_parse_stage() - which of some stages a note names
 * @word: of the note
 * @stages: their names
 * @count: of them
 *
 * Return: its place among them, or -1 when it is none.
 */
int run_parse_stage(const char *word, const char *const *stages, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcmp(word, stages[i]))
			return i;
	return -1;
}

/**
 * run_read_note() - read a note, if there is one
 * @run: locked
 * @name: of the note
 * @parse: reads what it says; returns 0, -1 when that is not understood, or 1 when users
 *	have been told that there is no memory
 * @what: it is given
 *
 * Return: 1, 0 when there is none, or -1 when users have been told what is wrong.
 */
int run_read_note(struct run *run, const char *name, int (*parse)(FILE *file, void *what),
		  void *what)
{
	const int fd = openat(run->directory, name, O_RDONLY | O_CLOEXEC);
	FILE *file;
	int err;

	if (fd < 0 && errno == ENOENT)
		return 0;
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		return run_complain(run, name);
	err = parse(file, what);
	fclose(file);
	if (err >= 0)
		return err ? -1 : 1;
	errno = EILSEQ;
	return run_complain(run, name);
}

/**
 * run_read_pending() - what was begun and has not come to its end
 * @run: locked
 * @pending: filled in; for pending_free() in any case
 *
 * Return: 1, 0 when there is nothing, or -1 when users have been told what is wrong.
 */
int run_read_pending(struct run *run, struct pending *pending)
{
	memset(pending, 0, sizeof(*pending));
	return run_read_note(run, PENDING, parse_pending, pending);
}

/**
 * run_write_note() - write a note, or replace it
 * @run: locked
 * @name: of the note
 * @put: writes what the note says
 * @what: it is given
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int run_write_note(struct run *run, const char *name, void (*put)(FILE *file, const void *what),
		   const void *what)
{
	char temporary[NOTE_NAME_SIZE];
	FILE *file;
	int fd, err;

	snprintf(temporary, sizeof(temporary), "%s.new", name);
	fd = openat(run->directory, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return run_complain(run, name);
	put(file, what);
	err = ferror(file);
	err |= fclose(file);
	if (err || renameat(run->directory, temporary, run->directory, name))
		return run_complain(run, name);
	return 0;
}

/**
 * run_drop_note() - remove a note, if there is one
 * @run: locked
 * @name: of the note
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int run_drop_note(struct run *run, const char *name)
{
	return unlinkat(run->directory, name, 0) && errno != ENOENT ? run_complain(run, name) : 0;
}

static void put_pending(FILE *file, const void *what)
{
	const struct pending *pending = what;
	size_t i;

	fprintf(file, "%s %s %llu\n%s\n", pending->subtract ? "subtract" : "add",
		pending->stored ? "stored" : "storing", pending->id, pending->path);
	for (i = 0; i < pending->count; i++)
		fprintf(file, "%s %llu\n", pending->tables[i].name, pending->tables[i].generation);
}

/**
 * run_write_pending() - something is going to be done
 * @run: locked; nothing else is pending
 * @pending: what it is
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int run_write_pending(struct run *run, const struct pending *pending)
{
	return run_write_note(run, PENDING, put_pending, pending);
}

/**
 * run_drop_pending() - it has come to its end
 * @run: locked
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int run_drop_pending(struct run *run)
{
	return run_drop_note(run, PENDING);
}

/**
 * struct restored - a snapshot that may have been added to a table
 * @id: of the snapshot
 * @table: the table
 * @was: whether it has been
 */
struct restored {
	u64 id;
	const struct run_table *table;
	bool was;
};

static int find_restored(FILE *file, void *what)
{
	struct restored *restored = what;
	const struct run_table *table = restored->table;
	char name[TABLE_NAME_SIZE];
	u64 id, generation;

	while (!restored->was && fscanf(file, "%llu %31s %llu", &id, name, &generation) == 3)
		restored->was = id == restored->id && generation == table->generation &&
				!strcmp(name, table->name);
	return 0;
}

/**
 * run_was_restored() - whether a snapshot has been added to a table
 * @run: locked
 * @id: of the snapshot
 * @table: the table
 *
 * Return: 1, 0, or -1 when users have been told what is wrong.
 */
int run_was_restored(struct run *run, u64 id, const struct run_table *table)
{
	struct restored restored = { id, table, false };

	return run_read_note(run, RESTORED, find_restored, &restored) < 0 ? -1 : restored.was;
}

/**
 * run_note_restored() - a snapshot has been added to tables
 * @run: locked
 * @pending: what has been done
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int run_note_restored(struct run *run, const struct pending *pending)
{
	const int fd =
		openat(run->directory, RESTORED, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	size_t i;
	int err = fd < 0;

	for (i = 0; !err && i < pending->count; i++)
		err = dprintf(fd, "%llu %s %llu\n", pending->id, pending->tables[i].name,
			      pending->tables[i].generation) < 0;
	if (err)
		run_complain(run, RESTORED);
	if (fd >= 0)
		close(fd);
	return err ? -1 : 0;
}
