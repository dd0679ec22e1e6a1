// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot_file: see snapshot_file.h
 */
#include "snapshot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "complain.h"
#include "timestamp.h"

#define FIRST_WORD "trafctl-snapshot"
#define BOOT_ID	   "sys/kernel/random/boot_id"

/**
 * struct entry - a line of a word and a value
 * @word: its characters, not terminated
 * @word_length: how many
 * @value: what stands behind the tab, not terminated
 * @value_length: how many
 */
struct entry {
	const char *word;
	size_t word_length;
	const char *value;
	size_t value_length;
};

static int wrong(const struct snapshot_reader *reader, const char *what)
{
	complain("%s, line %llu: %s", reader->path, reader->lines.number, what);
	return -1;
}

/* Return: what is wrong, or NULL. */
static const char *next_entry(struct snapshot_reader *reader, struct entry *entry)
{
	const char *tab;
	size_t length;
	int got;

	got = lines_next(&reader->lines, &entry->word, &length);
	if (got < 0)
		return lines_error(errno);
	if (!got)
		return "the snapshot is not complete";
	tab = memchr(entry->word, '\t', length);
	if (!tab)
		return "not a line of a snapshot";
	entry->word_length = tab - entry->word;
	entry->value = tab + 1;
	entry->value_length = length - entry->word_length - 1;
	return NULL;
}

static bool word_is(const struct entry *entry, const char *word)
{
	return entry->word_length == strlen(word) && !memcmp(entry->word, word, entry->word_length);
}

static bool value_is(const struct entry *entry, const char *value)
{
	return entry->value_length == strlen(value) &&
	       !memcmp(entry->value, value, entry->value_length);
}

static bool copy_value(const struct entry *entry, char *to, size_t size)
{
	if (entry->value_length >= size)
		return false;
	memcpy(to, entry->value, entry->value_length);
	to[entry->value_length] = '\0';
	return true;
}

static bool parse_number(const struct entry *entry, u64 *number)
{
	return rowtext_parse_number(entry->value, entry->value_length, number);
}

static bool parse_yes_or_no(const struct entry *entry, bool *yes)
{
	*yes = value_is(entry, "yes");
	return *yes || value_is(entry, "no");
}

static bool expect(struct snapshot_reader *reader, const char *word, struct entry *entry)
{
	return !next_entry(reader, entry) && word_is(entry, word);
}

static bool is_there(const char *name, size_t length)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.*s", (int)length, name);
	return !access(path, F_OK);
}

/* An empty line, maybe with "unless" before it. */
static bool read_unless(struct snapshot_reader *reader)
{
	static const char word[] = "unless\t";
	const size_t begin = sizeof(word) - 1;
	const char *line;
	size_t length;
	int got;

	got = lines_next(&reader->lines, &line, &length);
	reader->is.elsewhere = got > 0 && length > begin && !memcmp(line, word, begin);
	if (reader->is.elsewhere) {
		reader->is.is_void = is_there(line + begin, length - begin);
		got = lines_next(&reader->lines, &line, &length);
	}
	return got > 0 && !length;
}

static int read_start(struct snapshot_reader *reader)
{
	struct snapshot *is = &reader->is;
	struct entry entry;
	u64 version;

	if (!expect(reader, FIRST_WORD, &entry) || !parse_number(&entry, &version))
		return wrong(reader, "not a snapshot");
	if (version != SNAPSHOT_VERSION)
		return wrong(reader, "a snapshot of another version of trafctl");
	is->unless = NULL;
	is->is_void = false;
	if (expect(reader, "id", &entry) && parse_number(&entry, &is->id) &&
	    expect(reader, "host", &entry) && copy_value(&entry, is->host, sizeof(is->host)) &&
	    expect(reader, "boot_id", &entry) &&
	    copy_value(&entry, is->boot_id, sizeof(is->boot_id)) &&
	    expect(reader, "time", &entry) && parse_number(&entry, &is->time) &&
	    expect(reader, "consume", &entry) && parse_yes_or_no(&entry, &is->consume) &&
	    read_unless(reader))
		return 0;
	return wrong(reader, "not what a snapshot begins with");
}

/**
 * snapshot_start() - begin to read a snapshot
 * @fd: of the file; closed by snapshot_close(), or when this fails
 * @path: of the file; stays the caller's
 *
 * Return: for snapshot_close(); or NULL when users have been told what is wrong.
 */
struct snapshot_reader *snapshot_start(int fd, const char *path)
{
	struct snapshot_reader *reader = malloc(sizeof(*reader));

	if (!reader) {
		complain_of_memory();
		close(fd);
		return NULL;
	}
	reader->path = path;
	reader->in_rows = false;
	reader->row_count = 0;
	memset(&reader->table, 0, sizeof(reader->table));
	lines_start(&reader->lines, fd);
	if (!read_start(reader))
		return reader;
	snapshot_close(reader);
	return NULL;
}

/**
 * snapshot_open() - open a snapshot
 * @path: of the file; stays the caller's
 *
 * Return: as of snapshot_start().
 */
struct snapshot_reader *snapshot_open(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return snapshot_start(fd, path);
	complain("%s: %s", path, strerror(errno));
	return NULL;
}

/**
 * snapshot_close() - have read enough of a snapshot
 * @reader: which; gone afterwards
 */
void snapshot_close(struct snapshot_reader *reader)
{
	close(reader->lines.fd);
	free(reader);
}

static enum snapshot_part begin_table(struct snapshot_reader *reader, const struct entry *entry)
{
	struct entry time;

	if (!copy_value(entry, reader->table.name, sizeof(reader->table.name)) ||
	    !table_is_name(reader->table.name)) {
		wrong(reader, "not the name of a table");
		return SNAPSHOT_WRONG;
	}
	if (!expect(reader, "time", &time) || !parse_number(&time, &reader->table.time)) {
		wrong(reader, "not the time of a table");
		return SNAPSHOT_WRONG;
	}
	if (info_read(&reader->lines, &reader->table.info)) {
		wrong(reader, lines_error(errno));
		return SNAPSHOT_WRONG;
	}
	return SNAPSHOT_TABLE;
}

static enum snapshot_part begin_rows(struct snapshot_reader *reader, const struct entry *entry)
{
	char name[SNAPSHOT_WORD_SIZE];
	enum kind kind;

	if (!*reader->table.name || !copy_value(entry, name, sizeof(name)) ||
	    !kind_parse(name, &kind) || !(reader->table.info.kinds & KIND_BIT(kind))) {
		wrong(reader, "not a file of the table");
		return SNAPSHOT_WRONG;
	}
	if (rows_start(&reader->rows, &reader->lines, kind, reader->path))
		return SNAPSHOT_WRONG;
	reader->in_rows = true;
	return SNAPSHOT_ROWS;
}

static enum snapshot_part end(struct snapshot_reader *reader, const struct entry *entry)
{
	const char *more;
	size_t length;
	u64 rows;

	if (!parse_number(entry, &rows) || rows != reader->row_count)
		wrong(reader, "rows are missing");
	else if (lines_next(&reader->lines, &more, &length))
		wrong(reader, "something comes behind the snapshot's end");
	else
		return SNAPSHOT_END;
	return SNAPSHOT_WRONG;
}

/**
 * snapshot_next() - what comes next
 * @reader: which snapshot; @reader->table or @reader->rows say more
 *
 * Rows that have not been read are passed over.
 */
enum snapshot_part snapshot_next(struct snapshot_reader *reader)
{
	const char *what;
	struct rowtext row;
	struct entry entry;
	int got = 0;

	while (reader->in_rows)
		got = snapshot_next_row(reader, &row);
	if (got < 0)
		return SNAPSHOT_WRONG;
	what = next_entry(reader, &entry);
	if (what) {
		wrong(reader, what);
		return SNAPSHOT_WRONG;
	}
	if (word_is(&entry, "table"))
		return begin_table(reader, &entry);
	if (word_is(&entry, "file"))
		return begin_rows(reader, &entry);
	if (word_is(&entry, "end"))
		return end(reader, &entry);
	wrong(reader, "not a line of a snapshot");
	return SNAPSHOT_WRONG;
}

/**
 * snapshot_next_row() - the next row, after SNAPSHOT_ROWS
 * @reader: which snapshot
 * @row: filled in; its key stays until the next call
 *
 * Return: 1, 0 behind the last, or -1 when users have been told what is wrong.
 */
int snapshot_next_row(struct snapshot_reader *reader, struct rowtext *row)
{
	const int got = rows_next(&reader->rows, row);

	reader->in_rows = got > 0;
	reader->row_count += got > 0;
	return got;
}

/**
 * snapshot_check() - whether a file is a snapshot from its beginning to its end
 * @path: of the file
 * @is: filled in
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshot_check(const char *path, struct snapshot *is)
{
	struct snapshot_reader *reader = snapshot_open(path);
	enum snapshot_part part;

	if (!reader)
		return -1;
	do {
		part = snapshot_next(reader);
	} while (part == SNAPSHOT_TABLE || part == SNAPSHOT_ROWS);
	*is = reader->is;
	snapshot_close(reader);
	return part == SNAPSHOT_END ? 0 : -1;
}

static int read_boot_id(struct snapshot *snapshot, const char *proc)
{
	char path[4096];
	FILE *file;
	int got;

	snprintf(path, sizeof(path), "%s/" BOOT_ID, proc);
	file = fopen(path, "re");
	got = file ? fscanf(file, "%64[0-9a-f-]", snapshot->boot_id) : 0;
	if (file)
		fclose(file);
	if (got == 1)
		return 0;
	complain("%s: %s", path, file ? "not a boot's id" : strerror(errno));
	return -1;
}

/* In a host's name there are no tabs and newlines, whoever set it. */
static void read_host(struct snapshot *snapshot)
{
	char *at;

	memset(snapshot->host, 0, sizeof(snapshot->host));
	gethostname(snapshot->host, sizeof(snapshot->host) - 1);
	for (at = snapshot->host; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = '?';
}

/**
 * snapshot_identify() - say what a snapshot will be that is taken now
 * @snapshot: filled in, but for @consume
 * @proc: "/proc", or a copy of what is needed of it
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int snapshot_identify(struct snapshot *snapshot, const char *proc)
{
	read_host(snapshot);
	snapshot->time = timestamp_now();
	if (getrandom(&snapshot->id, sizeof(snapshot->id), 0) != sizeof(snapshot->id)) {
		complain("no random number: %s", strerror(errno));
		return -1;
	}
	return read_boot_id(snapshot, proc);
}

/**
 * snapshot_put_start() - write what a snapshot begins with
 * @out: where to
 * @snapshot: what it is
 */
void snapshot_put_start(struct out *out, const struct snapshot *snapshot)
{
	out_format(out,
		   FIRST_WORD "\t%d\nid\t%llu\nhost\t%s\nboot_id\t%s\ntime\t%llu\nconsume\t%s\n",
		   SNAPSHOT_VERSION, snapshot->id, snapshot->host, snapshot->boot_id,
		   snapshot->time, snapshot->consume ? "yes" : "no");
	if (snapshot->unless)
		out_format(out, "unless\t%s\n", snapshot->unless);
	out_text(out, "\n");
}

/**
 * snapshot_put_table() - write what a table is
 * @out: where to
 * @table: its rows come next
 */
void snapshot_put_table(struct out *out, const struct table *table)
{
	out_format(out, "table\t%s\ntime\t%llu\n", table->name, table->time);
	info_put(out, &table->info);
	out_text(out, "\n");
}

/**
 * snapshot_put_rows() - write that rows come
 * @out: where to
 * @kind: of the table's file that they are of
 */
void snapshot_put_rows(struct out *out, enum kind kind)
{
	out_format(out, "file\t%s\n%s\n", kind_forms[kind].name, kind_forms[kind].header);
}

/**
 * snapshot_put_row() - write a row
 * @out: where to
 * @kind: what it is of
 * @row: as it was read
 */
void snapshot_put_row(struct out *out, enum kind kind, const struct rowtext *row)
{
	out_up_to(out, rows_put(out_room(out, ROWTEXT_MAX), kind, row));
}

/**
 * snapshot_put_rows_end() - write that there are no more rows in this file
 * @out: where to
 */
void snapshot_put_rows_end(struct out *out)
{
	out_text(out, "\n");
}

/**
 * snapshot_put_end() - write that it is complete
 * @out: where to
 * @rows: how many have been written
 */
void snapshot_put_end(struct out *out, u64 rows)
{
	out_format(out, "end\t%llu\n", rows);
}
