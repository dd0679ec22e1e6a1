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
#include "memory.h"

#include <linux/mm.h>	/* first: bit_spinlock.h of 6.12 wants its cpu_relax() */
#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/slab.h>

/**
 * flows_create() - make memory for flows
 * @sets: how many sets; a power of two, at most 2^20
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
	flows->sets = kvcalloc(sets, sizeof(*flows->sets), GFP_MANY_PAGES);
	if (!flows->sets) {
		kfree(flows);
		return NULL;
	}
	flows->timeout = timeout;
	flows->mask = sets - 1;
	get_random_bytes(&flows->set_secret, sizeof(flows->set_secret));
	get_random_bytes(&flows->fingerprint_secret,
			 sizeof(flows->fingerprint_secret));
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

/* The flow's own slot if its time is over, an empty one, or the oldest. */
static s64 fitness(union flow_slot slot, u32 fingerprint, u32 now)
{
	if (slot.fingerprint == fingerprint)
		return 1LL << 33;
	if (!slot.fingerprint)
		return 1LL << 32;
	return flow_age(slot, now);
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
	remembered = flow_set_refresh(set, fingerprint, now, flows->timeout);
	if (!remembered) {
		victim = choose_victim(set, fingerprint, now);
		displaced.word = READ_ONCE(victim->word);
		if (displaced.fingerprint &&
		    flow_age(displaced, now) <= (s32)flows->timeout)
			atomic64_inc(&flows->forgotten);
		WRITE_ONCE(victim->word, opened.word);
	}
	bit_spin_unlock(0, &set->lock);
	return !remembered;
}

/**
 * flows_open() - the same, which remembers the flow as well
 * @flows: the memory of the packet's class
 * @key: its flow's
 * @now: as for flows_refresh()
 *
 * Context: bottom halves off. Return: true when the flow was not remembered.
 */
bool flows_open(struct flows *flows, struct flow_key key, u32 now)
{
	return !flows_refresh(flows, key, now) &&
	       open_locked(flows, flows_set(flows, key), key.fingerprint, now);
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
 * @key: its flow's
 *
 * Context: bottom halves off.
 */
void flows_close(struct flows *flows, struct flow_key key)
{
	struct flow_set *set = flows_set(flows, key);
	unsigned int i;

	for (i = 0; i < FLOWS_PER_SET; i++) {
		if (READ_ONCE(set->slots[i].fingerprint) == key.fingerprint) {
			close_locked(set, key.fingerprint);
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
