// SPDX-License-Identifier: GPL-2.0
/*
 * tables: see tables.h
 */
#include "tables.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "array.h"
#include "complain.h"
#include "timestamp.h"

#define DIRECTORY   "net/xt_traffic"
#define INFO_SUFFIX "_info"

/* What NAME_info begins with, and no other file. */
#define INFO_START "family\t"

/* What it is that cannot be read, and what to do about it. */
static void complain_of(const struct tables *tables, const char *name)
{
	const int error = errno;

	if (error == EACCES || error == EPERM)
		complain("%s/%s: %s: be root, or in the group that the module parameter gid names",
			 tables->path, name, strerror(error));
	else
		complain("%s/%s: %s", tables->path, name, strerror(error));
	errno = error;
}

/*
 * Of a table named x_info, a file is named as if it were another's description; and
 * reading more of that than its header might consume it.
 */
static bool is_info(int fd)
{
	char start[sizeof(INFO_START) - 1];

	return pread(fd, start, sizeof(start), 0) == sizeof(start)
		       ? !memcmp(start, INFO_START, sizeof(start))
		       : false;
}

/* Return: a file descriptor, or -1 and errno: ENOENT when it is another file. */
static int open_info(const struct tables *tables, const char *file)
{
	int fd = openat(tables->directory, file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || is_info(fd))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

static int read_info(const struct tables *tables, const char *file, struct table *table)
{
	struct lines *lines;
	int fd, err;

	fd = open_info(tables, file);
	if (fd < 0)
		return -1;
	table->time = timestamp_now();
	lines = malloc(sizeof(*lines));
	if (lines) {
		lines_start(lines, fd);
		err = info_read(lines, &table->info);
		free(lines);
	} else {
		err = -1;
	}
	close(fd);
	return err;
}

/**
 * table_put_file_name() - how a table's file is called
 * @file: filled in
 * @name: of the table
 * @kind: of the file
 */
void table_put_file_name(char file[TABLE_FILE_NAME_SIZE], const char *name, enum kind kind)
{
	snprintf(file, TABLE_FILE_NAME_SIZE, "%s%s", name, kind_forms[kind].suffix);
}

/**
 * table_read_info() - look at a table again
 * @tables: which it is of
 * @table: its description is replaced
 *
 * Return: 0, or -1 and errno, of which users have been told.
 */
int table_read_info(const struct tables *tables, struct table *table)
{
	char file[TABLE_FILE_NAME_SIZE];
	int err;

	snprintf(file, sizeof(file), "%s" INFO_SUFFIX, table->name);
	err = read_info(tables, file, table);
	if (err)
		complain_of(tables, file);
	return err;
}

static struct table *add_table(struct tables *tables)
{
	struct table *list;

	list = array_grow(tables->list, tables->count, sizeof(*list));
	if (!list)
		return NULL;
	tables->list = list;
	return &tables->list[tables->count];
}

/* A table that has gone meanwhile is none. */
static int look_at(struct tables *tables, const char *file)
{
	const size_t length = strlen(file), suffix = strlen(INFO_SUFFIX);
	struct table *table;

	if (length <= suffix || length - suffix >= TABLE_NAME_SIZE ||
	    strcmp(file + length - suffix, INFO_SUFFIX))
		return 0;
	table = add_table(tables);
	if (!table)
		return -1;
	memcpy(table->name, file, length - suffix);
	table->name[length - suffix] = '\0';
	if (!table_is_name(table->name))
		return 0;
	if (!read_info(tables, file, table))
		tables->count++;
	else if (errno != ENOENT)
		return -1;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct table *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int look_at_all(struct tables *tables)
{
	const struct dirent *entry;
	DIR *directory;
	int err = 0;

	directory = fdopendir(dup(tables->directory));
	if (!directory)
		return -1;
	while (!err && (entry = readdir(directory))) {
		err = look_at(tables, entry->d_name);
		if (err)
			complain_of(tables, entry->d_name);
	}
	closedir(directory);
	if (!err && tables->count)
		qsort(tables->list, tables->count, sizeof(*tables->list), compare_names);
	return err;
}

static int open_directory(struct tables *tables)
{
	tables->directory = open(tables->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tables->directory >= 0)
		return 0;
	if (errno == ENOENT)
		complain("%s is not there: the module is not loaded (modprobe ipt_traffic)",
			 tables->path);
	else
		complain("%s: %s", tables->path, strerror(errno));
	return -1;
}

/**
 * tables_read() - look which tables there are
 * @tables: filled in
 * @proc: "/proc", or a copy of what is needed of it
 *
 * Return: 0, or -1 when users have been told why not. There may be none.
 */
int tables_read(struct tables *tables, const char *proc)
{
	memset(tables, 0, sizeof(*tables));
	tables->directory = -1;
	if (asprintf(&tables->path, "%s/" DIRECTORY, proc) < 0) {
		tables->path = NULL;
		return complain_of_memory();
	}
	if (!open_directory(tables) && !look_at_all(tables))
		return 0;
	tables_free(tables);
	return -1;
}

/**
 * tables_find() - the table of a name
 * @tables: those there are
 * @name: of the table
 *
 * Return: the table or NULL.
 */
const struct table *tables_find(const struct tables *tables, const char *name)
{
	size_t i;

	for (i = 0; i < tables->count; i++)
		if (!strcmp(tables->list[i].name, name))
			return &tables->list[i];
	return NULL;
}

static bool is_among(const struct table *chosen, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(chosen[i].name, name))
			return true;
	return false;
}

/**
 * tables_choose() - the tables of some names
 * @tables: those there are
 * @names: NULL behind the last, each counts once; without any, all tables
 * @chosen: set to a list of them, to be freed in any case
 * @count: set to how many they are
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int tables_choose(const struct tables *tables, char **names, struct table **chosen, size_t *count)
{
	const struct table *table;
	size_t wanted = 0;

	while (names[wanted])
		wanted++;
	*count = 0;
	*chosen = reallocarray(NULL, wanted + tables->count + 1, sizeof(**chosen));
	if (!*chosen)
		return complain_of_memory();
	if (!wanted && tables->count) {
		memcpy(*chosen, tables->list, tables->count * sizeof(**chosen));
		*count = tables->count;
	}
	for (; *names; names++) {
		table = tables_find(tables, *names);
		if (!table) {
			complain("%s: there is no table of this name in %s", *names, tables->path);
			return -1;
		}
		if (!is_among(*chosen, *count, *names))
			(*chosen)[(*count)++] = *table;
	}
	return 0;
}

/**
 * tables_free() - forget about tables
 * @tables: as tables_read() left them
 */
void tables_free(struct tables *tables)
{
	if (tables->directory >= 0)
		close(tables->directory);
	free(tables->path);
	free(tables->list);
	memset(tables, 0, sizeof(*tables));
	tables->directory = -1;
}

/**
 * table_is_name() - whether a table can have a name
 * @name: 1 to 31 characters of A-Z a-z 0-9 _ . - without a leading dot, if so
 */
bool table_is_name(const char *name)
{
	static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz0123456789_.-";
	const size_t length = strlen(name);

	return length && length < TABLE_NAME_SIZE && *name != '.' &&
	       strspn(name, characters) == length;
}

static bool is_in_proc(int fd)
{
	struct statfs where;

	return !fstatfs(fd, &where) && where.f_type == PROC_SUPER_MAGIC;
}

/* Reading a file that clears would consume it, unless one says that one only looks. */
static int open_to_look(const struct tables *tables, const char *file)
{
	static const char word[] = "peek\n";
	int fd = openat(tables->directory, file, O_RDWR | O_CLOEXEC);

	if (fd < 0 || write(fd, word, sizeof(word) - 1) == sizeof(word) - 1)
		return fd;
	close(fd);
	return -1;
}

/**
 * table_open() - open a file to read its rows, and not consume them
 * @tables: which the table is of
 * @table: the table
 * @kind: one that it has
 *
 * Return: a file descriptor, or -1 and errno, of which users have been told.
 */
int table_open(const struct tables *tables, const struct table *table, enum kind kind)
{
	char file[TABLE_FILE_NAME_SIZE];
	int fd;

	table_put_file_name(file, table->name, kind);
	if (table->info.clears && is_in_proc(tables->directory))
		fd = open_to_look(tables, file);
	else
		fd = openat(tables->directory, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		complain_of(tables, file);
	return fd;
}

/**
 * table_open_to_change() - open a file to write rows
 * @tables: which the table is of
 * @name: of the table
 * @kind: one that it has
 *
 * Return: a file descriptor, or -1 and errno, of which users have been told.
 */
int table_open_to_change(const struct tables *tables, const char *name, enum kind kind)
{
	char file[TABLE_FILE_NAME_SIZE];
	int fd;

	table_put_file_name(file, name, kind);
	fd = openat(tables->directory, file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		complain_of(tables, file);
	return fd;
}
