// SPDX-License-Identifier: GPL-2.0
/*
 * prefix: see prefix.h
 */
#include "prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "rowtext.h"

/* What is left of an address that is not to be recognised: bits. */
#define KEPT_OF_IPV4 24
#define KEPT_OF_IPV6 48

/**
 * prefix_address_bits() - how many bits addresses have
 * @prefix: of their family
 */
unsigned int prefix_address_bits(const struct prefix *prefix)
{
	return prefix->family == 4 ? 32 : 128;
}

static bool parse_address(const char *text, size_t length, struct prefix *prefix)
{
	char terminated[INET6_ADDRSTRLEN];
	u32 ipv4;

	memset(prefix, 0, sizeof(*prefix));
	if (rowtext_parse_ipv4(text, length, &ipv4)) {
		prefix->family = 4;
		ipv4 = htonl(ipv4);
		memcpy(prefix->bytes, &ipv4, sizeof(ipv4));
		return true;
	}
	if (length >= sizeof(terminated))
		return false;
	memcpy(terminated, text, length);
	terminated[length] = '\0';
	prefix->family = 6;
	return inet_pton(AF_INET6, terminated, prefix->bytes) == 1;
}

/**
 * prefix_parse() - read an address or a network
 * @text: ADDRESS or ADDRESS/LENGTH
 * @length: of the text
 * @prefix: filled in; behind its length there may be bits
 *
 * Return: false when it is neither.
 */
bool prefix_parse(const char *text, size_t length, struct prefix *prefix)
{
	const char *slash = memchr(text, '/', length);
	u64 bits;

	if (!parse_address(text, slash ? (size_t)(slash - text) : length, prefix))
		return false;
	bits = prefix_address_bits(prefix);
	if (slash && (!rowtext_parse_number(slash + 1, text + length - slash - 1, &bits) ||
		      bits > prefix_address_bits(prefix)))
		return false;
	prefix->length = bits;
	return true;
}

/* Of the byte @i, those that are within the first @length bits. */
static u8 byte_mask(unsigned int i, unsigned int length)
{
	if (length >= 8 * i + 8)
		return 0xff;
	return length <= 8 * i ? 0 : (u8)(0xff00 >> (length - 8 * i));
}

/**
 * prefix_clear_host_bits() - have nothing behind the length
 * @prefix: changed
 *
 * Return: false when nothing was there.
 */
bool prefix_clear_host_bits(struct prefix *prefix)
{
	const struct prefix before = *prefix;
	unsigned int i;

	for (i = 0; i < sizeof(prefix->bytes); i++)
		prefix->bytes[i] &= byte_mask(i, prefix->length);
	return memcmp(before.bytes, prefix->bytes, sizeof(before.bytes));
}

/**
 * prefix_contains() - whether one network has another in it
 * @network: the wide one
 * @inside: an address or a network
 */
bool prefix_contains(const struct prefix *network, const struct prefix *inside)
{
	unsigned int i;

	if (network->family != inside->family || network->length > inside->length)
		return false;
	for (i = 0; 8 * i < network->length; i++)
		if ((network->bytes[i] ^ inside->bytes[i]) & byte_mask(i, network->length))
			return false;
	return true;
}

/**
 * prefix_compare() - in which order networks are shown
 * @a: one
 * @b: another
 *
 * Return: below, at or above zero, as of memcmp().
 */
int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order;

	if (a->family != b->family)
		return a->family - b->family;
	order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	return order ? order : a->length - b->length;
}

static size_t put_address(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	inet_ntop(prefix->family == 4 ? AF_INET : AF_INET6, prefix->bytes, text, PREFIX_TEXT_SIZE);
	return strlen(text);
}

/**
 * prefix_put_network() - write a network
 * @prefix: it
 * @text: filled in: ADDRESS/LENGTH
 *
 * Return: the text's length.
 */
size_t prefix_put_network(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	const size_t length = put_address(prefix, text);

	return length + sprintf(text + length, "/%u", prefix->length);
}

/**
 * prefix_put() - write an address or a network
 * @prefix: it
 * @text: filled in: ADDRESS, or ADDRESS/LENGTH where that is not the full one
 *
 * Return: the text's length.
 */
size_t prefix_put(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	if (prefix->length < prefix_address_bits(prefix))
		return prefix_put_network(prefix, text);
	return put_address(prefix, text);
}

/* Three groups of digits, and what stands for the others. */
static size_t anonymise_ipv6(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	const u8 *bytes = prefix->bytes;

	return sprintf(text, "%x:%x:%x:xxxx", bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3],
		       bytes[4] << 8 | bytes[5]);
}

static size_t anonymise_ipv4(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	const u8 *bytes = prefix->bytes;

	return sprintf(text, "%u.%u.%u.xxx", bytes[0], bytes[1], bytes[2]);
}

/**
 * prefix_anonymise() - write an address so that nobody is recognised by it
 * @key: an address, a network or a port, as in a file
 * @length: of the key
 * @text: filled in: 193.11.185.xxx or 2001:db8:1:xxxx; a port, and a network that is
 *	no longer than that, as it was
 *
 * Return: the text's length.
 */
size_t prefix_anonymise(const char *key, size_t length, char text[PREFIX_TEXT_SIZE])
{
	struct prefix prefix;

	if (prefix_parse(key, length, &prefix)) {
		if (prefix.family == 4 && prefix.length > KEPT_OF_IPV4)
			return anonymise_ipv4(&prefix, text);
		if (prefix.family == 6 && prefix.length > KEPT_OF_IPV6)
			return anonymise_ipv6(&prefix, text);
	}
	memcpy(text, key, length);
	return length;
}
