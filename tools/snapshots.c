// SPDX-License-Identifier: GPL-2.0
/*
 * snapshots: see snapshots.h
 */
#include "snapshots.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "complain.h"
#include "snapshot_file.h"
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

/**
 * snapshots_read() - look which snapshots there are
 * @snapshots: filled in; for snapshots_free() in any case
 * @directory: where
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshots_read(struct snapshots *snapshots, const char *directory)
{
	struct dirent **entries;
	int count, i, err = 0;

	memset(snapshots, 0, sizeof(*snapshots));
	snapshots->directory = directory;
	count = scandir(directory, &entries, is_snapshot, compare_names);
	if (count < 0) {
		complain("%s: %s", directory, strerror(errno));
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

/* What has been taken off the tables is nowhere else. */
static int remove_unless_consumed(const struct snapshots *snapshots, size_t which)
{
	char *path = snapshots_path(snapshots, which);
	struct snapshot_reader *reader = path ? snapshot_open(path) : NULL;
	int err = -1;

	if (reader) {
		err = reader->is.consume ? 0 : unlink(path);
		if (err)
			complain("%s: %s", path, strerror(errno));
		snapshot_close(reader);
	}
	free(path);
	return err;
}

/**
 * snapshots_keep() - remove all but the newest ones, and those that were consumed
 * @snapshots: those there are; not to be used any more but for snapshots_free()
 * @keep: how many
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshots_keep(struct snapshots *snapshots, u64 keep)
{
	size_t i;
	int err = 0;

	for (i = 0; i + keep < snapshots->count; i++)
		err |= remove_unless_consumed(snapshots, i);
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
	memset(snapshots, 0, sizeof(*snapshots));
}
