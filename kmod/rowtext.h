/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rowtext: rows to text and text to rows.
 *
 * Knows tabs, digits and totals; does not know files, tables or counters. Also
 * compiled for user space by test/unit. Every function may run in any context.
 *
 * A row is: key, then a tab and a number for TOTAL IN, TOTAL OUT and every
 * value, then a newline. Values come in pairs, IN before OUT; a total is the
 * sum of its direction.
 */
#ifndef TRAFFIC_ROWTEXT_H
#define TRAFFIC_ROWTEXT_H

#include <linux/types.h>

#define ROWTEXT_VALUES_MAX 8

/* A number is written eight bytes at a time. */
#define ROWTEXT_SPARE 7

/*
 * The longest row: 45 characters of address with "/128", 10 numbers of 20 digits
 * with a tab each, a newline; and the leading '-' of a row that is subtracted.
 * Leaves room for ROWTEXT_SPARE.
 */
#define ROWTEXT_MAX 288

/**
 * struct rowtext - a row that was written
 * @subtract: it had a leading '-'
 * @key: the characters of its key, not terminated
 * @key_length: how many
 * @values: without the totals
 */
struct rowtext {
	bool subtract;
	const char *key;
	size_t key_length;
	u64 values[ROWTEXT_VALUES_MAX];
};

char *rowtext_put_number(char *to, u64 number);
char *rowtext_put_ipv4(char *to, u32 address);
char *rowtext_put_values(char *to, const u64 *values, u32 count);

bool rowtext_parse(const char *line, size_t length, u32 count,
		   struct rowtext *row);
bool rowtext_parse_number(const char *text, size_t length, u64 *number);
bool rowtext_parse_field(const char **text, const char *end, char separator,
			 u64 *number);
bool rowtext_parse_ipv4(const char *text, size_t length, u32 *address);
bool rowtext_parse_port(const char *text, size_t length, u32 *port);

#endif /* TRAFFIC_ROWTEXT_H */
