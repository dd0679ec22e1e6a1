/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hashed: the index of addresses that are too many to have a row each.
 *
 * Knows addresses and rows; does not know counters. An address gets the next
 * free row when it first appears, so rows come in that order, and stay where
 * they are while others are added: a reader that goes through them misses none
 * and meets none twice. Also compiled for user space by test/unit.
 */
#ifndef TRAFFIC_HASHED_H
#define TRAFFIC_HASHED_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include "hash.h"
#include "memory.h"
#include "xt_traffic.h"

struct delayed_work;
struct workqueue_struct;

/* No row, where one is asked for. */
#define HASHED_NO_ROW U32_MAX

/**
 * enum hashed_state - whether an address has its row
 * @HASHED_FREE: the row has no address
 * @HASHED_LIVE: it has
 * @HASHED_LEAVING: it has, but who finds it has to say so by making it LIVE
 * @HASHED_GONE: nobody finds it any more, but somebody may still be looking at it
 */
enum hashed_state {
	HASHED_FREE,
	HASHED_LIVE,
	HASHED_LEAVING,
	HASHED_GONE,
};

/**
 * struct hashed_key - an address or prefix
 * @high: its first 8 bytes as they stand in the packet; of IPv4 the one word
 * @low: the others
 *
 * Handed over in registers.
 */
struct hashed_key {
	u64 high;
	u64 low;
};

/**
 * struct hashed_entry - the address of a row
 * @key: the address
 * @next: row of the next address in the bucket, or of the next free row
 * @state: enum hashed_state
 * @taken: when somebody last took something from what the row shows, or the
 *         address got it; seconds of boot time
 */
struct hashed_entry {
	struct hashed_key key;
	u32 next;
	u32 state;
	u64 taken;
};

/* A block is one page of 4 KiB. */
#define HASHED_BLOCK_SHIFT	7
#define HASHED_BLOCK_ROWS	(1U << HASHED_BLOCK_SHIFT)

struct hashed_block {
	struct hashed_entry entries[HASHED_BLOCK_ROWS];
};

/**
 * struct hashed - a hashed index
 * @heads: first row of each bucket, or HASHED_NO_ROW
 * @blocks: the entries, by row; NULL where no row has been used yet
 * @mask: buckets - 1
 * @ipv6: whether its addresses are
 * @key_mask: the bits of an address that count
 * @secret: makes the bucket of an address unpredictable
 * @rows: how many there may be
 * @lock: for changing anything, entries too; taken with bottom halves off. Most of it
 *        is read without, hence READ_ONCE() and WRITE_ONCE()
 * @used: rows that have ever had an address: all below
 * @free: the first one that has none any more, or HASHED_NO_ROW
 * @live: rows that are not FREE: addresses that have one, or have just given it up
 * @warned: bit 0: the kernel log has been told that it is nearly full
 * @crowded: has rows given up, or NULL
 * @queue: of @crowded
 * @memory: pays for all
 * @bytes: charged to it
 * @name: the table's, for messages
 */
struct hashed {
	u32 *heads;
	struct hashed_block **blocks;
	u32 mask;
	bool ipv6;
	struct hashed_key key_mask;
	struct hash_secret secret;
	u32 rows;

	spinlock_t lock ____cacheline_aligned_in_smp;
	u32 used;
	u32 free;
	u32 live;
	unsigned long warned;
	struct delayed_work *crowded;
	struct workqueue_struct *queue;
	struct memory_bound *memory;
	unsigned long bytes;
	char name[XT_TRAFFIC_NAME_SIZE];
};

struct hashed *hashed_create(const char *name, u32 rows, u32 buckets,
			     const union nf_inet_addr *mask, bool ipv6,
			     struct memory_bound *memory);
void hashed_destroy(struct hashed *hashed);
void hashed_call_when_crowded(struct hashed *hashed,
			      struct workqueue_struct *queue,
			      struct delayed_work *work);
bool hashed_is_crowded(const struct hashed *hashed);
u32 hashed_touch(struct hashed *hashed, const __be32 *address,
		 enum memory_use use);
void hashed_key(const struct hashed *hashed, u32 row, union nf_inet_addr *key);
void hashed_note_taken(struct hashed *hashed, u32 row);
u32 hashed_live(const struct hashed *hashed);
unsigned long hashed_bytes(const struct hashed *hashed);

u32 hashed_used(struct hashed *hashed);
bool hashed_ask_to_leave(struct hashed_entry *entry);
bool hashed_let_stay(struct hashed_entry *entry);
bool hashed_let_go(struct hashed *hashed, u32 row);
void hashed_free(struct hashed *hashed, u32 row);

/**
 * hashed_entry() - the entry of a row
 * @hashed: the index
 * @row: below hashed_used(), or found in the index
 */
static inline struct hashed_entry *hashed_entry(const struct hashed *hashed,
						u32 row)
{
	struct hashed_block *block =
		READ_ONCE(hashed->blocks[row >> HASHED_BLOCK_SHIFT]);

	return &block->entries[row & (HASHED_BLOCK_ROWS - 1)];
}

static __always_inline struct hashed_key
hashed_key_of(const struct hashed *hashed, const __be32 *address,
	      const bool ipv6)
{
	struct hashed_key key = {};

	if (ipv6)
		memcpy(&key, address, sizeof(key));
	else
		key.high = (__force u32)*address;
	key.high &= hashed->key_mask.high;
	key.low &= hashed->key_mask.low;
	return key;
}

static __always_inline u32 hashed_bucket(const struct hashed *hashed,
					 struct hashed_key key, const bool ipv6)
{
	const struct hash_secret *secret = &hashed->secret;
	u64 sum;

	if (ipv6)
		sum = hash_pair(secret, 0, key.high >> 32, key.high) +
		      hash_pair(secret, 1, key.low >> 32, key.low);
	else
		sum = hash_single(secret, key.high);
	return hash_place(hash_of(secret, sum), hashed->mask);
}

static inline bool hashed_stays(struct hashed_entry *entry)
{
	return likely(READ_ONCE(entry->state) == HASHED_LIVE) ||
	       hashed_let_stay(entry);
}

static __always_inline u32 hashed_find_key(const struct hashed *hashed,
					   const u32 *bucket,
					   struct hashed_key key)
{
	struct hashed_entry *entry;
	u32 row;

	for (row = READ_ONCE(*bucket); row != HASHED_NO_ROW;
	     row = READ_ONCE(entry->next)) {
		entry = hashed_entry(hashed, row);
		if (entry->key.low == key.low && entry->key.high == key.high &&
		    hashed_stays(entry))
			break;
	}
	return row;
}

/**
 * hashed_find() - the row of an address
 * @hashed: the index
 * @address: as it stands in the packet
 * @ipv6: whether it is an IPv6 address
 *
 * Context: as for hashed_touch(). Return: the row, or HASHED_NO_ROW.
 */
static __always_inline u32 hashed_find(const struct hashed *hashed,
				       const __be32 *address, const bool ipv6)
{
	const struct hashed_key key = hashed_key_of(hashed, address, ipv6);

	return hashed_find_key(hashed,
			       &hashed->heads[hashed_bucket(hashed, key, ipv6)],
			       key);
}

#endif /* TRAFFIC_HASHED_H */
