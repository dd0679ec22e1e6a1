// SPDX-License-Identifier: GPL-2.0
/*
 * rowkey: see rowkey.h
 */
#include "rowkey.h"

#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "index.h"
#include "rowtext.h"

/* 8 groups of 4 digits, or the last two of them as a dotted quad; and a NUL. */
#define IPV6_TEXT_SIZE 48

static char *put_ipv6(char *to, const union nf_inet_addr *key)
{
	return to + scnprintf(to, IPV6_TEXT_SIZE, "%pI6c", &key->in6);
}

/**
 * rowkey_put() - write what a row stands for
 * @to: a buffer of ROWTEXT_MAX characters
 * @index: the index of the table's addresses
 * @row: a row that shows something
 *
 * Return: behind the last character.
 */
char *rowkey_put(char *to, const struct index *index, u32 row)
{
	union nf_inet_addr key;

	index_key(index, row, &key);
	if (index->words == 4)
		to = put_ipv6(to, &key);
	else
		to = rowtext_put_ipv4(to, be32_to_cpu(key.ip));
	if (index->aggregates) {
		*to++ = '/';
		to = rowtext_put_number(to, index->row_length);
	}
	return to;
}

static bool parse_address(const char *text, size_t length,
			  const struct index *index, union nf_inet_addr *key)
{
	const char *end;
	u32 address;

	if (index->words == 4)
		return in6_pton(text, length, key->in6.s6_addr, -1, &end) &&
		       end == text + length;
	if (!rowtext_parse_ipv4(text, length, &address))
		return false;
	key->ip = cpu_to_be32(address);
	return true;
}

/* Takes the "/LEN" that rowkey_put() writes off the end of the text. */
static bool parse_prefix(const char *text, size_t *length,
			 const struct index *index)
{
	const char *slash = memchr(text, '/', *length);
	u64 bits;

	if (!index->aggregates)
		return !slash;
	if (!slash ||
	    !rowtext_parse_number(slash + 1, text + *length - (slash + 1),
				  &bits) ||
	    bits != index->row_length)
		return false;
	*length = slash - text;
	return true;
}

/**
 * rowkey_parse() - read what a row stands for
 * @text: the characters
 * @length: how many
 * @index: the index of the table's addresses
 * @key: filled in
 *
 * Return: false for anything but an address or a prefix that the table may have
 * a row for.
 */
bool rowkey_parse(const char *text, size_t length, const struct index *index,
		  union nf_inet_addr *key)
{
	return parse_prefix(text, &length, index) &&
	       parse_address(text, length, index, key) &&
	       index_covers(index, key);
}
