/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flows: which flows are remembered.
 *
 * A fixed number of sets, each one cache line of 7 flows. One keyed hash of a
 * flow chooses its set, another one of 32 bits, its fingerprint, is what is
 * remembered; so a packet of an unknown flow is taken for a remembered one with
 * a chance of 7 in 2^32. Also compiled for user space by test/unit.
 */
#ifndef TRAFFIC_FLOWS_H
#define TRAFFIC_FLOWS_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include "packet.h"

/* The unit of memory: one set, a cache line on most machines. */
#define FLOWS_SET_BYTES	64
#define FLOWS_PER_SET	7

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

/* Random numbers that nobody is told, one for each of a key's words and one. */
struct flow_secret {
	u64 word[4];
};

/**
 * struct flows - the flows of one class of one table
 * @timeout: seconds a silent flow is remembered (up to one more, as seconds
 *           are counted whole)
 * @mask: number of sets - 1
 * @set_secret: makes the set of a flow unpredictable
 * @fingerprint_secret: and its fingerprint
 * @sets: the memory
 * @forgotten: flows that gave way before their time
 */
struct flows {
	u32 timeout;
	u32 mask;
	struct flow_secret set_secret;
	struct flow_secret fingerprint_secret;
	struct flow_set *sets;
	atomic64_t forgotten;
};

struct flows *flows_create(u32 sets, u32 timeout);
void flows_destroy(struct flows *flows);
bool flows_open(struct flows *flows, struct flow_key key, u32 now);
void flows_close(struct flows *flows, struct flow_key key);
u64 flows_forgotten(const struct flows *flows);

/*
 * Pair-multiply-shift, which is strongly universal (M. Thorup, High Speed
 * Hashing for Integers and Strings): over the random secrets, any two different
 * keys have the same hash with a chance of exactly 1 in 2^32. That is all that is
 * asked of it: hashes are never shown, so that nobody can work towards a secret.
 */
static inline u32 flow_hash(const struct flow_secret *secret, struct flow_key key)
{
	return ((secret->word[0] + key.upper) * (secret->word[1] + key.lower) +
		secret->word[2] * key.ports + secret->word[3]) >> 32;
}

/*
 * The hash is linear in the address and the ports: with a bad secret, flows in
 * order (a scan) would come to few sets. So its bits are mixed, which leaves
 * the chance for any two flows what it was. (2^32 divided by the golden ratio.)
 */
static inline struct flow_set *flows_set(const struct flows *flows,
					 struct flow_key key)
{
	u32 mixed = flow_hash(&flows->set_secret, key);

	mixed = (mixed ^ mixed >> 16) * 0x9e3779b1;
	return &flows->sets[mixed >> 12 & flows->mask];
}

static inline u32 flows_fingerprint(const struct flows *flows,
				    struct flow_key key)
{
	const u32 fingerprint = flow_hash(&flows->fingerprint_secret, key);

	return fingerprint ? fingerprint : 1;	/* 0: an empty slot */
}

/* Two CPUs may disagree by a second: the difference has a sign. */
static inline s32 flow_age(union flow_slot slot, u32 now)
{
	return (s32)(now - slot.second);
}

/* Return: whether the flow is remembered; it is fresh then. */
static inline bool flow_set_refresh(struct flow_set *set, u32 fingerprint,
				    u32 now, u32 timeout)
{
	union flow_slot *slot, found;

	for (slot = set->slots; slot < set->slots + FLOWS_PER_SET; slot++) {
		if (READ_ONCE(slot->fingerprint) != fingerprint)
			continue;
		found.word = READ_ONCE(slot->word);
		if (found.fingerprint != fingerprint ||
		    flow_age(found, now) > (s32)timeout)
			continue;
		if (flow_age(found, now) > 0)
			WRITE_ONCE(slot->second, now);
		return true;
	}
	return false;
}

/**
 * flows_refresh() - a packet that opens a connection if its flow is new
 * @flows: the memory of the packet's class
 * @key: its flow
 * @now: seconds of a monotonic clock, the same clock for every call
 *
 * Context: bottom halves off. Return: true when the flow is remembered, and
 * fresh now; otherwise flows_open() has to follow.
 */
static inline bool flows_refresh(struct flows *flows, struct flow_key key,
				 u32 now)
{
	/* A 32-bit CPU does not read a slot at once: only the lock helps. */
	return IS_ENABLED(CONFIG_64BIT) &&
	       flow_set_refresh(flows_set(flows, key),
				flows_fingerprint(flows, key), now,
				flows->timeout);
}

#endif /* TRAFFIC_FLOWS_H */
