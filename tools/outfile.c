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
#define PRIVATE_MODE 0640

/*
 * What temporaries are called, so that nobody's files are taken for one; private ones
 * apart, which stay until a snapshot is taken: see snapshots_note_elsewhere().
 */
#define TEMPORARY	  ".trafctl-"
#define TEMPORARY_PRIVATE ".trafctl-snapshot-"
#define RANDOM		  "XXXXXX"

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

static bool is_temporary(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix)) &&
	       strlen(name) == strlen(prefix) + strlen(RANDOM);
}

static void remove_unless_used(int directory, const char *name)
{
	const int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlinkat(directory, name, 0);
	close(fd);
}

/* Of what those have left who were killed while they wrote. */
static void sweep(const char *directory, const char *prefix)
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries)))
		if (is_temporary(entry->d_name, prefix))
			remove_unless_used(dirfd(entries), entry->d_name);
	if (entries)
		closedir(entries);
}

static bool was_removed(int fd)
{
	struct stat is;

	return !fstat(fd, &is) && !is.st_nlink;
}

/* The lock says that somebody is at it; who sweeps may have been faster. */
static int make_temporary(char *path)
{
	char *random = path + strlen(path) - strlen(RANDOM);
	int fd;

	while ((fd = mkostemp(path, O_CLOEXEC)) >= 0) {
		if (flock(fd, LOCK_EX) || !was_removed(fd))
			return fd;
		close(fd);
		memcpy(random, RANDOM, strlen(RANDOM));
	}
	return -1;
}

static int open_temporary_in(struct outfile *file, const char *directory)
{
	const char *prefix = file->is_private ? TEMPORARY_PRIVATE : TEMPORARY;
	int fd;

	file->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->directory < 0)
		return -1;
	sweep(directory, prefix);
	if (asprintf(&file->temporary, "%s/%s" RANDOM, directory, prefix) < 0)
		file->temporary = NULL;
	fd = file->temporary ? make_temporary(file->temporary) : -1;
	if (fd < 0) {
		free(file->temporary);
		file->temporary = NULL;
		close(file->directory);
	}
	return fd;
}

static int open_temporary(struct outfile *file)
{
	char *copy = strdup(file->name);
	const int fd = copy ? open_temporary_in(file, dirname(copy)) : -1;

	free(copy);
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
 * @is_private: others are not to read it, whatever the umask is; else it has the mode and
 *	the owner of what it replaces
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int outfile_open(struct outfile *file, const char *name, bool is_private)
{
	int fd;

	file->name = name;
	file->is_private = is_private;
	file->temporary = NULL;
	file->synced = false;
	fd = open_file(file);
	if (fd < 0)
		return complain_of(name);
	out_start(&file->out, fd);
	return 0;
}

/* mkostemp() has it for nobody else at all. */
static int set_mode(const struct outfile *file)
{
	const int fd = file->out.fd;
	const mode_t mask = umask(0);
	struct stat old;

	umask(mask);
	if (file->is_private)
		return fchmod(fd, PRIVATE_MODE & ~mask);
	if (stat(file->name, &old))
		return fchmod(fd, 0666 & ~mask);
	if (fchown(fd, old.st_uid, old.st_gid) && errno != EPERM)
		return -1;
	return fchmod(fd, old.st_mode & 0777);
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
	if (out_finish(&file->out) || set_mode(file) || fsync(fd))
		return complain_of(file->temporary);
	file->synced = true;
	return 0;
}

static int store(struct outfile *file)
{
	if (outfile_sync(file))
		return -1;
	if (rename(file->temporary, file->name) || fsync(file->directory))
		return complain_of(file->name);
	return 0;
}

/**
 * outfile_close() - end a file
 * @file: which
 * @err: 0 when it is as it has to be; else there will be none
 *
 * Return: 0; or -1: @err was not 0, or users have been told what is wrong, and nothing
 * has changed but that the file may be there in spite of that, until a power cut or longer.
 */
int outfile_close(struct outfile *file, int err)
{
	if (file->temporary) {
		if (!err)
			err = store(file);
		if (err)
			unlink(file->temporary);
		free(file->temporary);
		close(file->directory);
	} else if (out_finish(&file->out) && !err) {
		err = complain_of(file->name);
	}
	if (file->name)
		close(file->out.fd);
	return err;
}
