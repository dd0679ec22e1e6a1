// SPDX-License-Identifier: GPL-2.0
/* Networks and their rows: which index they get, and which addresses it covers. */
#include "index.h"

#include <linux/err.h>
#include <linux/user_namespace.h>
#include <string.h>
#include "harness.h"
#include "index_build.h"
#include "memory.h"
#include "random_number.h"
#include "xt_traffic.h"

static void set_bits(union nf_inet_addr *mask, u32 from, u32 to)
{
	memset(mask, 0, sizeof(*mask));
	for (; from < to; from++)
		mask->in6.s6_addr[from / 8] |= 128 >> from % 8;
}

CASE(prefix_length_of_every_contiguous_mask_is_found_and_of_no_other_one)
{
	union nf_inet_addr mask;
	u32 words, from, to;

	for (words = 1; words <= 4; words += 3) {
		for (from = 0; from <= words * 32; from++) {
			for (to = from; to <= words * 32; to++) {
				set_bits(&mask, from, to);
				CHECK_EQUAL(index_prefix_length(&mask, words),
					    from && to > from ? -1 : (int)(to - from));
			}
		}
	}
	/* Behind the word of IPv4 nothing matters. */
	set_bits(&mask, 0, 8);
	mask.all[3] = 1;
	CHECK_EQUAL(index_prefix_length(&mask, 1), 8);
	CHECK_EQUAL(index_prefix_length(&mask, 4), -1);
}

/* Direct when IPv4, no --hashsize, at most 2^20 rows and all of them may come. */
CASE(index_is_direct_where_every_row_of_an_ipv4_network_fits)
{
	static const struct {
		struct index_options options;
		bool direct;
		u32 rows;
	} networks[] = {
		{ { "10.0.0.0", 24, 0, 0, 0 }, true, 256 },
		{ { "10.0.0.1", 32, 0, 0, 0 }, true, 1 },
		{ { "10.0.0.0", 12, 0, 0, 0 }, true, 1 << 20 },
		{ { "10.0.0.0", 11, 0, 0, 0 }, false, 1 << 20 },
		{ { "10.0.0.0", 11, 0, 1 << 21, 0 }, false, 1 << 21 },
		{ { "0.0.0.0", 0, 0, 0, 0 }, false, 1 << 20 },
		{ { "0.0.0.0", 0, 20, 0, 0 }, true, 1 << 20 },
		{ { "0.0.0.0", 0, 21, 0, 0 }, false, 1 << 20 },
		{ { "0.0.0.0", 0, 1, 0, 0 }, true, 2 },
		{ { "10.0.0.0", 8, 24, 0, 0 }, true, 65536 },
		{ { "10.0.0.0", 8, 8, 0, 0 }, true, 1 },
		{ { "10.0.0.0", 24, 0, 255, 0 }, false, 255 },
		{ { "10.0.0.0", 24, 0, 256, 0 }, true, 256 },
		{ { "10.0.0.0", 24, 0, 1 << 24, 0 }, true, 256 },
		{ { "10.0.0.0", 24, 0, 0, 16 }, false, 256 },
		{ { "2001:db8::", 120, 0, 0, 0 }, false, 256 },
		{ { "2001:db8::", 32, 0, 0, 0 }, false, 65536 },
		{ { "::", 0, 0, 1 << 24, 16 }, false, 1 << 24 },
		{ { "2001:db8::", 48, 56, 0, 0 }, false, 256 },
		{ { "2001:db8::1", 128, 0, 0, 0 }, false, 1 },
	};
	struct index index;
	u32 i;

	for (i = 0; i < sizeof(networks) / sizeof(*networks); i++) {
		index_build(&index, &networks[i].options);
		CHECK_EQUAL(!index.hashed, networks[i].direct);
		CHECK_EQUAL(index.rows, networks[i].rows);
		CHECK_EQUAL(index_is_plain(&index),
			    networks[i].direct && !networks[i].options.aggregate);
		index_unbuild(&index);
	}
}

/* Rows of a direct index ascend by address; the prefixes of aggregated ones do. */
CASE(rows_of_a_direct_index_ascend)
{
	static const struct index_options networks[] = {
		{ .network = "10.1.16.0", .length = 20 },
		{ .network = "10.1.0.0", .length = 16, .aggregate = 27 },
		{ .network = "0.0.0.0", .length = 0, .aggregate = 16 },
		{ .network = "255.255.240.0", .length = 20 },
	};
	union nf_inet_addr key;
	struct index index;
	__be32 address;
	u32 i, row, first, width;

	for (i = 0; i < 4; i++) {
		index_build(&index, &networks[i]);
		first = be32_to_cpu(index_address(networks[i].network).ip);
		width = networks[i].aggregate ? 32 - networks[i].aggregate : 0;
		for (row = 0; row < index.rows; row++) {
			index_key(&index, row, &key);
			CHECK_EQUAL(be32_to_cpu(key.ip), first + (row << width));
			address = cpu_to_be32(first + (row << width) +
					      random_number() % (1U << width));
			CHECK_EQUAL(index_find(&index, &address, false), row);
			CHECK_EQUAL(index_touch(&index, &address, MEMORY_SHARED), row);
		}
		index_unbuild(&index);
	}
}

static bool same(const union nf_inet_addr *a, const union nf_inet_addr *b, u32 words)
{
	return !memcmp(a, b, words * sizeof(u32));
}

/* A key's rows are its prefix: with all bits behind it turned at random. */
CASE(addresses_of_one_prefix_share_a_row_and_others_have_their_own)
{
	static const struct index_options networks[] = {
		{ .network = "10.0.0.0", .length = 8, .hashsize = 64 },
		{ .network = "10.0.0.0", .length = 8, .aggregate = 19, .hashsize = 64 },
		{ .network = "2001:db8::", .length = 32 },
		{ .network = "2001:db8::", .length = 32, .aggregate = 33 },
		{ .network = "2001:db8::", .length = 32, .aggregate = 56 },
		{ .network = "2001:db8::", .length = 32, .aggregate = 64 },
		{ .network = "2001:db8::", .length = 32, .aggregate = 97 },
	};
	union nf_inet_addr address, other, key;
	struct index index;
	u32 i, bit, bits, row;

	for (i = 0; i < 7; i++) {
		index_build(&index, &networks[i]);
		bits = index.words * 32;
		address = index_address(networks[i].network);
		row = index_touch(&index, address.ip6, MEMORY_SHARED);
		CHECK_EQUAL(row, 0);
		for (bit = networks[i].length; bit < bits; bit++) {
			other = address;
			other.in6.s6_addr[bit / 8] |= 128 >> bit % 8;
			row = index_touch(&index, other.ip6, MEMORY_SHARED);
			if (bit >= index.row_length) {
				CHECK_EQUAL(row, 0);
				continue;
			}
			CHECK_EQUAL(row, bit - networks[i].length + 1);
			CHECK_EQUAL(index_find(&index, other.ip6, index.words == 4), row);
			index_key(&index, row, &key);
			CHECK(same(&key, &other, index.words));
		}
		index_unbuild(&index);
	}
}

/* What may be written: keys of the network, with no bit behind the row's prefix. */
CASE(index_covers_the_first_address_of_each_row_of_its_network)
{
	static const struct index_options networks[] = {
		{ .network = "10.0.0.0", .length = 8 },
		{ .network = "10.0.0.0", .length = 8, .aggregate = 24 },
		{ .network = "0.0.0.0", .length = 0 },
		{ .network = "10.9.8.7", .length = 32 },
		{ .network = "2001:db8::", .length = 32 },
		{ .network = "2001:db8::", .length = 33, .aggregate = 64 },
		{ .network = "::", .length = 0, .aggregate = 1 },
		{ .network = "2001:db8::1", .length = 128 },
	};
	union nf_inet_addr key;
	struct index index;
	u32 i, bit;

	for (i = 0; i < 8; i++) {
		index_build(&index, &networks[i]);
		key = index_address(networks[i].network);
		CHECK(index_covers(&index, &key));
		for (bit = 0; bit < index.words * 32; bit++) {
			key = index_address(networks[i].network);
			key.in6.s6_addr[bit / 8] ^= 128 >> bit % 8;
			CHECK_EQUAL(index_covers(&index, &key),
				    bit >= networks[i].length && bit < index.row_length);
		}
		index_unbuild(&index);
	}
}

CASE(index_that_memory_does_not_allow_is_refused)
{
	struct xt_traffic_info info = {
		.flags = XT_TRAFFIC_IPCONN,
		.maxaddrs = 1 << 20,
		.hashsize = 1 << 20,
	};
	struct memory_bound memory;
	struct index index = {};

	memory_init(&memory, &init_user_ns);
	memory.ceiling = 1 << 20;
	CHECK_EQUAL(index_init(&index, &info, NFPROTO_IPV6, &memory), -ENOSPC);
	CHECK_EQUAL(atomic_long_read(&memory.used), 0);
	index_destroy(&index);
}

CASE(table_of_ports_alone_needs_no_memory_for_addresses)
{
	struct xt_traffic_info info = {
		.flags = XT_TRAFFIC_PORTCONN,
		.maxaddrs = 1 << 20,
		.hashsize = 1 << 20,
	};
	struct memory_bound memory;
	struct index index = {};

	memory_init(&memory, &init_user_ns);
	CHECK_EQUAL(index_init(&index, &info, NFPROTO_IPV6, &memory), 0);
	CHECK_EQUAL(index_bytes(&index), 0);
	CHECK_EQUAL(atomic_long_read(&memory.used), 0);
	index_destroy(&index);
}
