/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tables: those of this network namespace, as /proc shows them, or a copy of it.
 */
#ifndef TRAFCTL_TABLES_H
#define TRAFCTL_TABLES_H

#include <linux/types.h>
#include "info.h"
#include "kinds.h"

/* 31 characters and a NUL, as in xt_traffic.h. */
#define TABLE_NAME_SIZE 32

/* A table's name, the longest suffix, and a NUL. */
#define TABLE_FILE_NAME_SIZE (TABLE_NAME_SIZE + 9)

/**
 * struct table - a table
 * @name: of it, and of its files but for a suffix
 * @time: ns since 1970, when it was looked at; its rows are of then or later
 * @info: what it was when it was looked at
 */
struct table {
	char name[TABLE_NAME_SIZE];
	u64 time;
	struct info info;
};

/**
 * struct tables - those there are
 * @directory: where their files are, an open file descriptor
 * @path: the same, for messages
 * @count: how many
 * @list: they, in the order of their names
 */
struct tables {
	int directory;
	char *path;
	size_t count;
	struct table *list;
};

int tables_read(struct tables *tables, const char *proc);
const struct table *tables_find(const struct tables *tables, const char *name);
int tables_choose(const struct tables *tables, char **names, struct table **chosen, size_t *count);
void tables_free(struct tables *tables);

void table_put_file_name(char file[TABLE_FILE_NAME_SIZE], const char *name, enum kind kind);
bool table_is_name(const char *name);
int table_open(const struct tables *tables, const struct table *table, enum kind kind);
int table_open_to_change(const struct tables *tables, const char *name, enum kind kind);
int table_read_info(const struct tables *tables, struct table *table);

#endif /* TRAFCTL_TABLES_H */
