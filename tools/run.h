/* SPDX-License-Identifier: GPL-2.0 */
/*
 * run: what is going on with the tables of this network namespace, in a directory of
 * /run: who changes them, what was begun and has not come to its end, what has been
 * restored. It goes where the tables go: with the machine's next boot.
 */
#ifndef TRAFCTL_RUN_H
#define TRAFCTL_RUN_H

#include <stdio.h>
#include "snapshot_file.h"

#define RUN_DIRECTORY "/run/ipt_traffic"

/**
 * struct run_table - a table that something is done to
 * @name: of the table
 * @generation: of it; when it has another one, its counters have begun anew
 */
struct run_table {
	char name[TABLE_NAME_SIZE];
	u64 generation;
};

/**
 * struct pending - rows of a snapshot that are being taken off or added
 * @subtract: they are taken off
 * @id: of the snapshot
 * @path: of the snapshot, from the root; to be freed
 * @stored: the snapshot is in its place; else it may be, and counts from when it is
 * @count: of tables
 * @tables: those to be changed; to be freed
 */
struct pending {
	bool subtract;
	u64 id;
	char *path;
	bool stored;
	size_t count;
	struct run_table *tables;
};

/**
 * struct run - the directory, and the lock on it
 * @path: of what all namespaces have theirs in
 * @namespace: its number
 * @directory: a file descriptor
 * @lock: a file descriptor
 */
struct run {
	const char *path;
	u64 namespace;
	int directory;
	int lock;
};

int run_open(struct run *run, const char *directory);
void run_close(struct run *run);

/* Notes of other files. */
int run_complain(const struct run *run, const char *name);
char *run_read_line(FILE *file);
int run_parse_stage(const char *word, const char *const *stages, unsigned int count);
int run_read_note(struct run *run, const char *name, int (*parse)(FILE *file, void *what),
		  void *what);
int run_write_note(struct run *run, const char *name, void (*put)(FILE *file, const void *what),
		   const void *what);
int run_drop_note(struct run *run, const char *name);

int run_read_pending(struct run *run, struct pending *pending);
int run_write_pending(struct run *run, const struct pending *pending);
int run_drop_pending(struct run *run);

int run_was_restored(struct run *run, u64 id, const struct run_table *table);
int run_note_restored(struct run *run, const struct pending *pending);

int pending_add(struct pending *pending, const char *name, u64 generation);
const struct run_table *pending_find(const struct pending *pending, const char *name);
void pending_free(struct pending *pending);

#endif /* TRAFCTL_RUN_H */
