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

/* And "/128". */
#define KEY_TEXT_SIZE (IPV6_TEXT_SIZE + 4 + ROWTEXT_SPARE)

static char *put_key(char *to, const struct index *index,
		     const union nf_inet_addr *key)
{
	if (index->words == 4)
		to += scnprintf(to, IPV6_TEXT_SIZE, "%pI6c", &key->in6);
	else
		to = rowtext_put_ipv4(to, be32_to_cpu(key->ip));
	if (index->aggregates) {
		*to++ = '/';
		to = rowtext_put_number(to, index->row_length);
	}
	return to;
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
	return put_key(to, index, &key);
}

static bool parse_address(const char *text, size_t length,
			  const struct index *index, union nf_inet_addr *key)
{
	u32 address;

	if (index->words == 4)
		return in6_pton(text, length, key->in6.s6_addr, -1, NULL);
	if (!rowtext_parse_ipv4(text, length, &address))
		return false;
	key->ip = cpu_to_be32(address);
	return true;
}

static bool is_text_of(const union nf_inet_addr *key, const struct index *index,
		       const char *text, size_t length)
{
	char written[KEY_TEXT_SIZE];

	return put_key(written, index, key) == written + length &&
	       !memcmp(written, text, length);
}

/**
 * rowkey_parse() - read what a row stands for
 * @text: the characters
 * @length: how many
 * @index: the index of the table's addresses
 * @key: filled in
 *
 * Return: false for anything but what rowkey_put() writes for an address or a
 * prefix that the table may have a row for.
 */
bool rowkey_parse(const char *text, size_t length, const struct index *index,
		  union nf_inet_addr *key)
{
	const char *slash = memchr(text, '/', length);

	return parse_address(text, slash ? slash - text : length, index, key) &&
	       is_text_of(key, index, text, length) &&
	       index_covers(index, key);
}
