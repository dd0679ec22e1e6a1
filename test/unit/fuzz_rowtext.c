// SPDX-License-Identifier: GPL-2.0
/*
 * Any line through rowtext_parse(). When it is a row, writing the row and
 * parsing that gives the same row.
 *
 * Input: one byte for the number of values, then the line.
 */
#include "rowtext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASSERT(condition)                                                               \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void write_and_parse(const struct rowtext *row, u32 count)
{
	const size_t room = row->key_length + ROWTEXT_MAX;
	char *line = malloc(room), *exact, *end;
	struct rowtext again;
	size_t length;

	ASSERT(line);
	memcpy(line + 1, row->key, row->key_length);
	*line = '-';
	end = rowtext_put_values(line + 1 + row->key_length, row->values, count);
	ASSERT(end[-1] == '\n');
	length = end - 1 - line;

	exact = malloc(length);
	ASSERT(exact);
	memcpy(exact, line, length);
	ASSERT(rowtext_parse(exact, length, count, &again));
	ASSERT(again.subtract);
	ASSERT(again.key_length == row->key_length);
	ASSERT(!memcmp(again.key, row->key, row->key_length));
	ASSERT(!memcmp(again.values, row->values, count * sizeof(u64)));
	free(exact);
	free(line);
}

static void check_key(const struct rowtext *row)
{
	char *key = malloc(row->key_length), text[ROWTEXT_MAX];
	u32 number;

	ASSERT(key || !row->key_length);
	memcpy(key, row->key, row->key_length);
	if (rowtext_parse_ipv4(key, row->key_length, &number)) {
		ASSERT(rowtext_put_ipv4(text, number) == text + row->key_length);
		ASSERT(!memcmp(text, key, row->key_length));
	}
	if (rowtext_parse_port(key, row->key_length, &number)) {
		ASSERT(number < 65536);
		ASSERT(rowtext_put_number(text, number) == text + row->key_length);
		ASSERT(!memcmp(text, key, row->key_length));
	}
	free(key);
}

static u32 tabs(const char *line, size_t length)
{
	u32 count = 0;

	while (length--)
		count += *line++ == '\t';
	return count;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct rowtext row;
	size_t length;
	char *line;
	u32 count;

	if (!size)
		return 0;
	count = 2 + *data % 4 * 2;
	length = size - 1;
	line = malloc(length);
	ASSERT(line || !length);
	memcpy(line, data + 1, length);
	if (rowtext_parse(line, length, count, &row)) {
		ASSERT(row.subtract == (*line == '-'));
		ASSERT(row.key == line + row.subtract);
		ASSERT(tabs(line, length) == 2 + count);
		write_and_parse(&row, count);
		check_key(&row);
	}
	free(line);
	return 0;
}
