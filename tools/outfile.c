// SPDX-License-Identifier: GPL-2.0
/*
 * outfile: see outfile.h
 *
 * Written to a temporary beside it, synced, renamed, and the directory synced: who
 * looks meanwhile sees the old file, and after a power cut there is the old or the new
 * one.
 */
#include "outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "complain.h"

/* Whose traffic it is, is nobody's business but the owner's and the group's. */
#define MODE 0640

/* What a temporary's name has more than the file's. */
#define RANDOM ".XXXXXX"

/* Files whose temporaries are looked for. */
#define SWEPT ".traffic"

static int complain_of(const char *name)
{
	complain("%s: %s", name ? name : "standard output", strerror(errno));
	return -1;
}

/* A pipe or a device is not to be replaced by a file. */
static bool is_to_be_replaced(const char *name)
{
	struct stat is;

	return stat(name, &is) || S_ISREG(is.st_mode);
}

static int open_temporary(struct outfile *file)
{
	int fd;

	if (asprintf(&file->temporary, "%s" RANDOM, file->name) < 0) {
		file->temporary = NULL;
		return -1;
	}
	fd = mkostemp(file->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(file->temporary);
		file->temporary = NULL;
	} else {
		flock(fd, LOCK_EX | LOCK_NB); /* says that somebody is at it */
	}
	return fd;
}

static int open_file(struct outfile *file)
{
	if (!file->name)
		return STDOUT_FILENO;
	if (is_to_be_replaced(file->name))
		return open_temporary(file);
	return open(file->name, O_WRONLY | O_CLOEXEC);
}

/**
 * outfile_open() - begin to write a file
 * @file: filled in
 * @name: of it, or NULL for standard output; stays the caller's
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int outfile_open(struct outfile *file, const char *name)
{
	int fd;

	file->name = name;
	file->temporary = NULL;
	file->synced = false;
	fd = open_file(file);
	if (fd < 0)
		return complain_of(name);
	out_start(&file->out, fd);
	return 0;
}

static int sync_directory_of(const char *name)
{
	char *copy = strdup(name);
	int fd, err;

	if (!copy)
		return -1;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (fd < 0)
		return -1;
	err = fsync(fd);
	close(fd);
	return err;
}

/* mkostemp() has it for nobody else at all. */
static int let_group_read(int fd)
{
	const mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, MODE & ~mask);
}

/**
 * outfile_sync() - have all that has been written on the disk
 * @file: which; goes on under its temporary name, and is only to be closed then
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int outfile_sync(struct outfile *file)
{
	const int fd = file->out.fd;

	if (file->synced)
		return 0;
	if (out_finish(&file->out) || let_group_read(fd) || fsync(fd))
		return complain_of(file->temporary);
	file->synced = true;
	return 0;
}

static int store(struct outfile *file)
{
	if (outfile_sync(file))
		return -1;
	if (rename(file->temporary, file->name))
		return complain_of(file->name);
	if (sync_directory_of(file->name)) {
		complain_of(file->name);
		unlink(file->name); /* not what it replaced, which has gone */
		return -1;
	}
	return 0;
}

static bool is_temporary(const char *name)
{
	const size_t length = strlen(name), random = strlen(RANDOM);

	return length > random && name[length - random] == '.' &&
	       strstr(name, SWEPT) == name + length - random - strlen(SWEPT);
}

static void sweep(int directory, const char *name)
{
	const int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlinkat(directory, name, 0);
	close(fd);
}

/**
 * outfile_sweep() - remove what those have left who were killed while they wrote snapshots
 * @directory: where
 */
void outfile_sweep(const char *directory)
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries)))
		if (is_temporary(entry->d_name))
			sweep(dirfd(entries), entry->d_name);
	if (entries)
		closedir(entries);
}

/**
 * outfile_close() - end a file
 * @file: which
 * @err: 0 when it is as it has to be; else there will be none
 *
 * Return: 0; or -1: @err was not 0, or users have been told what is wrong.
 */
int outfile_close(struct outfile *file, int err)
{
	if (file->temporary) {
		if (!err)
			err = store(file);
		if (err)
			unlink(file->temporary);
		free(file->temporary);
	} else if (out_finish(&file->out) && !err) {
		err = complain_of(file->name);
	}
	if (file->name)
		close(file->out.fd);
	return err;
}
