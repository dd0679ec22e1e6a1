// SPDX-License-Identifier: GPL-2.0
/*
 * rowtext: see rowtext.h
 *
 * A million rows are ten million numbers, so digits are put down here and not
 * by a format string.
 */
#include "rowtext.h"

#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/string.h>

/* 00 to 99, so that one division gives two digits. */
static const char pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* The least number of n + 1 digits; 0 has one digit too. */
static const u64 least[] = {
	0,
	10ULL,
	100ULL,
	1000ULL,
	10000ULL,
	100000ULL,
	1000000ULL,
	10000000ULL,
	100000000ULL,
	1000000000ULL,
	10000000000ULL,
	100000000000ULL,
	1000000000000ULL,
	10000000000000ULL,
	100000000000000ULL,
	1000000000000000ULL,
	10000000000000000ULL,
	100000000000000000ULL,
	1000000000000000000ULL,
	10000000000000000000ULL,
};

static unsigned int count_digits(u64 number)
{
	/* log10(2) is 1233 / 2^12, near enough for 64 bits. */
	const unsigned int digits = fls64(number) * 1233 >> 12;

	return digits + (number >= least[digits]);
}

/**
 * rowtext_put_number() - write a number in decimal
 * @to: room for 20 characters
 * @number: the number
 *
 * Return: behind the last digit.
 */
char *rowtext_put_number(char *to, u64 number)
{
	char *end = to + count_digits(number);
	u32 pair;

	for (to = end; number >= 100; to -= 2) {
		number = div_u64_rem(number, 100, &pair);
		memcpy(to - 2, &pairs[2 * pair], 2);
	}
	if (number >= 10)
		memcpy(to - 2, &pairs[2 * number], 2);
	else
		to[-1] = '0' + number;
	return end;
}

/**
 * rowtext_put_ipv4() - write an address as a dotted quad
 * @to: room for 15 characters
 * @address: in host byte order
 *
 * Return: behind the last digit.
 */
char *rowtext_put_ipv4(char *to, u32 address)
{
	to = rowtext_put_number(to, address >> 24);
	*to++ = '.';
	to = rowtext_put_number(to, address >> 16 & 0xff);
	*to++ = '.';
	to = rowtext_put_number(to, address >> 8 & 0xff);
	*to++ = '.';
	return rowtext_put_number(to, address & 0xff);
}

static char *put_field(char *to, u64 number)
{
	*to++ = '\t';
	return rowtext_put_number(to, number);
}

/**
 * rowtext_put_values() - write what follows the key of a row
 * @to: behind the key, in a buffer of ROWTEXT_MAX characters
 * @values: the values
 * @count: how many; even, at most ROWTEXT_VALUES_MAX
 *
 * Return: behind the newline.
 */
char *rowtext_put_values(char *to, const u64 *values, u32 count)
{
	u64 total[2] = {};
	u32 i;

	for (i = 0; i < count; i++)
		total[i % 2] += values[i];
	to = put_field(to, total[0]);
	to = put_field(to, total[1]);
	for (i = 0; i < count; i++)
		to = put_field(to, values[i]);
	*to++ = '\n';
	return to;
}

/**
 * rowtext_parse_number() - read a number in decimal
 * @text: the characters
 * @length: how many; all of them have to be digits
 * @number: filled in
 *
 * Return: false for anything but a number below 2^64.
 */
bool rowtext_parse_number(const char *text, size_t length, u64 *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' ||
		    check_mul_overflow(*number, (u64)10, number) ||
		    check_add_overflow(*number, (u64)(text[i] - '0'), number))
			return false;
	}
	return length;
}

/* Up to the next @separator or the end; moves @text behind the separator. */
static size_t next_field(const char **text, const char *end, char separator)
{
	const char *at = memchr(*text, separator, end - *text);
	const size_t length = (at ? at : end) - *text;

	*text = at ? at + 1 : end;
	return length;
}

static bool parse_small(const char *text, size_t length, u32 max, u32 *number)
{
	u64 parsed;

	/* A leading zero means octal elsewhere; here it means a mistake. */
	if (length > 1 && text[0] == '0')
		return false;
	if (!rowtext_parse_number(text, length, &parsed) || parsed > max)
		return false;
	*number = parsed;
	return true;
}

/**
 * rowtext_parse_ipv4() - read a dotted quad
 * @text: the characters
 * @length: how many
 * @address: filled in, in host byte order
 *
 * Return: false for anything but what rowtext_put_ipv4() writes.
 */
bool rowtext_parse_ipv4(const char *text, size_t length, u32 *address)
{
	const char *end = text + length, *part;
	unsigned int i;
	u32 octet;

	*address = 0;
	for (i = 0; i < 4; i++) {
		part = text;
		length = next_field(&text, end, '.');
		if (!parse_small(part, length, 255, &octet))
			return false;
		*address = *address << 8 | octet;
	}
	return part + length == end;
}

/**
 * rowtext_parse_port() - read a port
 * @text: the characters
 * @length: how many
 * @port: filled in
 *
 * Return: false for anything but a number from 0 to 65535.
 */
bool rowtext_parse_port(const char *text, size_t length, u32 *port)
{
	return parse_small(text, length, 65535, port);
}

static bool parse_field(const char **text, const char *end, u64 *number)
{
	const char *field = *text;

	return rowtext_parse_number(field, next_field(text, end, '\t'), number);
}

/**
 * rowtext_parse() - read a row
 * @line: the characters, without the newline
 * @length: how many
 * @count: values the row has to have; even, at most ROWTEXT_VALUES_MAX
 * @row: filled in; points into @line
 *
 * Return: false when the row is not one, a number is 2^64 or more, or a total
 * is not the sum. Whether the key is one is left to the caller.
 */
bool rowtext_parse(const char *line, size_t length, u32 count,
		   struct rowtext *row)
{
	const char *end = line + length;
	u64 total[2], sum[2] = {};
	u32 i;

	row->subtract = length && *line == '-';
	if (row->subtract)
		line++;
	row->key = line;
	row->key_length = next_field(&line, end, '\t');
	if (!parse_field(&line, end, &total[0]) ||
	    !parse_field(&line, end, &total[1]))
		return false;

	for (i = 0; i < count; i++)
		if (!parse_field(&line, end, &row->values[i]) ||
		    check_add_overflow(sum[i % 2], row->values[i], &sum[i % 2]))
			return false;
	/* An empty field behind a last tab would be missed without the digit. */
	return line == end && end[-1] != '\t' &&
	       sum[0] == total[0] && sum[1] == total[1];
}
