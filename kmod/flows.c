// SPDX-License-Identifier: GPL-2.0
/*
 * flows: see flows.h
 *
 * A slot is one word: fingerprint in the upper half, the second it was last
 * refreshed in the lower half, so that both are read and written at once.
 *
 * Fingerprints change only under the lock of their set. Whoever wants to open
 * a flow looks again under it, so that of two packets of one new flow that
 * arrive at once on two CPUs exactly one opens it.
 *
 * A refresh takes no lock: it stores the present second into the lower half of
 * the slot it found. Should the slot have been given to another flow in between,
 * that flow was opened in the same moment, and its second stays what it was;
 * should it have been emptied, its lower half means nothing. (A flow that another
 * one displaces in the very moment of its refresh is displaced.) Hence a packet
 * that opens and closes nothing executes no locked instruction here.
 */
#include "flows.h"

#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>

union flow_slot {
	u64 word;
	struct {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		u32 fingerprint, second;
#else
		u32 second, fingerprint;
#endif
	};
};

struct flow_set {
	union {
		unsigned long lock;	/* bit 0 */
		u64 alignment;
	};
	union flow_slot slots[FLOWS_PER_SET];
};

/**
 * struct flows - the flows of one class of one table
 * @timeout: seconds a silent flow is remembered (up to one more, as seconds
 *           are counted whole)
 * @mask: number of sets - 1
 * @secret: makes fingerprints and sets unpredictable
 * @forgotten: flows that gave way before their time
 * @sets: the memory
 */
struct flows {
	u32 timeout;
	u32 mask;
	siphash_key_t secret;
	atomic64_t forgotten;
	struct flow_set *sets;
};

/**
 * flows_create() - make memory for flows
 * @sets: how many sets; a power of two
 * @timeout: seconds
 *
 * Context: may sleep. Return: the memory, or NULL.
 */
struct flows *flows_create(u32 sets, u32 timeout)
{
	struct flows *flows = kzalloc(sizeof(*flows), GFP_KERNEL);

	BUILD_BUG_ON(sizeof(struct flow_set) != FLOWS_SET_BYTES);
	if (!flows)
		return NULL;
	flows->sets = kvcalloc(sets, sizeof(*flows->sets), GFP_KERNEL_ACCOUNT);
	if (!flows->sets) {
		kfree(flows);
		return NULL;
	}
	flows->timeout = timeout;
	flows->mask = sets - 1;
	get_random_bytes(&flows->secret, sizeof(flows->secret));
	return flows;
}

/**
 * flows_destroy() - give the memory back
 * @flows: from flows_create(), or NULL; no packet may use it any more
 *
 * Context: may sleep.
 */
void flows_destroy(struct flows *flows)
{
	if (!flows)
		return;
	kvfree(flows->sets);
	kfree(flows);
}

static struct flow_set *choose_set(const struct flows *flows,
				   const struct flow_key *key,
				   u32 *fingerprint)
{
	const u64 hash = siphash_2u64(key->lower, key->upper, &flows->secret);

	*fingerprint = hash >> 32 ? hash >> 32 : 1;	/* 0: an empty slot */
	return &flows->sets[hash & flows->mask];
}

/* Two CPUs may disagree by a second: the difference has a sign. */
static s32 age(union flow_slot slot, u32 now)
{
	return (s32)(now - slot.second);
}

/* The slot of a remembered flow; *@found is what was read there. */
static union flow_slot *find(const struct flows *flows, struct flow_set *set,
			     u32 fingerprint, u32 now, union flow_slot *found)
{
	unsigned int i;

	for (i = 0; i < FLOWS_PER_SET; i++) {
		found->word = READ_ONCE(set->slots[i].word);
		if (found->fingerprint == fingerprint &&
		    age(*found, now) <= (s32)flows->timeout)
			return &set->slots[i];
	}
	return NULL;
}

static bool refresh(const struct flows *flows, struct flow_set *set,
		    u32 fingerprint, u32 now)
{
	union flow_slot found, *slot;

	slot = find(flows, set, fingerprint, now, &found);
	if (!slot)
		return false;
	if (age(found, now) > 0)
		WRITE_ONCE(slot->second, now);
	return true;
}

/* The flow's own slot if its time is over, an empty one, or the oldest. */
static s64 fitness(union flow_slot slot, u32 fingerprint, u32 now)
{
	if (slot.fingerprint == fingerprint)
		return 1LL << 33;
	if (!slot.fingerprint)
		return 1LL << 32;
	return age(slot, now);
}

static union flow_slot *choose_victim(struct flow_set *set, u32 fingerprint,
				      u32 now)
{
	union flow_slot slot, *victim = NULL;
	s64 fit, best = 0;
	unsigned int i;

	for (i = 0; i < FLOWS_PER_SET; i++) {
		slot.word = READ_ONCE(set->slots[i].word);
		fit = fitness(slot, fingerprint, now);
		if (!victim || fit > best) {
			victim = &set->slots[i];
			best = fit;
		}
	}
	return victim;
}

static noinline bool open_locked(struct flows *flows, struct flow_set *set,
				 u32 fingerprint, u32 now)
{
	const union flow_slot opened = {
		.word = (u64)fingerprint << 32 | now,
	};
	union flow_slot *victim, displaced;
	bool remembered;

	bit_spin_lock(0, &set->lock);
	remembered = refresh(flows, set, fingerprint, now);
	if (!remembered) {
		victim = choose_victim(set, fingerprint, now);
		displaced.word = READ_ONCE(victim->word);
		if (displaced.fingerprint &&
		    age(displaced, now) <= (s32)flows->timeout)
			atomic64_inc(&flows->forgotten);
		WRITE_ONCE(victim->word, opened.word);
	}
	bit_spin_unlock(0, &set->lock);
	return !remembered;
}

/**
 * flows_open() - a packet that opens a connection if its flow is new
 * @flows: the memory of the packet's class
 * @key: its flow
 * @now: seconds of a monotonic clock, the same clock for every call
 *
 * The flow is remembered, and fresh, afterwards.
 *
 * Context: bottom halves off. Return: true when the flow was not remembered.
 */
bool flows_open(struct flows *flows, const struct flow_key *key, u32 now)
{
	struct flow_set *set;
	u32 fingerprint;

	set = choose_set(flows, key, &fingerprint);
	/* A 32-bit CPU does not read a slot at once: only the lock helps. */
	if (IS_ENABLED(CONFIG_64BIT) && refresh(flows, set, fingerprint, now))
		return false;
	return open_locked(flows, set, fingerprint, now);
}

static noinline void close_locked(struct flow_set *set, u32 fingerprint)
{
	unsigned int i;

	bit_spin_lock(0, &set->lock);
	for (i = 0; i < FLOWS_PER_SET; i++)
		if (READ_ONCE(set->slots[i].fingerprint) == fingerprint)
			WRITE_ONCE(set->slots[i].word, 0);
	bit_spin_unlock(0, &set->lock);
}

/**
 * flows_close() - forget a flow
 * @flows: the memory of the packet's class
 * @key: its flow
 *
 * Context: bottom halves off.
 */
void flows_close(struct flows *flows, const struct flow_key *key)
{
	struct flow_set *set;
	unsigned int i;
	u32 fingerprint;

	set = choose_set(flows, key, &fingerprint);
	for (i = 0; i < FLOWS_PER_SET; i++) {
		if (READ_ONCE(set->slots[i].fingerprint) == fingerprint) {
			close_locked(set, fingerprint);
			return;
		}
	}
}

/**
 * flows_forgotten() - how many flows gave way before their time
 * @flows: the memory
 */
u64 flows_forgotten(const struct flows *flows)
{
	return atomic64_read(&flows->forgotten);
}
