// SPDX-License-Identifier: GPL-2.0
/*
 * Which flows are remembered, and for how long: the promises of "What is
 * counted" that flows.c keeps. Two CPUs are in flows_threads_test.c.
 */
#include "flows.h"

#include <linux/bit_spinlock.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "random_number.h"

#define TIMEOUT 120

/* Sets enough that none of some 100,000 flows meets 7 others. */
#define SETS_WIDE (1U << 20)

static struct flow_key key(const struct flows *flows, u32 number)
{
	return flows_key_ipv4(flows, 0x0a000001 + number, 0xac140002 - number, 0x00350000 + number);
}

static bool open(struct flows *flows, u32 number, u32 now)
{
	return flows_open(flows, key(flows, number), now);
}

static void close(struct flows *flows, u32 number)
{
	flows_close(flows, key(flows, number));
}

CASE(flow_opens_once_and_is_remembered)
{
	struct flows *flows = flows_create(16, TIMEOUT);

	CHECK(open(flows, 1, 1000));
	CHECK(!open(flows, 1, 1000));
	CHECK(!open(flows, 1, 1060));
	CHECK(open(flows, 2, 1060));
	CHECK_EQUAL(flows_forgotten(flows), 0);
	flows_destroy(flows);
}

/* A 32-bit CPU always leaves it to flows_open(). */
CASE(flow_refreshed_is_fresh_and_one_unknown_stays_unknown)
{
	struct flows *flows = flows_create(16, TIMEOUT);

	CHECK(!flows_refresh(flows, key(flows, 1), 1000));
	CHECK(!flows_refresh(flows, key(flows, 1), 1000));
	CHECK(open(flows, 1, 1000));
	CHECK_EQUAL(flows_refresh(flows, key(flows, 1), 1000 + TIMEOUT), CONFIG_64BIT);
	CHECK_EQUAL(open(flows, 1, 1000 + 2 * TIMEOUT), !CONFIG_64BIT);
	CHECK_EQUAL(flows_refresh(flows, key(flows, 1), 1000 + 3 * TIMEOUT), CONFIG_64BIT);
	CHECK(!flows_refresh(flows, key(flows, 1), 1001 + 4 * TIMEOUT));
	close(flows, 1);
	CHECK(!flows_refresh(flows, key(flows, 1), 1001 + 4 * TIMEOUT));
	flows_destroy(flows);
}

static u32 locks;

static void count_lock(void)
{
	locks++;
}

CASE(flow_that_neither_opens_nor_closes_takes_no_lock)
{
	struct flows *flows = flows_create(1, TIMEOUT);
	u32 i;

	shim_before_lock = count_lock;
	for (i = 0; i < FLOWS_PER_SET; i++)
		CHECK(open(flows, i, 1000));
	CHECK_EQUAL(locks, FLOWS_PER_SET);
	locks = 0;
	for (i = 0; i < 10 * FLOWS_PER_SET; i++)
		CHECK(!open(flows, i % FLOWS_PER_SET, 1000 + i));
	CHECK_EQUAL(locks, CONFIG_64BIT ? 0 : 10 * FLOWS_PER_SET);
	locks = 0;
	close(flows, FLOWS_PER_SET);
	CHECK_EQUAL(locks, 0);
	shim_before_lock = NULL;
	flows_destroy(flows);
}

CASE(flow_at_second_0_is_remembered)
{
	struct flows *flows = flows_create(1, TIMEOUT);

	CHECK(open(flows, 1, 0));
	CHECK(!open(flows, 1, 0));
	CHECK(!open(flows, 1, TIMEOUT));
	flows_destroy(flows);
}

/*
 * Seconds are whole, so a flow is remembered at least for the timeout and less
 * than a second more.
 */
CASE(silent_flow_expires_to_the_second)
{
	static const u32 timeouts[] = { 1, 2, TIMEOUT, 43200 };
	struct flows *flows;
	u32 i;

	for (i = 0; i < 4; i++) {
		flows = flows_create(16, timeouts[i]);
		CHECK(open(flows, 1, 5000));
		CHECK(open(flows, 2, 5000));
		CHECK(!open(flows, 1, 5000 + timeouts[i]));
		CHECK(open(flows, 2, 5001 + timeouts[i]));
		CHECK_EQUAL(flows_forgotten(flows), 0);
		flows_destroy(flows);
	}
}

CASE(every_packet_refreshes)
{
	struct flows *flows = flows_create(16, TIMEOUT);
	u32 now;

	CHECK(open(flows, 1, 0));
	for (now = 0; now < 100 * TIMEOUT; now += TIMEOUT)
		CHECK(!open(flows, 1, now));
	CHECK(open(flows, 1, now + 1));
	flows_destroy(flows);
}

CASE(closed_flow_opens_anew)
{
	struct flows *flows = flows_create(16, TIMEOUT);

	CHECK(open(flows, 1, 1000));
	CHECK(open(flows, 2, 1000));
	close(flows, 1);
	CHECK(!open(flows, 2, 1000));
	CHECK(open(flows, 1, 1000));
	CHECK(!open(flows, 1, 1000));
	CHECK_EQUAL(flows_forgotten(flows), 0);
	flows_destroy(flows);
}

CASE(closing_an_unknown_flow_changes_nothing)
{
	struct flows *flows = flows_create(1, TIMEOUT);
	u32 i;

	close(flows, 99);
	for (i = 0; i < FLOWS_PER_SET; i++)
		CHECK(open(flows, i, 1000));
	close(flows, 99);
	for (i = 0; i < FLOWS_PER_SET; i++)
		CHECK(!open(flows, i, 1000));
	flows_destroy(flows);
}

/* The stale slot of the first time must not be found by a clock that is late. */
CASE(flow_reopened_after_its_timeout_and_closed_opens_anew)
{
	struct flows *flows = flows_create(1, TIMEOUT);

	CHECK(open(flows, 1, 1000));
	CHECK(open(flows, 1, 1001 + TIMEOUT));
	close(flows, 1);
	CHECK(open(flows, 1, 1000 + TIMEOUT));
	close(flows, 1);
	CHECK(open(flows, 1, 1001 + TIMEOUT));
	flows_destroy(flows);
}

CASE(oldest_gives_way_first_and_is_counted)
{
	struct flows *flows = flows_create(1, TIMEOUT);
	static const u32 seconds[] = { 14, 12, 16, 11, 17, 13, 15 };
	u32 i;

	for (i = 0; i < 7; i++)
		CHECK(open(flows, seconds[i], 1000 + seconds[i]));
	CHECK(open(flows, 18, 1018)); /* in place of 11 */
	CHECK_EQUAL(flows_forgotten(flows), 1);
	CHECK(!open(flows, 12, 1019)); /* now the freshest */
	CHECK(open(flows, 20, 1020));  /* in place of 13 */
	CHECK_EQUAL(flows_forgotten(flows), 2);
	for (i = 14; i <= 18; i++)
		CHECK(!open(flows, i, 1021));
	CHECK(!open(flows, 12, 1021));
	CHECK(!open(flows, 20, 1021));
	CHECK(open(flows, 11, 1022));
	CHECK_EQUAL(flows_forgotten(flows), 3);
	flows_destroy(flows);
}

CASE(empty_places_are_taken_before_anybody_gives_way)
{
	struct flows *flows = flows_create(1, TIMEOUT);
	u32 i, round;

	for (i = 0; i < 7; i++)
		CHECK(open(flows, i, 1000 + i));
	for (round = 0; round < 7; round++) {
		close(flows, round);
		CHECK(open(flows, 100 + round, 1010));
	}
	CHECK_EQUAL(flows_forgotten(flows), 0);
	for (i = 0; i < 7; i++)
		CHECK(!open(flows, 100 + i, 1010));
	flows_destroy(flows);
}

CASE(expired_flows_give_way_uncounted)
{
	struct flows *flows = flows_create(1, TIMEOUT);
	u32 i;

	for (i = 0; i < 7; i++)
		CHECK(open(flows, i, 1000));
	CHECK(!open(flows, 3, 1000 + TIMEOUT));
	for (i = 0; i < 6; i++)
		CHECK(open(flows, 100 + i, 1001 + TIMEOUT));
	CHECK_EQUAL(flows_forgotten(flows), 0);
	CHECK(!open(flows, 3, 1001 + TIMEOUT));
	flows_destroy(flows);
}

CASE(flow_at_the_end_of_its_time_that_gives_way_is_counted)
{
	struct flows *flows = flows_create(1, TIMEOUT);
	u32 i;

	for (i = 0; i < 7; i++)
		CHECK(open(flows, i, 1000));
	CHECK(open(flows, 100, 1000 + TIMEOUT));
	CHECK_EQUAL(flows_forgotten(flows), 1);
	flows_destroy(flows);
}

/* Two CPUs read the clock around the turn of a second. */
CASE(clock_one_second_behind_on_the_other_cpu_forgets_nothing)
{
	struct flows *flows = flows_create(1, TIMEOUT);
	u32 i;

	CHECK(open(flows, 0, 1000));
	CHECK(!open(flows, 0, 999));
	CHECK(!open(flows, 0, 1000 + TIMEOUT)); /* not turned back */
	CHECK(!open(flows, 0, 999 + TIMEOUT));
	CHECK(!open(flows, 0, 1000 + 2 * TIMEOUT));
	for (i = 1; i < 7; i++)
		CHECK(open(flows, i, 1000 + 2 * TIMEOUT));
	CHECK(open(flows, 7, 999 + 2 * TIMEOUT));
	CHECK_EQUAL(flows_forgotten(flows), 1);
	CHECK(!open(flows, 7, 1000 + 2 * TIMEOUT));
	flows_destroy(flows);
}

CASE(seconds_that_wrap_around_change_nothing)
{
	struct flows *flows;
	u32 start;

	for (start = -2 * TIMEOUT; start != 2 * TIMEOUT; start++) {
		flows = flows_create(1, TIMEOUT);
		CHECK(open(flows, 1, start));
		CHECK(!open(flows, 1, start - 1));
		CHECK(!open(flows, 1, start + TIMEOUT));
		CHECK(open(flows, 1, start + 2 * TIMEOUT + 1));
		CHECK_EQUAL(flows_forgotten(flows), 0);
		flows_destroy(flows);
	}
}

/*
 * A model of one set that has nothing of the set: the remembered flows in a
 * list, the one that was silent longest in front.
 */
struct model {
	u32 count;
	struct {
		u32 number;
		u32 second;
	} list[FLOWS_PER_SET];
	u64 forgotten;
};

static bool model_remove(struct model *model, u32 number, u32 *second)
{
	u32 i;

	for (i = 0; i < model->count; i++) {
		if (model->list[i].number != number)
			continue;
		*second = model->list[i].second;
		model->count--;
		memmove(&model->list[i], &model->list[i + 1],
			(model->count - i) * sizeof(model->list[0]));
		return true;
	}
	return false;
}

static bool model_open(struct model *model, u32 number, u32 now, u32 timeout)
{
	u32 second, front;
	bool remembered;

	remembered = model_remove(model, number, &second) && now - second <= timeout;
	if (model->count == FLOWS_PER_SET) {
		front = model->list[0].number;
		model_remove(model, front, &second);
		if (now - second <= timeout)
			model->forgotten++;
	}
	model->list[model->count].number = number;
	model->list[model->count++].second = now;
	return !remembered;
}

static void compare_with_model(u32 timeout, u32 numbers, u32 pause)
{
	struct flows *flows = flows_create(1, timeout);
	struct model model = {};
	u32 now = -50000, number, i, unused;

	for (i = 0; i < 100000; i++) {
		/* Never the same second twice: whoever is oldest is one. */
		now += 1 + random_number() % pause;
		number = random_number() % numbers;
		if (random_number() % 8 == 0) {
			close(flows, number);
			model_remove(&model, number, &unused);
			continue;
		}
		CHECK_EQUAL(open(flows, number, now), model_open(&model, number, now, timeout));
		CHECK_EQUAL(flows_forgotten(flows), model.forgotten);
	}
	flows_destroy(flows);
}

CASE(one_set_behaves_like_a_list_of_the_last_seven)
{
	compare_with_model(TIMEOUT, 7, 10);
	compare_with_model(TIMEOUT, 9, 30);
	compare_with_model(TIMEOUT, 40, 10);
	compare_with_model(1, 9, 2);
	compare_with_model(43200, 20, 10000);
}

CASE(flows_of_many_sets_are_remembered_each_by_its_own_time)
{
	struct flows *flows = flows_create(SETS_WIDE, TIMEOUT);
	u32 *seen = calloc(100000, sizeof(*seen));
	u32 now = 1000, number, i;

	CHECK(flows && seen);
	for (i = 0; i < 500000; i++) {
		now += random_number() % 2000 == 0;
		number = random_number() % 100000;
		CHECK_EQUAL(open(flows, number, now),
			    !seen[number] || now - seen[number] > TIMEOUT);
		seen[number] = now;
	}
	CHECK_EQUAL(flows_forgotten(flows), 0);
	free(seen);
	flows_destroy(flows);
}

CASE(sets_are_used_evenly)
{
	struct flows *flows = flows_create(1024, TIMEOUT);
	u32 i;

	/* 2 flows a set: a Poisson tail of one set in a thousand overflows. */
	for (i = 0; i < 2048; i++)
		CHECK(open(flows, i, 1000));
	CHECK(flows_forgotten(flows) < 10);
	flows_destroy(flows);
}

CASE(memory_short_gives_no_flows_and_leaks_none)
{
	int i;

	for (i = 0; i < 2; i++) {
		shim_allocations_left = i;
		CHECK(!flows_create(16, TIMEOUT));
	}
	shim_allocations_left = -1;
	flows_destroy(NULL);
}
