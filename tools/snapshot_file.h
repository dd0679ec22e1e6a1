/* SPDX-License-Identifier: GPL-2.0 */
/*
 * snapshot_file: tables in a file, as they were at some moment.
 *
 * Lines of text, with a tab between a word and what it says:
 *
 *	trafctl-snapshot	1
 *	id	a number that no other snapshot has
 *	host	this one's name
 *	boot_id	of the kernel, from /proc/sys/kernel/random/boot_id
 *	time	ns since 1970, when it was begun
 *	consume	yes or no: whether the tables have been relieved of it since
 *	unless	if the rows are in another file: its name until it was there as a whole
 *
 *	table	RSN
 *	time	ns since 1970, when it was looked at
 *	NAME_info's lines
 *
 *	file	bytes
 *	the file, header and rows
 *
 *	file	packets
 *	...
 *
 *	end	how many rows there are in all
 *
 * A file without that last line is none. A row's total is the sum of its numbers, so
 * that damage shows.
 */
#ifndef TRAFCTL_SNAPSHOT_FILE_H
#define TRAFCTL_SNAPSHOT_FILE_H

#include "lines.h"
#include "out.h"
#include "rows.h"
#include "tables.h"

/* Another number is another form. */
#define SNAPSHOT_VERSION 1

/* A host's name has at most 64 characters, a boot's id 36. */
#define SNAPSHOT_WORD_SIZE 65

/**
 * struct snapshot - what a snapshot is
 * @id: no other has it
 * @host: its name
 * @boot_id: of its kernel
 * @time: ns since 1970, when it was begun
 * @consume: the tables have been relieved of what is in it
 * @elsewhere: of what is in another file
 * @unless: nothing of that is true while there is a file of this name: of an @elsewhere
 *	that is being written
 * @is_void: of one that is being read: there is such a file
 */
struct snapshot {
	u64 id;
	char host[SNAPSHOT_WORD_SIZE];
	char boot_id[SNAPSHOT_WORD_SIZE];
	u64 time;
	bool consume;
	bool elsewhere;
	const char *unless;
	bool is_void;
};

/**
 * enum snapshot_part - what comes next in a snapshot
 * @SNAPSHOT_WRONG: nothing: users have been told what is wrong
 * @SNAPSHOT_TABLE: a table
 * @SNAPSHOT_ROWS: rows of the table that came last
 * @SNAPSHOT_END: nothing
 */
enum snapshot_part {
	SNAPSHOT_WRONG,
	SNAPSHOT_TABLE,
	SNAPSHOT_ROWS,
	SNAPSHOT_END,
};

/**
 * struct snapshot_reader - a snapshot that is being read
 * @path: of the file
 * @is: what it says of itself
 * @table: the one that came last
 * @rows: of SNAPSHOT_ROWS, for snapshot_next_row()
 * @in_rows: they have not come to their end
 * @row_count: of all that have come
 * @lines: the file
 */
struct snapshot_reader {
	const char *path;
	struct snapshot is;
	struct table table;
	struct rows rows;
	bool in_rows;
	u64 row_count;
	struct lines lines;
};

struct snapshot_reader *snapshot_open(const char *path);
struct snapshot_reader *snapshot_start(int fd, const char *path);
enum snapshot_part snapshot_next(struct snapshot_reader *reader);
int snapshot_next_row(struct snapshot_reader *reader, struct rowtext *row);
void snapshot_close(struct snapshot_reader *reader);
int snapshot_check(const char *path, struct snapshot *is);

int snapshot_identify(struct snapshot *snapshot, const char *proc);
void snapshot_put_start(struct out *out, const struct snapshot *snapshot);
void snapshot_put_table(struct out *out, const struct table *table);
void snapshot_put_rows(struct out *out, enum kind kind);
void snapshot_put_row(struct out *out, enum kind kind, const struct rowtext *row);
void snapshot_put_rows_end(struct out *out);
void snapshot_put_end(struct out *out, u64 rows);

#endif /* TRAFCTL_SNAPSHOT_FILE_H */
