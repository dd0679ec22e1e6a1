// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and their rows: the promises of hashed.h, one CPU at a time. Several
 * are in hashed_threads_test.c.
 */
#include "hashed.h"

#include <linux/bit_spinlock.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "memory.h"
#include "random_number.h"

#define NO_ROW	   HASHED_NO_ROW
#define BLOCK_ROWS HASHED_BLOCK_ROWS

static const union nf_inet_addr whole = { .all = { ~0U, ~0U, ~0U, ~0U } };
static struct memory_bound memory;

static struct hashed *create(u32 rows, u32 buckets, bool ipv6)
{
	memory_init(&memory, &init_user_ns);
	return hashed_create("office", rows, buckets, &whole, ipv6, &memory);
}

/* Nothing stays charged, and the sanitizers see that nothing stays allocated. */
static void destroy(struct hashed *hashed)
{
	hashed_destroy(hashed);
	CHECK_EQUAL(atomic_long_read(&memory.used), 0);
}

/* An address with a number; in network byte order, as everywhere. */
struct address {
	__be32 words[4];
};

static struct address numbered(u32 number)
{
	return (struct address){
		.words = { cpu_to_be32(0x20010db8 + number), cpu_to_be32(number >> 3), 0,
			   cpu_to_be32(1) },
	};
}

static u32 find(struct hashed *hashed, u32 number)
{
	const struct address address = numbered(number);

	return hashed_find(hashed, address.words, hashed->ipv6);
}

static u32 touch(struct hashed *hashed, u32 number)
{
	const struct address address = numbered(number);

	return hashed_touch(hashed, address.words, MEMORY_SHARED);
}

static bool has_key(const struct hashed *hashed, u32 row, u32 number)
{
	const struct address address = numbered(number);
	union nf_inet_addr key = {}, expected = {};

	memcpy(expected.all, address.words, hashed->ipv6 ? 16 : 4);
	hashed_key(hashed, row, &key);
	return !memcmp(&key, &expected, sizeof(key));
}

CASE(addresses_get_rows_in_the_order_of_their_appearance)
{
	struct hashed *hashed;
	u32 ipv6, number;

	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		hashed = create(1000, 64, ipv6);
		for (number = 0; number < 1000; number++) {
			CHECK_EQUAL(hashed_used(hashed), number);
			CHECK_EQUAL(find(hashed, number), NO_ROW);
			CHECK_EQUAL(touch(hashed, number), number);
			CHECK_EQUAL(touch(hashed, number / 2), number / 2);
			CHECK_EQUAL(find(hashed, number), number);
		}
		for (number = 0; number < 1000; number++) {
			CHECK_EQUAL(find(hashed, number), number);
			CHECK(has_key(hashed, number, number));
			CHECK_EQUAL(hashed_entry(hashed, number)->state, HASHED_LIVE);
		}
		CHECK_EQUAL(hashed_used(hashed), 1000);
		destroy(hashed);
	}
}

CASE(full_index_keeps_what_it_has_and_takes_no_more)
{
	static const u32 sizes[] = { 1, 2, 127, 128, 129, 500 };
	struct hashed *hashed;
	u32 i, number;

	for (i = 0; i < 6; i++) {
		hashed = create(sizes[i], 16, true);
		for (number = 0; number < sizes[i]; number++)
			CHECK_EQUAL(touch(hashed, number), number);
		for (number = 0; number < 2 * sizes[i]; number++) {
			CHECK_EQUAL(touch(hashed, number), number < sizes[i] ? number : NO_ROW);
			CHECK_EQUAL(find(hashed, number), number < sizes[i] ? number : NO_ROW);
		}
		CHECK_EQUAL(hashed_used(hashed), sizes[i]);
		destroy(hashed);
	}
}

static u32 locks;

static void count_lock(void)
{
	locks++;
}

/* A flood of new addresses shall not wait for one another. */
CASE(known_addresses_and_unknown_ones_of_a_full_index_take_no_lock)
{
	struct hashed *hashed = create(100, 16, true);
	u32 number;

	shim_before_lock = count_lock;
	locks = 0;
	for (number = 0; number < 100; number++)
		touch(hashed, number);
	CHECK_EQUAL(locks, 100);
	for (number = 0; number < 1000; number++) {
		touch(hashed, number);
		find(hashed, number);
	}
	CHECK_EQUAL(locks, 100);
	shim_before_lock = NULL;
	destroy(hashed);
}

CASE(any_two_addresses_that_differ_in_a_bit_that_counts_have_rows_of_their_own)
{
	struct address address = numbered(77), other;
	union nf_inet_addr mask, key;
	struct hashed *hashed;
	u32 length, bit, row;

	for (length = 1; length <= 128; length++) {
		memset(&mask, 0, sizeof(mask));
		for (bit = 0; bit < length; bit++)
			mask.in6.s6_addr[bit / 8] |= 128 >> bit % 8;
		memory_init(&memory, &init_user_ns);
		hashed = hashed_create("office", 200, 16, &mask, true, &memory);
		CHECK_EQUAL(hashed_touch(hashed, address.words, MEMORY_SHARED), 0);
		for (bit = 0, row = 1; bit < 128; bit++) {
			other = address;
			((u8 *)other.words)[bit / 8] ^= 128 >> bit % 8;
			CHECK_EQUAL(hashed_touch(hashed, other.words, MEMORY_SHARED),
				    bit < length ? row++ : 0);
		}
		CHECK_EQUAL(row, length + 1);
		hashed_key(hashed, 0, &key);
		for (bit = 0; bit < 4; bit++)
			CHECK_EQUAL(key.all[bit], address.words[bit] & mask.all[bit]);
		destroy(hashed);
	}
}

CASE(of_an_ipv4_address_one_word_is_read)
{
	struct hashed *hashed = create(100, 16, false);
	__be32 *word = malloc(sizeof(*word));
	u32 row;

	/* A heap block of its size, which a sanitizer watches. */
	for (row = 0; row < 100; row++) {
		*word = cpu_to_be32(0x0a000000 + row);
		CHECK_EQUAL(hashed_touch(hashed, word, MEMORY_SHARED), row);
		CHECK_EQUAL(hashed_find(hashed, word, false), row);
	}
	free(word);
	destroy(hashed);
}

CASE(secret_of_every_index_is_its_own)
{
	struct hashed *one, *two;
	u32 row, same = 0;

	/* With 2^14 buckets, chains of 200 addresses are nearly all of one. */
	one = create(200, 16, true);
	two = hashed_create("home", 200, 16, &whole, true, &memory);
	for (row = 0; row < 200; row++) {
		touch(one, row);
		touch(two, row);
		same += hashed_entry(one, row)->next == hashed_entry(two, row)->next;
	}
	CHECK(same < 100);
	hashed_destroy(two);
	destroy(one);
}

/* One kernel message says so (man page, Full tables). */
CASE(at_90_percent_one_message_says_so)
{
	static const u32 sizes[] = { 1, 2, 9, 10, 11, 100, 1000 };
	struct hashed *hashed;
	u32 i, number, due;

	for (i = 0; i < 7; i++) {
		hashed = create(sizes[i], 16, true);
		due = sizes[i] - sizes[i] / 10;
		shim_messages = 0;
		for (number = 0; number < 2 * sizes[i]; number++) {
			CHECK_EQUAL(shim_messages, number >= due);
			touch(hashed, number);
		}
		CHECK_EQUAL(shim_messages, 1);
		destroy(hashed);
	}
	CHECK(strstr(shim_message, "office"));
	CHECK(strstr(shim_message, "--maxaddrs"));
	CHECK(strstr(shim_message, "900 of 1000"));
}

/* From LIVE to FREE, with what recycle.c does in between. */
static bool give_up(struct hashed *hashed, u32 row)
{
	if (!hashed_ask_to_leave(hashed_entry(hashed, row)) || !hashed_let_go(hashed, row))
		return false;
	hashed_free(hashed, row);
	return true;
}

CASE(message_comes_again_only_after_half_of_the_rows_were_free)
{
	struct hashed *hashed = create(100, 16, true);
	u32 row;

	for (row = 0; row < 100; row++)
		touch(hashed, row);
	shim_messages = 0;
	for (row = 0; row < 50; row++)
		CHECK(give_up(hashed, row));
	for (row = 0; row < 50; row++)
		touch(hashed, row);
	CHECK_EQUAL(shim_messages, 0);
	for (row = 0; row < 51; row++)
		CHECK(give_up(hashed, row));
	for (row = 0; row < 39; row++)
		touch(hashed, row);
	CHECK_EQUAL(shim_messages, 0);
	for (row = 0; row < 51; row++)
		touch(hashed, row);
	CHECK_EQUAL(shim_messages, 1);
	destroy(hashed);
}

/* More than three quarters; who looks for rows then is called a second later. */
CASE(index_is_crowded_above_three_quarters)
{
	static const u32 sizes[] = { 1, 2, 3, 4, 5, 7, 8, 100, 101 };
	struct delayed_work work;
	struct hashed *hashed;
	u32 i, number;

	for (i = 0; i < 9; i++) {
		hashed = create(sizes[i], 16, true);
		memset(&work, 0, sizeof(work));
		hashed_call_when_crowded(hashed, NULL, &work);
		for (number = 1; number <= sizes[i]; number++) {
			const bool crowded = 4 * number > 3 * sizes[i];
			const u32 queued = work.queued;

			touch(hashed, number);
			CHECK_EQUAL(hashed_is_crowded(hashed), crowded);
			CHECK_EQUAL(work.queued, queued + crowded);
			touch(hashed, number);
			CHECK_EQUAL(work.queued, queued + crowded);
		}
		CHECK_EQUAL(work.delay, HZ);
		for (; number > 1 && 4 * (number - 2) > 3 * sizes[i]; number--)
			CHECK(give_up(hashed, number - 2));
		CHECK(hashed_is_crowded(hashed));
		CHECK(give_up(hashed, 0));
		CHECK_EQUAL(hashed_is_crowded(hashed),
			    number > 2 && 4 * (number - 2) > 3 * sizes[i]);
		destroy(hashed);
	}
}

CASE(row_is_live_until_it_is_asked_to_leave_and_whoever_finds_it_keeps_it)
{
	struct hashed *hashed = create(10, 16, true);
	struct hashed_entry *entry;

	CHECK_EQUAL(touch(hashed, 7), 0);
	entry = hashed_entry(hashed, 0);
	CHECK(!hashed_let_go(hashed, 0));
	CHECK_EQUAL(entry->state, HASHED_LIVE);
	CHECK(hashed_let_stay(entry)); /* it has its address */

	CHECK(hashed_ask_to_leave(entry));
	CHECK(!hashed_ask_to_leave(entry));
	CHECK_EQUAL(entry->state, HASHED_LEAVING);
	CHECK_EQUAL(find(hashed, 7), 0);
	CHECK_EQUAL(entry->state, HASHED_LIVE);
	CHECK(!hashed_let_go(hashed, 0));

	CHECK(hashed_ask_to_leave(entry));
	CHECK_EQUAL(touch(hashed, 7), 0);
	CHECK_EQUAL(entry->state, HASHED_LIVE);

	CHECK(hashed_ask_to_leave(entry));
	CHECK(hashed_let_stay(entry));
	CHECK_EQUAL(entry->state, HASHED_LIVE);

	CHECK(hashed_ask_to_leave(entry));
	CHECK_EQUAL(find(hashed, 8), NO_ROW); /* another one's look changes nothing */
	CHECK_EQUAL(entry->state, HASHED_LEAVING);
	CHECK(hashed_let_go(hashed, 0));
	CHECK_EQUAL(entry->state, HASHED_GONE);
	CHECK(!hashed_let_go(hashed, 0));
	CHECK(!hashed_let_stay(entry));
	CHECK(!hashed_ask_to_leave(entry));
	CHECK_EQUAL(entry->state, HASHED_GONE);
	CHECK_EQUAL(find(hashed, 7), NO_ROW);
	CHECK(has_key(hashed, 0, 7)); /* for who is still looking at it */
	hashed_free(hashed, 0);
	CHECK_EQUAL(entry->state, HASHED_FREE);
	CHECK(!hashed_ask_to_leave(entry));
	CHECK(!hashed_let_stay(entry));
	CHECK(!hashed_let_go(hashed, 0));
	destroy(hashed);
}

/* Until its row is free it has to take another one. */
CASE(address_that_comes_back_while_its_row_is_gone_gets_another_one)
{
	struct hashed *hashed = create(2, 16, true);

	CHECK_EQUAL(touch(hashed, 7), 0);
	CHECK(hashed_ask_to_leave(hashed_entry(hashed, 0)));
	CHECK(hashed_let_go(hashed, 0));
	CHECK_EQUAL(touch(hashed, 7), 1);
	CHECK_EQUAL(find(hashed, 7), 1);
	CHECK_EQUAL(touch(hashed, 8), NO_ROW);
	hashed_free(hashed, 0);
	CHECK_EQUAL(touch(hashed, 8), 0);
	CHECK_EQUAL(find(hashed, 7), 1);
	CHECK(has_key(hashed, 0, 8));
	destroy(hashed);
}

CASE(free_rows_are_used_before_new_ones_and_by_no_more_addresses)
{
	struct hashed *hashed = create(1000, 16, true);
	bool taken[300] = {};
	u32 number, row;

	for (number = 0; number < 300; number++)
		touch(hashed, number);
	for (row = 0; row < 300; row += 3)
		CHECK(give_up(hashed, row));
	for (number = 1000; number < 1100; number++) {
		row = touch(hashed, number);
		CHECK(row < 300 && row % 3 == 0);
		CHECK(!taken[row]);
		taken[row] = true;
		CHECK(has_key(hashed, row, number));
	}
	CHECK_EQUAL(hashed_used(hashed), 300);
	CHECK_EQUAL(touch(hashed, 1100), 300);
	for (number = 0; number < 300; number++)
		CHECK_EQUAL(find(hashed, number), number % 3 ? number : NO_ROW);
	destroy(hashed);
}

CASE(last_taking_of_a_row_is_that_of_its_present_address)
{
	struct hashed *hashed = create(10, 16, true);

	shim_seconds = 5000;
	touch(hashed, 1);
	touch(hashed, 2);
	CHECK_EQUAL(hashed_entry(hashed, 0)->taken, 5000);
	shim_seconds = 6000;
	touch(hashed, 1);
	CHECK_EQUAL(hashed_entry(hashed, 0)->taken, 5000);
	hashed_note_taken(hashed, 0);
	CHECK_EQUAL(hashed_entry(hashed, 0)->taken, 6000);
	CHECK_EQUAL(hashed_entry(hashed, 1)->taken, 5000);
	CHECK(give_up(hashed, 0));
	shim_seconds = 7000;
	touch(hashed, 3);
	CHECK_EQUAL(hashed_entry(hashed, 0)->taken, 7000);
	destroy(hashed);
}

/* Chains from which rows were taken at every place: model of rows by number. */
CASE(random_coming_and_going_is_as_in_a_list)
{
	enum { NUMBERS = 400, ROWS = 150 };
	struct hashed *hashed = create(ROWS, 16, true);
	u32 of_number[NUMBERS], live = 0, i, number, row;

	for (number = 0; number < NUMBERS; number++)
		of_number[number] = NO_ROW;
	for (i = 0; i < 200000; i++) {
		number = random_number() % NUMBERS;
		if (random_number() % 2) {
			row = touch(hashed, number);
			CHECK_EQUAL(row == NO_ROW, of_number[number] == NO_ROW && live == ROWS);
			if (of_number[number] != NO_ROW)
				CHECK_EQUAL(row, of_number[number]);
			else if (row != NO_ROW)
				live++;
			of_number[number] = row;
		} else if (of_number[number] != NO_ROW) {
			CHECK(give_up(hashed, of_number[number]));
			of_number[number] = NO_ROW;
			live--;
		}
		number = random_number() % NUMBERS;
		CHECK_EQUAL(find(hashed, number), of_number[number]);
		if (of_number[number] != NO_ROW)
			CHECK(has_key(hashed, of_number[number], number));
	}
	CHECK_EQUAL(hashed_used(hashed), ROWS);
	destroy(hashed);
}

CASE(memory_short_gives_no_index_and_leaks_none)
{
	struct hashed *hashed;
	int i;

	for (i = 0; i < 3; i++) {
		shim_allocations_left = i;
		hashed = create(1000, 0, true);
		CHECK(IS_ERR(hashed));
		CHECK_EQUAL(PTR_ERR(hashed), -ENOMEM);
		CHECK_EQUAL(atomic_long_read(&memory.used), 0);
	}
	shim_allocations_left = 3;
	hashed = create(1000, 0, true);
	CHECK(!IS_ERR(hashed));
	shim_allocations_left = -1;
	destroy(hashed);
}

CASE(index_larger_than_the_bound_is_refused)
{
	struct hashed *hashed;

	memory_init(&memory, &init_user_ns);
	memory.ceiling = 1 << 20;
	hashed = hashed_create("office", 1000, 1 << 20, &whole, true, &memory);
	CHECK(IS_ERR(hashed));
	CHECK_EQUAL(PTR_ERR(hashed), -ENOSPC);
	CHECK_EQUAL(atomic_long_read(&memory.used), 0);
	hashed = hashed_create("office", 1000, 1 << 10, &whole, true, &memory);
	CHECK(!IS_ERR(hashed));
	CHECK_EQUAL(atomic_long_read(&memory.used), hashed_bytes(hashed));
	destroy(hashed);
}

/* Every address whose block there is no memory for, and no other one. */
CASE(memory_short_for_a_block_gives_its_addresses_no_rows)
{
	struct hashed *hashed = create(10000, 16, true);
	u32 number;

	shim_allocations_left = 2;
	for (number = 0; number < 3 * BLOCK_ROWS; number++)
		CHECK_EQUAL(touch(hashed, number), number < 2 * BLOCK_ROWS ? number : NO_ROW);
	CHECK_EQUAL(hashed_used(hashed), 2 * BLOCK_ROWS);
	CHECK_EQUAL(atomic_long_read(&memory.used), hashed_bytes(hashed));
	CHECK(give_up(hashed, 5)); /* which takes no memory */
	CHECK_EQUAL(touch(hashed, 1000), 5);
	shim_allocations_left = -1;
	CHECK_EQUAL(touch(hashed, 2 * BLOCK_ROWS), 2 * BLOCK_ROWS);
	destroy(hashed);
}

CASE(bound_of_memory_is_held_by_blocks)
{
	struct hashed *hashed = create(100000, 16, true);
	u32 number, rows;

	memory.ceiling = hashed_bytes(hashed) + 100000;
	for (number = 0; number < 100000; number++)
		touch(hashed, number);
	rows = hashed_used(hashed);
	CHECK(rows > 1000 && rows < 3200); /* of 32 bytes */
	CHECK_EQUAL(rows % BLOCK_ROWS, 0);
	CHECK_EQUAL(atomic_long_read(&memory.used), hashed_bytes(hashed));
	CHECK((unsigned long)atomic_long_read(&memory.used) <= memory.ceiling);
	for (number = 0; number < 100000; number++)
		CHECK_EQUAL(find(hashed, number), number < rows ? number : NO_ROW);
	/* Whoever finds no memory does not wait for the lock either. */
	shim_before_lock = count_lock;
	locks = 0;
	for (number = 0; number < 100000; number++)
		touch(hashed, number);
	CHECK_EQUAL(locks, 0);
	shim_before_lock = NULL;
	/* There is some left for whoever restores. */
	memory.ceiling = atomic_long_read(&memory.used) + sizeof(struct hashed_block);
	CHECK_EQUAL(touch(hashed, 99999), NO_ROW);
	CHECK_EQUAL(hashed_touch(hashed, numbered(99999).words, MEMORY_READER), rows);
	memory.ceiling = -1UL;
	destroy(hashed);
}

/* A row that is used again takes no memory. */
CASE(index_is_crowded_where_memory_is_short)
{
	struct hashed *hashed = create(100000, 16, true);
	struct delayed_work work = {};
	u32 number;

	hashed_call_when_crowded(hashed, NULL, &work);
	memory.ceiling = hashed_bytes(hashed) * 8 / 7 + 100000;
	for (number = 0; !hashed_is_crowded(hashed) && number < 100000; number++) {
		CHECK_EQUAL(work.queued, 0);
		touch(hashed, number);
	}
	CHECK(number < 75000);
	CHECK_EQUAL(work.queued, 1);
	CHECK(memory_is_short(&memory, sizeof(struct hashed_block), MEMORY_OWN));
	memory.ceiling = -1UL;
	CHECK(!hashed_is_crowded(hashed));
	destroy(hashed);
}

/* It is not an insertion that makes memory short, but others are. */
CASE(who_finds_no_memory_for_a_row_has_rows_given_up)
{
	struct hashed *hashed = create(100000, 16, true);
	struct delayed_work work = {};
	u32 number;

	hashed_call_when_crowded(hashed, NULL, &work);
	for (number = 0; number < HASHED_BLOCK_ROWS; number++)
		touch(hashed, number);
	CHECK_EQUAL(work.queued, 0);
	memory.ceiling = hashed_bytes(hashed);
	CHECK_EQUAL(touch(hashed, number), NO_ROW);
	CHECK_EQUAL(work.queued, 1);
	memory.ceiling = -1UL;
	destroy(hashed);
}

/*
 * Unless told otherwise, a bucket for each row, in a 32nd of the memory; and no
 * more than 16 rows a bucket in any case.
 */
CASE(buckets_are_as_many_as_rows_or_as_memory_allows)
{
	static const struct {
		u32 rows, buckets, memory, expected;
	} sizes[] = {
		{ 1, 0, 1 << 26, 16 },
		{ 16, 0, 1 << 26, 16 },
		{ 17, 0, 1 << 26, 32 },
		{ 65536, 0, 1 << 26, 65536 },
		{ 1 << 20, 0, 1 << 26, 1 << 19 },
		{ 1 << 20, 0, 1 << 25, 1 << 18 },
		{ 1 << 20, 0, 1 << 23, 1 << 16 },
		{ 1 << 18, 0, 1 << 20, 1 << 14 },
		{ 1000, 4096, 1 << 26, 4096 },
		{ 1000, 16, 1 << 26, 64 },
		{ 1024, 64, 1 << 26, 64 },
		{ 1025, 64, 1 << 26, 128 },
		{ 1 << 20, 32, 1 << 26, 1 << 16 },
		{ 256, 16, 1 << 26, 16 },
	};
	struct hashed *hashed;
	unsigned long bytes;
	u32 i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		memory_init(&memory, &init_user_ns);
		memory.ceiling = sizes[i].memory;
		hashed = hashed_create("office", sizes[i].rows, sizes[i].buckets, &whole, true,
				       &memory);
		CHECK(!IS_ERR(hashed));
		/* Besides: a pointer for each block, and some fields. */
		bytes = hashed_bytes(hashed) - DIV_ROUND_UP(sizes[i].rows, BLOCK_ROWS) * 8;
		CHECK(bytes >= sizes[i].expected * 4 && bytes < sizes[i].expected * 4 + 512);
		destroy(hashed);
	}
}

static struct hashed *watched;
static u32 row_of_the_other;

static void other_cpu_inserts(void)
{
	shim_before_lock = NULL;
	row_of_the_other = touch(watched, 7);
}

CASE(address_that_the_other_cpu_adds_before_the_lock_is_taken_gets_one_row)
{
	struct hashed *hashed = create(10, 16, true);

	watched = hashed;
	shim_before_lock = other_cpu_inserts;
	CHECK_EQUAL(touch(hashed, 7), 0);
	CHECK(!shim_before_lock);
	CHECK_EQUAL(row_of_the_other, 0);
	CHECK_EQUAL(hashed_used(hashed), 1);
	destroy(hashed);
}

static u32 reads_before;

static void other_cpu_inserts_after_some_reads(void)
{
	/* While this CPU has the lock the other one waits for it. */
	if (reads_before-- || watched->lock.word)
		return;
	shim_before_read = NULL;
	row_of_the_other = touch(watched, 7);
}

/* It is then full for others, and not for who is in it. */
CASE(address_that_the_other_cpu_gives_the_last_row_is_found_there)
{
	struct hashed *hashed;
	u32 reads;

	for (reads = 0; reads < 10; reads++) {
		hashed = create(1, 16, true);
		watched = hashed;
		reads_before = reads;
		shim_before_read = other_cpu_inserts_after_some_reads;
		CHECK_EQUAL(touch(hashed, 7), 0);
		shim_before_read = NULL;
		CHECK_EQUAL(touch(hashed, 7), 0);
		CHECK_EQUAL(hashed_used(hashed), 1);
		destroy(hashed);
	}
}
