// SPDX-License-Identifier: GPL-2.0
/*
 * How flows fall on sets and fingerprints: over random secrets, like numbers
 * drawn at random, whatever the flows have in common.
 */
#include "flows.h"

#include <linux/kernel.h>
#include <linux/random.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "random_number.h"

#define TIMEOUT 120
#define SECRETS (1U << 20)

/* Within 5 sigma of a binomial distribution; chance leaves that 1 in 2 million. */
static bool about(u32 count, double trials, double chance)
{
	const double deviation = count - trials * chance;

	return deviation * deviation <= 25 * trials * chance * (1 - chance);
}

static const struct flow_key base = { 0x0100000a, 0x020014ac, 1000 << 16 | 80 };

/* The base with one of its 96 bits turned. */
static struct flow_key turned(u32 bit)
{
	struct flow_key key = base;

	if (bit < 32)
		key.lower ^= 1U << bit;
	else if (bit < 64)
		key.upper ^= 1U << (bit - 32);
	else
		key.ports ^= 1U << (bit - 64);
	return key;
}

/* Differences that a sum or a product of the words could lose. */
static const struct flow_key others[] = {
	{ 0x020014ac, 0x0100000a, 1000 << 16 | 80 }, /* addresses swapped */
	{ 0x0100000a, 0x020014ac, 80 << 16 | 1000 }, /* ports swapped */
	{ 0x0100000b, 0x020014ab, 1000 << 16 | 80 }, /* the same sum */
	{ 0x0100000b, 0x020014ac, (1000 << 16 | 80) - 1 },
	{ 0x0100000a, 0x020014ad, (1000 << 16 | 80) - 1 },
	{ 0x02000014, 0x01000a56, 1000 << 16 | 80 }, /* the same product */
	{ ~0x0100000aU, ~0x020014acU, ~(1000U << 16 | 80) },
	{ 0, 0, 0 },
	{ ~0U, ~0U, ~0U },
};

static void check_collisions(struct flow_key a, struct flow_key b)
{
	u32 low = 0, high = 0, all = 0, i, differing;
	struct flow_secret secret;

	for (i = 0; i < SECRETS; i++) {
		get_random_bytes(&secret, sizeof(secret));
		differing = flow_hash(&secret, a) ^ flow_hash(&secret, b);
		low += !(differing & 1023);
		high += !(differing >> 22);
		all += !differing;
	}
	CHECK(about(low, SECRETS, 1.0 / 1024));
	CHECK(about(high, SECRETS, 1.0 / 1024));
	CHECK(all <= 1); /* 2^20 times 2^-32: the second is one in 10 million */
}

CASE(hashes_of_any_two_keys_collide_as_rarely_as_random_numbers)
{
	u32 i;

	for (i = 0; i < 96; i += 5)
		check_collisions(base, turned(i));
	check_collisions(base, turned(31));
	check_collisions(base, turned(63));
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		check_collisions(base, others[i]);
}

/* Every value of 10 bits as often as any other, at both ends of the hash. */
CASE(hash_of_a_key_is_any_number)
{
	static u32 low[1024], high[1024];
	struct flow_secret secret;
	u32 i, hash;

	for (i = 0; i < SECRETS; i++) {
		get_random_bytes(&secret, sizeof(secret));
		hash = flow_hash(&secret, others[7]);
		low[hash & 1023]++;
		high[hash >> 22]++;
	}
	for (i = 0; i < 1024; i++)
		CHECK(about(low[i], SECRETS, 1.0 / 1024) && about(high[i], SECRETS, 1.0 / 1024));
}

/* Else two flows of one set would be mixed up more often than is said. */
CASE(fingerprints_of_flows_that_share_a_set_differ_like_random_numbers)
{
	struct flows *flows = flows_create(32, TIMEOUT);
	u32 sets = 0, both = 0, i, differing;
	struct flow_key a, b;

	for (i = 0; i < SECRETS; i++) {
		get_random_bytes(&flows->set_secret, sizeof(flows->set_secret));
		get_random_bytes(&flows->fingerprint_secret, sizeof(flows->fingerprint_secret));
		a = turned(i % 96);
		b = turned((i + 1 + i / 96 % 95) % 96);
		differing = flows_fingerprint(flows, a) ^ flows_fingerprint(flows, b);
		if (flows_set(flows, a) == flows_set(flows, b)) {
			sets++;
			both += !(differing & 31) + !(differing >> 27);
		}
	}
	CHECK(about(sets, SECRETS, 1.0 / 32));
	CHECK(about(both, 2 * SECRETS, 1.0 / 1024));
	flows_destroy(flows);
}

CASE(secrets_of_every_table_and_of_set_and_fingerprint_are_their_own)
{
	struct flows *one = flows_create(1, TIMEOUT), *two = flows_create(1, TIMEOUT);
	const struct flow_secret *secrets[] = {
		&one->set_secret,
		&one->fingerprint_secret,
		&two->set_secret,
		&two->fingerprint_secret,
	};
	u32 i, j;

	/* All 16 words differ: one that was left out is 0 twice. */
	for (i = 0; i < 16; i++)
		for (j = 0; j < i; j++)
			CHECK(secrets[i / 4]->word[i % 4] != secrets[j / 4]->word[j % 4]);
	flows_destroy(one);
	flows_destroy(two);
}

/* Fingerprint 0 is an empty slot. */
CASE(no_fingerprint_is_0)
{
	struct flows *flows = flows_create(1, TIMEOUT);

	memset(&flows->fingerprint_secret, 0, sizeof(flows->fingerprint_secret));
	CHECK_EQUAL(flow_hash(&flows->fingerprint_secret, others[7]), 0);
	CHECK_EQUAL(flows_fingerprint(flows, others[7]), 1);
	CHECK(flows_open(flows, others[7], 1000));
	CHECK(!flows_open(flows, others[7], 1000));
	flows_destroy(flows);
}

/*
 * Flows as they come in practice: a network in order, a client's ports in order,
 * a port scan, pairs of neighbours; @number below 65,536.
 */
static struct flow_key make_key(u32 address, u32 peer, u32 ports)
{
	const u32 from = cpu_to_be32(address), to = cpu_to_be32(peer);

	return (struct flow_key){ .lower = min(from, to), .upper = max(from, to), .ports = ports };
}

static struct flow_key addresses_in_order(u32 number)
{
	return make_key(0x0a000000 + number, 0xc0000201, 1024 << 16 | 53);
}

static struct flow_key numbers_in_order(u32 number)
{
	return (struct flow_key){ 0x0a000000 + number, 0xc0000201, 1024 << 16 | 53 };
}

static struct flow_key client_ports_in_order(u32 number)
{
	return make_key(0x0a000001, 0xc0000201, number << 16 | 53);
}

static struct flow_key server_ports_in_order(u32 number)
{
	return make_key(0x0a000001, 0xc0000201, 1024 << 16 | number);
}

static struct flow_key pairs_in_order(u32 number)
{
	return make_key(0x0a000000 + number, 0x0b000000 + number, 1024 << 16 | 53);
}

static struct flow_key ports_of_a_network(u32 number)
{
	return make_key(0x0a000000 + number % 256, 0xc0000201, (1024 + number / 256) << 16 | 53);
}

static struct flow_key swapped_ports(u32 number)
{
	const u32 port = number / 2, other = 40000; /* which no other port is */

	return make_key(0x0a000001, 0xc0000201,
			number % 2 ? port << 16 | other : other << 16 | port);
}

static struct flow_key (*const families[])(u32) = {
	addresses_in_order, numbers_in_order,	client_ports_in_order, server_ports_in_order,
	pairs_in_order,	    ports_of_a_network, swapped_ports,
};

#define FAMILIES (sizeof(families) / sizeof(*families))

static u32 fullest_set(const struct flows *flows, struct flow_key (*family)(u32), u32 count)
{
	static u32 loads[1 << 16];
	u32 i, load, fullest = 0;

	memset(loads, 0, (flows->mask + 1) * sizeof(*loads));
	for (i = 0; i < count; i++) {
		load = ++loads[flows_set(flows, family(i)) - flows->sets];
		fullest = max(fullest, load);
	}
	return fullest;
}

/*
 * n flows thrown at random onto n sets: the chance that some set gets m of them
 * is at most n * C(n, m) / n^m <= n / m! (union bound). For 15, n = 8192, and
 * the 2,000 secrets of 7 families: 14,000 * 8192 / 15! = 1 in 11,000.
 */
CASE(sets_are_used_evenly_whatever_flows_have_in_common)
{
	struct flows *flows = flows_create(8192, TIMEOUT);
	u32 i, table;

	for (i = 0; i < FAMILIES; i++) {
		for (table = 0; table < 2000; table++) {
			get_random_bytes(&flows->set_secret, sizeof(flows->set_secret));
			CHECK(fullest_set(flows, families[i], 8192) < 15);
		}
	}
	flows_destroy(flows);
}

static void open_all(struct flows *flows, struct flow_key (*family)(u32), u32 count)
{
	u32 opened = 0, again = 0, i;

	for (i = 0; i < count; i++)
		opened += flows_open(flows, family(i), 1000);
	for (i = 0; i < count; i++)
		again += flows_open(flows, family(i), 1000);
	CHECK_EQUAL(opened, count);
	CHECK_EQUAL(again, 0);
	CHECK_EQUAL(flows_forgotten(flows), 0);
}

/* Of 65,536 flows at random, 8 share one of 2^18 sets once in 9,000 tables. */
CASE(flows_in_order_are_all_remembered_and_none_mixed_up)
{
	struct flows *flows;
	u32 i, table;

	for (i = 0; i < FAMILIES; i++) {
		for (table = 0; table < 8; table++) {
			flows = flows_create(1 << 18, TIMEOUT);
			open_all(flows, families[i], 1 << 16);
			flows_destroy(flows);
		}
	}
}

CASE(flows_that_differ_in_one_bit_are_all_remembered_and_none_mixed_up)
{
	struct flows *flows;
	u32 table;

	for (table = 0; table < 2000; table++) {
		flows = flows_create(1024, TIMEOUT);
		open_all(flows, turned, 96);
		CHECK(flows_open(flows, base, 1000));
		flows_destroy(flows);
	}
}
