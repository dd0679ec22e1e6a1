// SPDX-License-Identifier: GPL-2.0
/*
 * snapshots: see snapshots.h
 */
#include "snapshots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "array.h"
#include "complain.h"
#include "outfile.h"
#include "snapshot_file.h"
#include "take.h"
#include "timestamp.h"

/* "20261123T113246Z.traffic" */
#define NAME_FORMAT "%Y%m%dT%H%M%SZ.traffic"
#define NAME_LENGTH 24
#define NAME_SUFFIX "Z.traffic"

static int is_snapshot(const struct dirent *entry)
{
	const char *name = entry->d_name;
	const size_t stem = NAME_LENGTH - strlen(NAME_SUFFIX);

	return strlen(name) == NAME_LENGTH && strspn(name, "0123456789") == 8 && name[8] == 'T' &&
	       strspn(name + 9, "0123456789") == stem - 9 && !strcmp(name + stem, NAME_SUFFIX);
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/**
 * snapshots_make_directory() - make sure that there is a directory for snapshots
 * @directory: the one above is there
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshots_make_directory(const char *directory)
{
	if (!mkdir(directory, 0750) || errno == EEXIST)
		return 0;
	complain("%s: %s", directory, strerror(errno));
	return -1;
}

static int read_names(struct snapshots *snapshots)
{
	struct dirent **entries;
	int count, i, err = 0;

	count = scandir(snapshots->directory, &entries, is_snapshot, compare_names);
	if (count < 0) {
		complain("%s: %s", snapshots->directory, strerror(errno));
		return -1;
	}
	snapshots->names = calloc(count + 1, sizeof(*snapshots->names));
	for (i = 0; i < count; i++) {
		if (snapshots->names)
			snapshots->names[i] = strdup(entries[i]->d_name);
		err |= !snapshots->names || !snapshots->names[i];
		free(entries[i]);
	}
	free(entries);
	snapshots->count = snapshots->names ? count : 0;
	if (!err && snapshots->names)
		return 0;
	return complain_of_memory();
}

/**
 * snapshots_read() - look which snapshots there are
 * @snapshots: filled in; for snapshots_free() in any case
 * @directory: where
 *
 * Until snapshots_free(), nobody else does that there: network namespaces may have
 * theirs in the same directory. (There are file systems that know no locks.)
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshots_read(struct snapshots *snapshots, const char *directory)
{
	memset(snapshots, 0, sizeof(*snapshots));
	snapshots->directory = directory;
	snapshots->lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (snapshots->lock < 0) {
		complain("%s: %s", directory, strerror(errno));
		return -1;
	}
	flock(snapshots->lock, LOCK_EX);
	return read_names(snapshots);
}

static char *path_of(const char *directory, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", directory, name) >= 0)
		return path;
	complain_of_memory();
	return NULL;
}

/**
 * snapshots_path() - where a snapshot is
 * @snapshots: those there are
 * @which: from 0, the oldest
 *
 * Return: its path, to be freed; or NULL when users have been told that there is no
 * memory.
 */
char *snapshots_path(const struct snapshots *snapshots, size_t which)
{
	return path_of(snapshots->directory, snapshots->names[which]);
}

static time_t time_of(const char *name)
{
	struct tm utc = {};

	return strptime(name, NAME_FORMAT, &utc) ? timegm(&utc) : 0;
}

/**
 * snapshots_new_path() - where the next snapshot comes
 * @snapshots: those there are
 * @time: ns since 1970, when it is taken
 *
 * Behind all others, also when the clock has been set back, or it is the same second.
 *
 * Return: its path, to be freed; or NULL when users have been told that there is no
 * memory.
 */
char *snapshots_new_path(const struct snapshots *snapshots, u64 time)
{
	time_t seconds = time / NS_PER_SECOND, last = 0;
	char name[NAME_LENGTH + 1];
	struct tm utc;

	if (snapshots->count)
		last = time_of(snapshots->names[snapshots->count - 1]);
	if (seconds <= last)
		seconds = last + 1;
	gmtime_r(&seconds, &utc);
	strftime(name, sizeof(name), NAME_FORMAT, &utc);
	return path_of(snapshots->directory, name);
}

/**
 * struct names - of tables
 * @count: how many
 * @list: they
 */
struct names {
	size_t count;
	char (*list)[TABLE_NAME_SIZE];
};

static int add_name(struct names *names, const char *name)
{
	char(*list)[TABLE_NAME_SIZE];

	list = array_grow(names->list, names->count, sizeof(*list));
	if (!list)
		return complain_of_memory();
	names->list = list;
	strcpy(names->list[names->count++], name);
	return 0;
}

static void remove_name(struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->list[i], name))
			memmove(names->list[i--], names->list[--names->count], TABLE_NAME_SIZE);
}

/* Return: 0, or -1 when users have been told what is wrong. */
static int name_tables(struct snapshot_reader *reader, struct names *names)
{
	enum snapshot_part part;

	while ((part = snapshot_next(reader)) == SNAPSHOT_TABLE || part == SNAPSHOT_ROWS)
		if (part == SNAPSHOT_TABLE && add_name(names, reader->table.name))
			return -1;
	return part == SNAPSHOT_END ? 0 : -1;
}

/* Those that a snapshot has, too, if it is not damaged, are no more among the names. */
static void cross_out(const struct snapshots *snapshots, size_t which, struct names *names)
{
	char *path = snapshots_path(snapshots, which);
	struct snapshot_reader *reader = path ? snapshot_open(path) : NULL;
	struct names its = {};
	size_t i;

	if (reader) {
		if (!reader->is.is_void && !name_tables(reader, &its))
			for (i = 0; i < its.count; i++)
				remove_name(names, its.list[i]);
		snapshot_close(reader);
	}
	free(its.list);
	free(path);
}

/* Return: whether restore would not look at it any more, or -1. */
static int is_outdated(const struct snapshots *snapshots, size_t which,
		       struct snapshot_reader *reader)
{
	struct names names = {};
	size_t i;
	int err;

	err = name_tables(reader, &names);
	for (i = snapshots->count; !err && names.count && --i > which;)
		cross_out(snapshots, i, &names);
	free(names.list);
	return err ? err : !names.count;
}

/* What has been taken off the tables is nowhere else, but for what is in another file. */
static int remove_if_outdated(const struct snapshots *snapshots, size_t which, bool only_elsewhere)
{
	char *path = snapshots_path(snapshots, which);
	struct snapshot_reader *reader = path ? snapshot_open(path) : NULL;
	int got = -1;

	if (reader) {
		if (reader->is.elsewhere || !(reader->is.consume || only_elsewhere))
			got = is_outdated(snapshots, which, reader);
		else
			got = 0;
		if (got > 0 && unlink(path)) {
			complain("%s: %s", path, strerror(errno));
			got = -1;
		}
		snapshot_close(reader);
	}
	free(path);
	return got < 0 ? -1 : 0;
}

/**
 * snapshots_keep() - remove all but the newest ones, and those that were consumed
 * @directory: where
 * @keep: how many
 *
 * One that alone has a table is kept as well.
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshots_keep(const char *directory, u64 keep)
{
	struct snapshots snapshots;
	size_t i;
	int err;

	err = snapshots_read(&snapshots, directory);
	for (i = 0; i + keep < snapshots.count; i++)
		err |= remove_if_outdated(&snapshots, i, false);
	snapshots_free(&snapshots);
	return err;
}

static int put_elsewhere(const struct taking *taking, const char *temporary, const char *path)
{
	struct snapshot is = taking->is;
	struct outfile *file = malloc(sizeof(*file));
	int err = -1;
	size_t i;

	if (!file)
		return complain_of_memory();
	is.unless = temporary;
	if (!outfile_open(file, path, true)) {
		snapshot_put_start(&file->out, &is);
		for (i = 0; i < taking->count; i++)
			snapshot_put_table(&file->out, &taking->chosen[i]);
		snapshot_put_end(&file->out, 0);
		err = outfile_close(file, 0);
	}
	free(file);
	return err;
}

/**
 * snapshots_note_elsewhere() - have a snapshot that is consumed known where others are
 * @taking: the snapshot
 * @temporary: its name, from the root, until it is there as a whole
 *
 * Else what was in those would be restored, when the machine has lost its tables, although
 * it has been taken off them. Nothing is to be done where there are none.
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshots_note_elsewhere(const struct taking *taking, const char *temporary)
{
	struct snapshots snapshots;
	char *path;
	size_t i;
	int err;

	if (access(SNAPSHOTS_DIRECTORY, F_OK))
		return 0;
	err = snapshots_read(&snapshots, SNAPSHOTS_DIRECTORY);
	/* So that they do not become more and more. */
	for (i = 0; !err && i < snapshots.count; i++)
		remove_if_outdated(&snapshots, i, true);
	if (!err && snapshots.count) {
		path = snapshots_new_path(&snapshots, taking->is.time);
		err = path ? put_elsewhere(taking, temporary, path) : -1;
		free(path);
	}
	snapshots_free(&snapshots);
	return err;
}

/**
 * snapshots_forget_elsewhere() - it has not come to that
 * @id: of the snapshot
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshots_forget_elsewhere(u64 id)
{
	struct snapshot_reader *reader;
	struct snapshots snapshots;
	char *path;
	size_t i;
	int err;

	if (access(SNAPSHOTS_DIRECTORY, F_OK))
		return 0;
	err = snapshots_read(&snapshots, SNAPSHOTS_DIRECTORY);
	for (i = 0; !err && i < snapshots.count; i++) {
		path = snapshots_path(&snapshots, i);
		reader = path ? snapshot_open(path) : NULL;
		if (reader && reader->is.elsewhere && reader->is.id == id)
			err = unlink(path);
		if (reader)
			snapshot_close(reader);
		free(path);
	}
	snapshots_free(&snapshots);
	return err;
}

/**
 * snapshots_free() - forget them
 * @snapshots: as snapshots_read() left them
 */
void snapshots_free(struct snapshots *snapshots)
{
	size_t i;

	for (i = 0; i < snapshots->count; i++)
		free(snapshots->names[i]);
	free(snapshots->names);
	if (snapshots->lock >= 0)
		close(snapshots->lock);
}
