// SPDX-License-Identifier: GPL-2.0
/*
 * rows: see rows.h
 */
#include "rows.h"

#include <errno.h>
#include <string.h>
#include "complain.h"
#include "prefix.h"

static int complain_of_line(const struct rows *rows, const char *what)
{
	complain("%s, line %llu: %s", rows->where, rows->lines->number, what);
	return -1;
}

/* What no address or prefix is made of would do harm in output. */
static bool is_key(enum kind kind, const char *key, size_t length)
{
	u32 port;

	if (kind_forms[kind].by_port)
		return rowtext_parse_port(key, length, &port);
	return length && length < PREFIX_TEXT_SIZE && strspn(key, "0123456789abcdef.:/") >= length;
}

/**
 * rows_start() - read the header
 * @rows: filled in
 * @lines: its next line is the header
 * @kind: what the rows are of
 * @where: the file's name, for messages
 *
 * Return: 0, or -1 when users have been told why not.
 */
int rows_start(struct rows *rows, struct lines *lines, enum kind kind, const char *where)
{
	const char *header = kind_forms[kind].header, *line;
	size_t length;
	int got;

	rows->lines = lines;
	rows->kind = kind;
	rows->where = where;
	got = lines_next(lines, &line, &length);
	if (got < 0)
		return complain_of_line(rows, lines_error(errno));
	if (!got || length != strlen(header) || memcmp(line, header, length))
		return complain_of_line(rows, "not the header of such a file");
	return 0;
}

/**
 * rows_next() - the next row
 * @rows: which
 * @row: filled in; its key stays until the next call
 *
 * They end with the file, or before an empty line.
 *
 * Return: 1, 0 at the end, or -1 when users have been told what is wrong.
 */
int rows_next(struct rows *rows, struct rowtext *row)
{
	const char *line;
	size_t length;
	int got;

	got = lines_next(rows->lines, &line, &length);
	if (got < 0)
		return complain_of_line(rows, lines_error(errno));
	if (!got || !length)
		return 0;
	if (!rowtext_parse(line, length, kind_forms[rows->kind].values, row) || row->subtract ||
	    !is_key(rows->kind, row->key, row->key_length))
		return complain_of_line(rows, "not a row");
	return 1;
}

/**
 * rows_put() - write a row as the kernel does
 * @to: room for ROWTEXT_MAX characters
 * @kind: what it is of
 * @row: as it was read; with a leading '-' where it is to be subtracted
 *
 * Return: behind its newline.
 */
char *rows_put(char *to, enum kind kind, const struct rowtext *row)
{
	if (row->subtract)
		*to++ = '-';
	memcpy(to, row->key, row->key_length);
	return rowtext_put_values(to + row->key_length, row->values, kind_forms[kind].values);
}
