// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses that come on two CPUs while rows are taken away from them: what is
 * counted for an address is read as its own, and nothing else is. Also built with
 * a thread sanitizer, which sees what hashed.c leaves to luck.
 */
#include "hashed.h"

#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "memory.h"

#define ADDRESSES 60U
#define ROWS	  24U /* too few */
#define CPUS	  2U

/* How long it goes on. */
#define ROWS_GIVEN_UP 1000U

static struct hashed *hashed;
static struct memory_bound memory;

/* Per row: what was counted, and what was read of it. Neither is ever reset. */
static u32 counted[ROWS], taken[ROWS];
static spinlock_t take_lock;

/* Per address: what was read as its own; under take_lock. */
static u32 read_as[ADDRESSES];

struct cpu {
	pthread_t thread;
	u32 random;
	u32 sent[ADDRESSES]; /* packets of each address that found a row */
	u32 strangers;	     /* that found the row of another address */
};

static u32 running, given_up;

static u32 next_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

static void make_address(u32 number, __be32 *words)
{
	words[0] = cpu_to_be32(0x20010db8);
	words[1] = 0;
	words[2] = number / 8;
	words[3] = cpu_to_be32(number);
}

/* As count.c does, with bottom halves off. */
static void send_packet(struct cpu *cpu, u32 number)
{
	union nf_inet_addr key;
	__be32 words[4];
	u32 row;

	make_address(number, words);
	rcu_read_lock();
	row = hashed_touch(hashed, words, MEMORY_SHARED);
	if (row != HASHED_NO_ROW) {
		hashed_key(hashed, row, &key);
		cpu->strangers += memcmp(&key, words, sizeof(key)) != 0;
		/*
		 * Release stands for what the kernel has by dependency: the address of
		 * the counter comes from the row that was found.
		 */
		__atomic_fetch_add(&counted[row], 1, __ATOMIC_RELEASE);
		cpu->sent[number]++;
	}
	rcu_read_unlock();
}

static void *send_packets(void *argument)
{
	struct cpu *cpu = argument;
	u32 i, number;

	for (i = 0; __atomic_load_n(&given_up, __ATOMIC_RELAXED) < ROWS_GIVEN_UP; i++) {
		/* Some come often for a while, and all at times. */
		number = next_random(&cpu->random) % (i % 4 ? 8 : ADDRESSES);
		send_packet(cpu, (number + i / 1000) % ADDRESSES);
		if (i % 16 == 0)
			sched_yield();
	}
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* What a clearing read does: under the lock, whatever the row shows. */
static void take(u32 row)
{
	union nf_inet_addr key;
	u32 count;

	spin_lock(&take_lock);
	count = __atomic_load_n(&counted[row], __ATOMIC_ACQUIRE) - taken[row];
	if (count) {
		hashed_key(hashed, row, &key);
		read_as[be32_to_cpu(key.all[3]) % ADDRESSES] += count;
		taken[row] += count;
	}
	spin_unlock(&take_lock);
}

static bool is_running(void)
{
	return __atomic_load_n(&running, __ATOMIC_ACQUIRE);
}

static void *read_all(void *argument)
{
	u32 row;

	while (is_running())
		for (row = 0; row < hashed_used(hashed); row++)
			take(row);
	return argument;
}

static bool let_go_if_spent(u32 row)
{
	bool gone = false;

	spin_lock(&take_lock);
	if (__atomic_load_n(&counted[row], __ATOMIC_ACQUIRE) == taken[row])
		gone = hashed_let_go(hashed, row);
	else
		hashed_let_stay(hashed_entry(hashed, row));
	spin_unlock(&take_lock);
	return gone;
}

/*
 * The steps of recycle.c, of rows that have been silent for no time at all, some
 * at once.
 */
static void give_up_some(u32 *random)
{
	const u32 used = hashed_used(hashed);
	bool asked[ROWS] = {}, gone[ROWS] = {};
	u32 row;

	for (row = 0; row < used; row++)
		if (next_random(random) % 2)
			asked[row] = hashed_ask_to_leave(hashed_entry(hashed, row));
	synchronize_rcu();
	for (row = 0; row < used; row++)
		gone[row] = asked[row] && let_go_if_spent(row);
	synchronize_rcu();
	for (row = 0; row < used; row++) {
		if (!gone[row])
			continue;
		hashed_free(hashed, row);
		__atomic_fetch_add(&given_up, 1, __ATOMIC_RELAXED);
	}
}

static void *give_up_all(void *argument)
{
	u32 random = 4711;

	while (is_running())
		give_up_some(&random);
	return argument;
}

static void start(pthread_t *thread, void *(*work)(void *), void *argument)
{
	if (pthread_create(thread, NULL, work, argument))
		abort();
}

static void create(u32 rows, u32 buckets)
{
	static const union nf_inet_addr whole = { .all = { ~0U, ~0U, ~0U, ~0U } };

	memory_init(&memory, &init_user_ns);
	hashed = hashed_create("churn", rows, buckets, &whole, true, &memory);
	spin_lock_init(&take_lock);
	memset(counted, 0, sizeof(counted));
	memset(taken, 0, sizeof(taken));
	memset(read_as, 0, sizeof(read_as));
	given_up = 0;
}

static void run(struct cpu *cpus)
{
	pthread_t reader, recycler;
	u32 i;

	running = CPUS;
	for (i = 0; i < CPUS; i++)
		start(&cpus[i].thread, send_packets, &cpus[i]);
	start(&reader, read_all, NULL);
	start(&recycler, give_up_all, NULL);
	for (i = 0; i < CPUS; i++)
		pthread_join(cpus[i].thread, NULL);
	pthread_join(reader, NULL);
	pthread_join(recycler, NULL);
}

/* Each row that has an address is found by it, so no address has two. */
static void check_rows(void)
{
	union nf_inet_addr key;
	u32 row, state;

	for (row = 0; row < hashed_used(hashed); row++) {
		state = hashed_entry(hashed, row)->state;
		CHECK(state == HASHED_LIVE || state == HASHED_FREE);
		hashed_key(hashed, row, &key);
		if (state == HASHED_LIVE)
			CHECK_EQUAL(hashed_find(hashed, key.ip6, true), row);
	}
}

static void let_both_look(void)
{
	sched_yield();
}

static void churn(u32 buckets)
{
	struct cpu cpus[CPUS] = { { .random = 1 }, { .random = 2 } };
	u32 i, row, number, sent;

	create(ROWS, buckets);
	run(cpus);
	for (row = 0; row < hashed_used(hashed); row++)
		take(row);
	for (number = 0; number < ADDRESSES; number++) {
		sent = 0;
		for (i = 0; i < CPUS; i++)
			sent += cpus[i].sent[number];
		CHECK_EQUAL(read_as[number], sent);
	}
	CHECK_EQUAL(cpus[0].strangers + cpus[1].strangers, 0);
	check_rows();
	hashed_destroy(hashed);
}

CASE(counts_of_addresses_that_come_and_go_on_two_cpus_are_read_as_their_own)
{
	churn(16);
	churn(1024);
	shim_before_lock = let_both_look;
	churn(16);
	shim_before_lock = NULL;
}

static u32 rows_on[CPUS][HASHED_BLOCK_ROWS], arrived[CPUS], touched;

/* Both CPUs go for the same new address at the same moment, to the last row. */
static void *touch_all(void *argument)
{
	const u32 cpu = *(u32 *)argument;
	__be32 words[4];
	u32 number;

	for (number = 0; number < touched; number++) {
		make_address(number, words);
		__atomic_store_n(&arrived[cpu], number + 1, __ATOMIC_RELAXED);
		while (__atomic_load_n(&arrived[!cpu], __ATOMIC_RELAXED) <= number)
			sched_yield();
		rows_on[cpu][number] = hashed_touch(hashed, words, MEMORY_SHARED);
	}
	return NULL;
}

static void touch_all_at_once(u32 rows)
{
	u32 cpu[CPUS] = { 0, 1 }, i;
	pthread_t thread[CPUS];

	touched = rows;
	memset(arrived, 0, sizeof(arrived));
	shim_before_lock = let_both_look;
	for (i = 0; i < CPUS; i++)
		start(&thread[i], touch_all, &cpu[i]);
	for (i = 0; i < CPUS; i++)
		pthread_join(thread[i], NULL);
	shim_before_lock = NULL;
	CHECK(!memcmp(rows_on[0], rows_on[1], rows * sizeof(u32)));
	CHECK_EQUAL(hashed_used(hashed), rows);
}

CASE(new_address_on_two_cpus_at_once_gets_one_row)
{
	u32 round;

	for (round = 0; round < 200; round++) {
		create(ROWS, 16);
		touch_all_at_once(ROWS);
		check_rows();
		hashed_destroy(hashed);
	}
}

CASE(new_address_on_two_cpus_at_once_gets_the_last_row_there_is_memory_for)
{
	__be32 words[4];
	u32 round;

	for (round = 0; round < 100; round++) {
		create(2 * HASHED_BLOCK_ROWS, 16);
		make_address(0, words);
		hashed_touch(hashed, words, MEMORY_SHARED);
		memory.ceiling = hashed_bytes(hashed);
		touch_all_at_once(HASHED_BLOCK_ROWS);
		hashed_destroy(hashed);
	}
}
