// SPDX-License-Identifier: GPL-2.0
/*
 * The first field of a row. What %pI6c and in6_pton() make of an address is the
 * kernel's, and here the shim's: the scenarios see the real ones.
 */
#include "rowkey.h"

#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "index_build.h"
#include "random_number.h"
#include "rowtext.h"

static const struct index_options every_ipv6 = { .network = "::" };

/* From a heap block of its size. */
static bool parse_length(const struct index *index, const char *text, size_t length,
			 union nf_inet_addr *key)
{
	char *block = malloc(length);
	bool parsed;

	memcpy(block, text, length);
	memset(key, 0, sizeof(*key));
	parsed = rowkey_parse(block, length, index, key);
	free(block);
	return parsed;
}

static bool parses(const struct index *index, const char *text)
{
	union nf_inet_addr key;

	return parse_length(index, text, strlen(text), &key);
}

/* The text is as expected, and read back is the key. */
static void check_row(const struct index *index, u32 row, const char *expected)
{
	char *block = malloc(ROWTEXT_MAX), *end = rowkey_put(block, index, row);
	union nf_inet_addr key, again;

	CHECK_EQUAL(end - block, strlen(expected));
	CHECK(!memcmp(block, expected, end - block));
	memset(&key, 0, sizeof(key));
	index_key(index, row, &key);
	CHECK(parse_length(index, block, end - block, &again));
	CHECK(!memcmp(&key, &again, sizeof(key)));
	free(block);
}

static void check_address(const struct index_options *options, const char *address,
			  const char *expected)
{
	const union nf_inet_addr first = index_address(address);
	struct index index;

	index_build(&index, options);
	check_row(&index, index_touch(&index, first.ip6, MEMORY_SHARED), expected);
	index_unbuild(&index);
}

CASE(addresses_of_ipv6_are_written_the_short_way)
{
	static const char *const texts[] = {
		"::",
		"::1",
		"1::",
		"2001:db8::1",
		"2001:db8:0:1::",
		"2001:0:0:1::1",
		"2001::1:0:0:1",
		"2001:db8:0:1:1:1:1:1",
		"fe80::200:5eff:fe00:5213",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"::ffff:192.0.2.1",
	};
	u32 i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		check_address(&every_ipv6, texts[i], texts[i]);
}

CASE(prefixes_are_written_with_their_length)
{
	static const struct {
		struct index_options options;
		const char *address, *text;
	} rows[] = {
		{ { "10.0.0.0", 8, 24, 0, 0 }, "10.1.2.3", "10.1.2.0/24" },
		{ { "10.0.0.0", 8, 24, 0, 64 }, "10.1.2.3", "10.1.2.0/24" },
		{ { "10.0.0.0", 8, 32, 0, 0 }, "10.1.2.3", "10.1.2.3/32" },
		{ { "10.0.0.0", 8, 8, 0, 0 }, "10.1.2.3", "10.0.0.0/8" },
		{ { "0.0.0.0", 0, 1, 0, 0 }, "200.1.2.3", "128.0.0.0/1" },
		{ { "10.0.0.0", 8, 0, 0, 0 }, "10.1.2.3", "10.1.2.3" },
		{ { "10.0.0.0", 8, 0, 7, 64 }, "10.1.2.3", "10.1.2.3" },
		{ { "2001:db8::", 32, 64, 0, 0 }, "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64" },
		{ { "2001:db8::", 32, 128, 0, 0 }, "2001:db8::5", "2001:db8::5/128" },
		{ { "::", 0, 1, 0, 0 }, "ffff::", "8000::/1" },
		{ { "2001:db8::", 32, 99, 0, 0 },
		  "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		  "2001:db8:ffff:ffff:ffff:ffff:e000:0/99" },
	};
	u32 i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_address(&rows[i].options, rows[i].address, rows[i].text);
}

static void check_refused(const struct index_options *options, const char *const *texts, u32 count)
{
	struct index index;

	index_build(&index, options);
	while (count--)
		CHECK(!parses(&index, *texts++));
	index_unbuild(&index);
}

#define CHECK_REFUSED(options, texts) \
	check_refused(options, texts, sizeof(texts) / sizeof(*(texts)))

/* Files only ever have one way to write an address. */
CASE(any_other_way_to_write_an_address_is_refused)
{
	static const char *const texts[] = {
		"",
		":",
		":::",
		"1",
		"2001:db8",
		"2001:DB8::1",
		"2001:0db8::1",
		"2001:db8:0:0:0:0:0:1",
		"2001:db8::0:1",
		"2001:db8::00001",
		"2001:db8::10001",
		"2001:db8::c10b:0b001",
		"2001:db8::1::1",
		"2001:db8:::1",
		"2001:db8::1:",
		"2001:db8::g",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7",
		" 2001:db8::1",
		"2001:db8::1 ",
		"2001:db8::1%eth0",
		"2001:db8::1/",
		"2001:db8::1/128",
		"::ffff:c000:201",
		"::ffff:192.0.2.01",
		"::192.0.2.1",
		"192.0.2.1",
		"1.2.3.4.5",
		"-2001:db8::1",
		"2001:db8::1\xff",
		"11111111111111111111111111111111111111111111111111111111111111111111111111111",
	};

	CHECK_REFUSED(&every_ipv6, texts);
}

CASE(any_other_prefix_is_refused)
{
	static const struct index_options ipv6 = { "2001:db8::", 32, 64, 0, 0 };
	static const struct index_options ipv4 = { "10.0.0.0", 8, 24, 0, 0 };
	static const char *const texts_ipv6[] = {
		"2001:db8:0:1::",
		"2001:db8:0:1::/",
		"2001:db8:0:1::/63",
		"2001:db8:0:1::/65",
		"2001:db8:0:1::/064",
		"2001:db8:0:1::/64/",
		"2001:db8:0:1::/64 ",
		"2001:db8:0:1::1/64",
		"2001:db9::/64",
		"2001:db8:0:1::/+64",
		"/64",
		"2001:db8:0:1::/18446744073709551680",
		"10.0.0.0/64",
		"2001:db8::/32",
		"2001:db8:0:1:/64",
	};
	static const char *const texts_ipv4[] = {
		"10.1.2.0",    "10.1.2.0/",   "10.1.2.0/25",   "10.1.2.0/23",  "10.1.2.0/024",
		"10.1.2.1/24", "11.1.2.0/24", "10.1.2.0/24/",  "10.1.2/24",    "10.01.2.0/24",
		"10.0.0.0/8",  "/24",	      "2001:db8::/24", "10.1.2.0/ 24",
	};

	CHECK_REFUSED(&ipv6, texts_ipv6);
	CHECK_REFUSED(&ipv4, texts_ipv4);
}

CASE(addresses_outside_of_the_network_are_refused)
{
	static const struct index_options ipv6 = { .network = "2001:db8::", .length = 32 };
	static const struct index_options ipv4 = { .network = "10.0.0.0", .length = 8 };
	static const char *const texts_ipv6[] = { "2001:db9::", "2001:db7:ffff::", "::", "::1",
						  "3001:db8::1" };
	static const char *const texts_ipv4[] = { "9.255.255.255", "11.0.0.0", "0.0.0.0", "::1",
						  "10.0.0.0/8" };

	CHECK_REFUSED(&ipv6, texts_ipv6);
	CHECK_REFUSED(&ipv4, texts_ipv4);
}

CASE(a_byte_of_0_in_a_key_is_refused)
{
	static const char text[] = "2001:db8::1\0002001:db8::1";
	union nf_inet_addr key;
	struct index index;
	size_t length;

	index_build(&index, &every_ipv6);
	for (length = strlen(text) + 1; length < sizeof(text); length++)
		CHECK(!parse_length(&index, text, length, &key));
	CHECK(parse_length(&index, text, strlen(text), &key));
	index_unbuild(&index);
}

CASE(random_addresses_survive_the_round_trip)
{
	char text[ROWTEXT_MAX], again[ROWTEXT_MAX], *end;
	union nf_inet_addr address, key;
	struct index index;
	u32 i, row, word;

	index_build(&index, &every_ipv6);
	for (i = 0; i < 20000; i++) {
		/* Many zeros, and groups of every length. */
		for (word = 0; word < 4; word++)
			address.all[word] =
				random_number() & random_number() & (random_number() % 3 ? ~0U : 0);
		row = index_touch(&index, address.ip6, MEMORY_SHARED);
		end = rowkey_put(text, &index, row);
		CHECK(parse_length(&index, text, end - text, &key));
		CHECK(!memcmp(&key, &address, sizeof(key)));
		/* No shorter text is the same address. */
		memcpy(again, text, end - text - 1);
		CHECK(!parse_length(&index, again, end - text - 1, &key) ||
		      memcmp(&key, &address, sizeof(key)));
	}
	index_unbuild(&index);
}
