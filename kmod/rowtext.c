// SPDX-License-Identifier: GPL-2.0
/*
 * rowtext: see rowtext.h
 *
 * A million rows are ten million numbers, so digits are put down here and not
 * by a format string.
 */
#include "rowtext.h"

#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#define EIGHT_DIGITS 100000000U
#define EIGHT_ZEROS 0x3030303030303030ULL

/*
 * The digits of a number below 10^8, a byte each, the first one in the lowest.
 * Four at a time, then two, then one are split off in place, dividing by 100 as
 * 10486 / 2^20 and by 10 as 103 / 2^10: without a branch, as nothing predicts
 * how long the next number is.
 */
static u64 eight_digits(u32 number)
{
	u64 digits = number / 10000 | (u64)(number % 10000) << 32;
	u64 high;

	high = digits * 10486 >> 20 & 0x0000007f0000007f;
	digits = high | (digits - high * 100) << 16;
	high = digits * 103 >> 10 & 0x000f000f000f000f;
	return high | (digits - high * 10) << 8;
}

static void put_eight(char *to, u64 digits)
{
	const __le64 text = cpu_to_le64(digits);

	memcpy(to, &text, sizeof(text));
}

/**
 * rowtext_put_number() - write a number in decimal
 * @to: room for 20 characters, and ROWTEXT_SPARE more
 * @number: the number
 *
 * Return: behind the last digit; what follows there is overwritten.
 */
char *rowtext_put_number(char *to, u64 number)
{
	unsigned int zeros;
	u64 digits;
	u32 low;

	if (number >= EIGHT_DIGITS) {
		number = div_u64_rem(number, EIGHT_DIGITS, &low);
		to = rowtext_put_number(to, number);
		put_eight(to, eight_digits(low) | EIGHT_ZEROS);
		return to + 8;
	}
	digits = eight_digits(number);
	/* At most seven: the last digit stays. */
	zeros = __ffs64(digits | 1ULL << 56) / 8;
	put_eight(to, (digits | EIGHT_ZEROS) >> zeros * 8);
	return to + 8 - zeros;
}

static char *put_octet(char *to, u8 octet)
{
	if (octet >= 100)
		*to++ = '0' + octet / 100;
	if (octet >= 10)
		*to++ = '0' + octet / 10 % 10;
	*to++ = '0' + octet % 10;
	return to;
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
	to = put_octet(to, address >> 24);
	*to++ = '.';
	to = put_octet(to, address >> 16);
	*to++ = '.';
	to = put_octet(to, address >> 8);
	*to++ = '.';
	return put_octet(to, address);
}

static char *put_field(char *to, u64 number)
{
	*to++ = '\t';
	return rowtext_put_number(to, number);
}

/* What passes 2^64 (which only restoring can bring about) is the most there is. */
static void add_to_total(u64 *total, u64 value)
{
	if (check_add_overflow(*total, value, total))
		*total = U64_MAX;
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
		add_to_total(&total[i % 2], values[i]);
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

/**
 * rowtext_parse_field() - read one number of several
 * @text: the characters; moved behind the next @separator, or to @end
 * @end: where they end
 * @separator: what stands between the numbers
 * @number: filled in
 *
 * Return: false for anything but a number below 2^64, and for one with a separator that
 * nothing follows.
 */
bool rowtext_parse_field(const char **text, const char *end, char separator,
			 u64 *number)
{
	const char *field = *text;
	const size_t length = next_field(text, end, separator);

	return rowtext_parse_number(field, length, number) &&
	       (*text < end || field + length == end);
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
	if (!rowtext_parse_field(&line, end, '\t', &total[0]) ||
	    !rowtext_parse_field(&line, end, '\t', &total[1]))
		return false;

	for (i = 0; i < count; i++) {
		if (!rowtext_parse_field(&line, end, '\t', &row->values[i]))
			return false;
		add_to_total(&sum[i % 2], row->values[i]);
	}
	return line == end && sum[0] == total[0] && sum[1] == total[1];
}
