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
#include "hash.h"

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

/**
 * struct flow_key - what is remembered of a flow, the same for both directions
 * @place: hash that chooses its set
 * @fingerprint: never 0
 *
 * 8 bytes, so that it is handed over in a register.
 */
struct flow_key {
	u32 place;
	u32 fingerprint;
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
	struct hash_secret set_secret;
	struct hash_secret fingerprint_secret;
	struct flow_set *sets;
	atomic64_t forgotten;
};

struct flows *flows_create(u32 sets, u32 timeout);
void flows_destroy(struct flows *flows);
bool flows_open(struct flows *flows, struct flow_key key, u32 now);
void flows_close(struct flows *flows, struct flow_key key);
u64 flows_forgotten(const struct flows *flows);

/*
 * An address is one 32-bit word, or four. @lower is the one that is the smaller
 * number as its words stand in the packet.
 */
static __always_inline u32 flow_hash(const struct hash_secret *secret,
				     const u32 *lower, const u32 *upper,
				     const u32 words, u32 ends)
{
	u64 sum = hash_single(secret, ends);
	u32 i;

	for (i = 0; i < words; i++)
		sum += hash_pair(secret, i, upper[i], lower[i]);
	return hash_of(secret, sum);
}

static __always_inline struct flow_key
flow_make_key(const struct flows *flows, const u32 *lower, const u32 *upper,
	      const u32 words, u32 ends)
{
	const u32 fingerprint = flow_hash(&flows->fingerprint_secret, lower,
					  upper, words, ends);

	return (struct flow_key){
		.place = flow_hash(&flows->set_secret, lower, upper, words,
				   ends),
		.fingerprint = fingerprint ? fingerprint : 1,
	};
}

/**
 * flows_key_ipv4() - the key of a flow
 * @flows: the memory of the packet's class
 * @from: source address as it stands in the packet
 * @to: destination address
 * @ends: what tells flows between the two apart, the source's in the upper half
 *        and the destination's in the lower one
 */
static __always_inline struct flow_key
flows_key_ipv4(const struct flows *flows, u32 from, u32 to, u32 ends)
{
	const u32 lower = from < to ? from : to;
	const u32 upper = from < to ? to : from;
	const u32 reversed = ends << 16 | ends >> 16;
	const bool reverse = ((u64)from << 32 | ends) >
			     ((u64)to << 32 | reversed);

	return flow_make_key(flows, &lower, &upper, 1,
			     reverse ? reversed : ends);
}

/**
 * flows_key_ipv6() - the key of a flow
 * @flows: the memory of the packet's class
 * @from: source address as it stands in the packet, four words
 * @to: destination address
 * @ends: as for flows_key_ipv4()
 */
static inline struct flow_key flows_key_ipv6(const struct flows *flows,
					     const u32 *from, const u32 *to,
					     u32 ends)
{
	const u32 reversed = ends << 16 | ends >> 16;
	u32 i = 0;

	while (i < 3 && from[i] == to[i])
		i++;
	if (from[i] < to[i] || (from[i] == to[i] && ends <= reversed))
		return flow_make_key(flows, from, to, 4, ends);
	return flow_make_key(flows, to, from, 4, reversed);
}

static inline struct flow_set *flows_set(const struct flows *flows,
					 struct flow_key key)
{
	return &flows->sets[hash_place(key.place, flows->mask)];
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
 * @key: its flow's
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
	       flow_set_refresh(flows_set(flows, key), key.fingerprint, now,
				flows->timeout);
}

#endif /* TRAFFIC_FLOWS_H */
