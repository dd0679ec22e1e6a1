// SPDX-License-Identifier: GPL-2.0
/*
 * The same flows on two CPUs at once. Also built with a thread sanitizer, which
 * sees what flows.c leaves to luck.
 */
#include "flows.h"

#include <linux/bit_spinlock.h>
#include <linux/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include "frame.h"
#include "harness.h"
#include "random_number.h"
#include "reading.h"
#include "skb_build.h"

#define NEW_FLOWS 100000
#define SETS_WIDE (1U << 20)
#define TIMEOUT	  120

/* Direction 0 is the request, 1 the reply. */
static struct flow_key keys[2][NEW_FLOWS];
static struct flows *flows;
static u32 arrived[2];

struct cpu {
	pthread_t thread;
	u32 number;
	u32 opened;
};

static struct flow_key read_key(u32 flow, u32 reply)
{
	const u32 client = 0x0a000000 + flow / 7, server = 0xac140035;
	const u16 port = 1024 + flow % 50000;
	const struct frame_ipv4 fields = {
		.protocol = IPPROTO_UDP,
		.from = reply ? server : client,
		.to = reply ? client : server,
	};
	static struct frame frame;
	struct reading reading;
	struct sk_buff *skb;

	frame.length = 0;
	frame_add_ipv4(&frame, &fields);
	frame_add_udp(&frame, reply ? 53 : port, reply ? port : 53);
	skb = skb_build(frame.bytes, frame.length, frame.length, 1);
	reading = read_skb(skb, false);
	skb_free(skb);
	return flows_key_ipv4(flows, fields.from, fields.to, reading.flow.ends);
}

/* Wait for the other CPU, so that both go for a flow at the same moment. */
static void meet(u32 number, u32 flow)
{
	u32 spins = 0;

	__atomic_store_n(&arrived[number], flow + 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&arrived[!number], __ATOMIC_RELAXED) <= flow)
		if (++spins > 1000)
			sched_yield();
}

/* Both have looked for the flow when one of them takes the lock. */
static void let_the_other_look(void)
{
	sched_yield();
}

static void *open_all(void *argument)
{
	struct cpu *cpu = argument;
	u32 flow;

	for (flow = 0; flow < NEW_FLOWS; flow++) {
		meet(cpu->number, flow);
		cpu->opened += flows_open(flows, keys[cpu->number][flow], 1000);
	}
	return NULL;
}

static u32 run_on_two_cpus(void *(*work)(void *))
{
	struct cpu cpus[2] = { { .number = 0 }, { .number = 1 } };
	int i;

	arrived[0] = 0;
	arrived[1] = 0;
	for (i = 0; i < 2; i++)
		if (pthread_create(&cpus[i].thread, NULL, work, &cpus[i]))
			abort();
	for (i = 0; i < 2; i++)
		pthread_join(cpus[i].thread, NULL);
	return cpus[0].opened + cpus[1].opened;
}

CASE(request_and_reply_at_once_on_two_cpus_open_one_flow)
{
	u32 flow;

	flows = flows_create(SETS_WIDE, TIMEOUT);
	for (flow = 0; flow < NEW_FLOWS; flow++) {
		keys[0][flow] = read_key(flow, 0);
		keys[1][flow] = read_key(flow, 1);
	}
	shim_before_lock = let_the_other_look;
	CHECK_EQUAL(run_on_two_cpus(open_all), NEW_FLOWS);
	CHECK_EQUAL(flows_forgotten(flows), 0);
	CHECK_EQUAL(run_on_two_cpus(open_all), 0);
	shim_before_lock = NULL;
	flows_destroy(flows);
}

static u32 opened_by_the_other;

static void other_cpu_opens(void)
{
	shim_before_lock = NULL;
	opened_by_the_other = flows_open(flows, keys[1][0], 1000);
}

CASE(flow_that_the_other_cpu_opens_before_the_lock_is_taken_opens_once)
{
	flows = flows_create(16, TIMEOUT);
	keys[0][0] = read_key(0, 0);
	keys[1][0] = read_key(0, 1);
	shim_before_lock = other_cpu_opens;
	CHECK(!flows_open(flows, keys[0][0], 1000));
	CHECK(!shim_before_lock);
	CHECK_EQUAL(opened_by_the_other, 1);
	CHECK(!flows_open(flows, keys[0][0], 1000));
	flows_destroy(flows);
}

static void other_cpu_closes_and_opens_another(void)
{
	shim_before_lock = NULL;
	flows_close(flows, keys[1][0]);
	opened_by_the_other = flows_open(flows, keys[1][1], 1000);
}

CASE(flow_that_takes_the_place_before_the_lock_is_taken_is_not_closed)
{
	flows = flows_create(1, TIMEOUT);
	keys[0][0] = read_key(0, 0);
	keys[1][0] = read_key(0, 1);
	keys[1][1] = read_key(1, 1);
	CHECK(flows_open(flows, keys[0][0], 1000));
	shim_before_lock = other_cpu_closes_and_opens_another;
	flows_close(flows, keys[0][0]);
	CHECK(!shim_before_lock);
	CHECK_EQUAL(opened_by_the_other, 1);
	CHECK(!flows_open(flows, keys[1][1], 1000));
	CHECK(flows_open(flows, keys[0][0], 1000));
	flows_destroy(flows);
}

static struct flow_key few(u32 number)
{
	return (struct flow_key){ .place = number, .fingerprint = 1 + number };
}

static u32 reads_before;

/* Unless this CPU has the lock: then the other one waits for it. */
static void other_cpu_opens_after_some_reads(void)
{
	if (reads_before--)
		return;
	shim_before_read = NULL;
	if (!(flows->sets->lock & 1))
		opened_by_the_other = flows_open(flows, few(99), 1001 + TIMEOUT);
}

/*
 * The other CPU gives the place of an expired flow away between any two reads of
 * the packet that opens it anew.
 */
CASE(flow_that_loses_its_place_between_any_two_reads_opens_anew)
{
	u32 reads, number;

	for (reads = 0; reads < 40; reads++) {
		flows = flows_create(1, TIMEOUT);
		for (number = 0; number < FLOWS_PER_SET; number++)
			CHECK(flows_open(flows, few(number), number ? 1100 : 1000));
		opened_by_the_other = 0;
		reads_before = reads;
		shim_before_read = other_cpu_opens_after_some_reads;
		CHECK(flows_open(flows, few(0), 1001 + TIMEOUT));
		shim_before_read = NULL;
		if (!opened_by_the_other)
			CHECK(flows_open(flows, few(99), 1001 + TIMEOUT));
		CHECK(!flows_open(flows, few(0), 1001 + TIMEOUT));
		CHECK(!flows_open(flows, few(99), 1001 + TIMEOUT));
		CHECK_EQUAL(flows_forgotten(flows), 1);
		flows_destroy(flows);
	}
}

/* The clock goes on, but nothing reaches its timeout. */
static void *open_in_one_set(void *argument)
{
	struct cpu *cpu = argument;
	u32 state = 1 + cpu->number, i;
	struct flow_key key;

	for (i = 0; i < 300000; i++) {
		state = state * 1664525 + 1013904223;
		key = few((state >> 24) % 9);
		cpu->opened += flows_open(flows, key, 1000 + i / 3000);
	}
	return NULL;
}

/*
 * With nothing closed or expired, a flow that was opened has given way or is
 * still there, and a set that nine flows fight for is full.
 */
CASE(flows_opened_on_two_cpus_are_remembered_or_counted_as_forgotten)
{
	u32 opened, remembered = 0, number;
	struct flow_key key;
	u64 forgotten;

	flows = flows_create(1, TIMEOUT);
	opened = run_on_two_cpus(open_in_one_set);
	forgotten = flows_forgotten(flows);
	CHECK_EQUAL(opened, forgotten + FLOWS_PER_SET);
	for (number = 0; number < 9; number++) {
		key = few(number);
		flows_close(flows, key);
	}
	for (number = 0; number < 9 && remembered < FLOWS_PER_SET; number++) {
		key = few(number);
		remembered += flows_open(flows, key, 1100);
	}
	CHECK_EQUAL(remembered, FLOWS_PER_SET);
	CHECK_EQUAL(flows_forgotten(flows), forgotten);
	flows_destroy(flows);
}

static void *open_and_close(void *argument)
{
	struct cpu *cpu = argument;
	u32 state = 77 + cpu->number, i;
	struct flow_key key;

	for (i = 0; i < 300000; i++) {
		state = state * 1664525 + 1013904223;
		key = few((state >> 24) % 12);
		if (state >> 16 & 1)
			flows_close(flows, key);
		else
			flows_open(flows, key, 1000 + i / 1000);
	}
	return NULL;
}

/* Whatever two CPUs did to a set, closing a flow leaves nothing of it. */
CASE(flow_closed_after_two_cpus_fought_for_its_set_opens_anew)
{
	struct flow_key key;
	u32 number;

	flows = flows_create(1, TIMEOUT);
	run_on_two_cpus(open_and_close);
	for (number = 0; number < 12; number++) {
		key = few(number);
		flows_close(flows, key);
		CHECK(flows_open(flows, key, 1300));
		CHECK(!flows_open(flows, key, 1300));
		flows_close(flows, key);
	}
	flows_destroy(flows);
}
