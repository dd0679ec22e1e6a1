// SPDX-License-Identifier: GPL-2.0
/*
 * hashed: see hashed.h
 *
 * Buckets are chains of rows, found by a keyed hash. Whoever looks an address
 * up takes no lock and writes nothing. Entries come in blocks that stay where
 * they are until the end.
 *
 * Insert. Under the lock, so that no address gets two rows. The entry is filled
 *   in before the head of its bucket points to it (release); whoever comes by
 *   the head depends on what he read there, and so sees it filled in.
 *
 * Remove. A row changes its address only in the order LIVE, LEAVING, GONE, FREE,
 *   LIVE; what has to happen between these is told in recycle.c. An entry is
 *   taken out of its chain when it is GONE and keeps its key and its successor
 *   until it is FREE, which is an RCU grace period later: who is still looking
 *   at it goes on from there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "hashed.h"

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include "hash.h"
#include "memory.h"
#include "xt_traffic.h"

/* A block is one page of 4 KiB. */
#define BLOCK_SHIFT	7
#define BLOCK_ROWS	(1U << BLOCK_SHIFT)

struct block {
	struct hashed_entry entries[BLOCK_ROWS];
};

/*
 * Unless told otherwise, a bucket for each row, in at most a 32nd of the memory
 * that the namespace may have.
 */
#define BUCKETS_MEMORY_DIVISOR 32

/**
 * struct hashed - a hashed index
 * @heads: first row of each bucket, or HASHED_NO_ROW
 * @blocks: the entries, by row; NULL where no row has been used yet
 * @mask: buckets - 1
 * @words: of an address
 * @address_mask: the bits of an address that count
 * @secret: makes the bucket of an address unpredictable
 * @rows: how many there may be
 * @lock: for changing anything; taken with bottom halves off
 * @used: rows that have ever had an address: all below
 * @free: the first one that has none any more, or HASHED_NO_ROW
 * @live: addresses that have a row
 * @warned: the kernel log has been told that it is nearly full
 * @crowded: has rows given up, or NULL
 * @memory: pays for all
 * @bytes: charged to it
 * @name: the table's, for messages
 */
struct hashed {
	u32 *heads;
	struct block **blocks;
	u32 mask;
	u32 words;
	u32 address_mask[4];
	struct hash_secret secret;
	u32 rows;

	spinlock_t lock ____cacheline_aligned_in_smp;
	u32 used;
	u32 free;
	u32 live;
	bool warned;
	struct delayed_work *crowded;
	struct memory_bound *memory;
	unsigned long bytes;
	char name[XT_TRAFFIC_NAME_SIZE];
};

static u32 choose_buckets(u32 rows, const struct memory_bound *memory)
{
	const unsigned long affordable =
		memory_limit(memory) / (BUCKETS_MEMORY_DIVISOR * sizeof(u32));
	const u32 most = clamp_t(unsigned long, affordable,
				 XT_TRAFFIC_HASHSIZE_MIN,
				 XT_TRAFFIC_HASHSIZE_MAX);

	return min_t(u32, roundup_pow_of_two(max(rows, XT_TRAFFIC_HASHSIZE_MIN)),
		     rounddown_pow_of_two(most));
}

static u32 count_blocks(const struct hashed *hashed)
{
	return DIV_ROUND_UP(hashed->rows, BLOCK_ROWS);
}

/* What it takes before it has any address. */
static unsigned long fixed_bytes(const struct hashed *hashed)
{
	return sizeof(*hashed) + (hashed->mask + 1UL) * sizeof(*hashed->heads) +
	       count_blocks(hashed) * sizeof(*hashed->blocks);
}

static int alloc_parts(struct hashed *hashed)
{
	const u32 buckets = hashed->mask + 1;

	if (!memory_charge(hashed->memory, fixed_bytes(hashed), MEMORY_OWN))
		return -ENOSPC;
	hashed->bytes = fixed_bytes(hashed);
	hashed->heads = kvmalloc_array(buckets, sizeof(*hashed->heads),
				       GFP_KERNEL_ACCOUNT);
	hashed->blocks = kvcalloc(count_blocks(hashed),
				  sizeof(*hashed->blocks), GFP_KERNEL_ACCOUNT);
	if (!hashed->heads || !hashed->blocks)
		return -ENOMEM;
	memset32(hashed->heads, HASHED_NO_ROW, buckets);
	return 0;
}

/**
 * hashed_create() - make an empty index
 * @name: the table's
 * @rows: most addresses it may hold
 * @buckets: a power of two, at most 2^24; 0: by the number of rows
 * @mask: the bits of an address that make its key
 * @words: how many words of it there are
 * @memory: pays for it; must outlive the index
 *
 * Context: may sleep. Return: the index, or an error: -ENOMEM, or -ENOSPC when
 * the bound does not allow it.
 */
struct hashed *hashed_create(const char *name, u32 rows, u32 buckets,
			     const union nf_inet_addr *mask, u32 words,
			     struct memory_bound *memory)
{
	struct hashed *hashed = kzalloc(sizeof(*hashed), GFP_KERNEL_ACCOUNT);
	int err;

	BUILD_BUG_ON(sizeof(struct block) != 4096);
	if (!hashed)
		return ERR_PTR(-ENOMEM);
	strscpy(hashed->name, name, sizeof(hashed->name));
	spin_lock_init(&hashed->lock);
	hashed->rows = rows;
	hashed->mask = (buckets ? buckets : choose_buckets(rows, memory)) - 1;
	hashed->words = words;
	memcpy(hashed->address_mask, mask, sizeof(hashed->address_mask));
	hashed->free = HASHED_NO_ROW;
	hashed->memory = memory;
	get_random_bytes(&hashed->secret, sizeof(hashed->secret));

	err = alloc_parts(hashed);
	if (err) {
		hashed_destroy(hashed);
		return ERR_PTR(err);
	}
	return hashed;
}

/**
 * hashed_destroy() - free everything
 * @hashed: the index; nobody may use it any more
 *
 * Context: may sleep.
 */
void hashed_destroy(struct hashed *hashed)
{
	u32 i;

	for (i = 0; hashed->blocks && i < count_blocks(hashed); i++) {
		kfree(hashed->blocks[i]);
		cond_resched();
	}
	kvfree(hashed->blocks);
	kvfree(hashed->heads);
	memory_uncharge(hashed->memory, hashed->bytes);
	kfree(hashed);
}

/**
 * hashed_call_when_crowded() - have somebody look for rows to be given up
 * @hashed: a new index
 * @work: queued, a second later, whenever an address is added to an index that
 *        is crowded
 */
void hashed_call_when_crowded(struct hashed *hashed, struct delayed_work *work)
{
	hashed->crowded = work;
}

/**
 * hashed_is_crowded() - whether more than three quarters of the rows are in use
 * @hashed: the index
 */
bool hashed_is_crowded(const struct hashed *hashed)
{
	return READ_ONCE(hashed->live) > hashed->rows - DIV_ROUND_UP(hashed->rows, 4);
}

/**
 * hashed_entry() - the entry of a row
 * @hashed: the index
 * @row: below hashed_used(), or found in the index
 */
struct hashed_entry *hashed_entry(const struct hashed *hashed, u32 row)
{
	struct block *block = READ_ONCE(hashed->blocks[row >> BLOCK_SHIFT]);

	return &block->entries[row & (BLOCK_ROWS - 1)];
}

struct row_key {
	u32 words[4];
};

static __always_inline struct row_key make_key(const struct hashed *hashed,
					   const __be32 *address)
{
	struct row_key key = {};
	u32 i;

	for (i = 0; i < hashed->words; i++)
		key.words[i] = (__force u32)address[i] &
			       hashed->address_mask[i];
	return key;
}

static __always_inline u32 *bucket_of(const struct hashed *hashed,
				      const struct row_key *key)
{
	const struct hash_secret *secret = &hashed->secret;
	u64 sum = hash_pair(secret, 0, key->words[0], key->words[1]);

	if (hashed->words == 4)
		sum += hash_pair(secret, 1, key->words[2], key->words[3]);
	return &hashed->heads[hash_place(hash_of(secret, sum), hashed->mask)];
}

static bool has_key(const struct hashed_entry *entry, const struct row_key *key)
{
	return !((entry->key[0] ^ key->words[0]) |
		 (entry->key[1] ^ key->words[1]) |
		 (entry->key[2] ^ key->words[2]) |
		 (entry->key[3] ^ key->words[3]));
}

static bool stays(struct hashed_entry *entry)
{
	return likely(READ_ONCE(entry->state) == HASHED_LIVE) ||
	       hashed_let_stay(entry);
}

static __always_inline u32 find_row(const struct hashed *hashed,
				    const u32 *bucket, const struct row_key *key)
{
	struct hashed_entry *entry;
	u32 row;

	for (row = READ_ONCE(*bucket); row != HASHED_NO_ROW;
	     row = READ_ONCE(entry->next)) {
		entry = hashed_entry(hashed, row);
		if (has_key(entry, key) && stays(entry))
			break;
	}
	return row;
}

/**
 * hashed_find() - the row of an address
 * @hashed: the index
 * @address: as it stands in the packet
 *
 * Context: as for hashed_touch(). Return: the row, or HASHED_NO_ROW.
 */
u32 hashed_find(struct hashed *hashed, const __be32 *address)
{
	const struct row_key key = make_key(hashed, address);

	return find_row(hashed, bucket_of(hashed, &key), &key);
}

static bool is_full(const struct hashed *hashed)
{
	return READ_ONCE(hashed->used) == hashed->rows &&
	       READ_ONCE(hashed->free) == HASHED_NO_ROW;
}

/* These under the lock. */

static bool make_block(struct hashed *hashed, u32 row)
{
	struct block **place = &hashed->blocks[row >> BLOCK_SHIFT];
	struct block *block;

	if (*place)
		return true;
	if (!memory_charge(hashed->memory, sizeof(*block), MEMORY_SHARED))
		return false;
	block = kzalloc(sizeof(*block), GFP_NOWAIT | __GFP_NOWARN);
	if (!block) {
		memory_uncharge(hashed->memory, sizeof(*block));
		return false;
	}
	WRITE_ONCE(hashed->bytes, hashed->bytes + sizeof(*block));
	WRITE_ONCE(*place, block);
	return true;
}

static u32 get_free_row(struct hashed *hashed)
{
	u32 row = hashed->free;

	if (row != HASHED_NO_ROW) {
		WRITE_ONCE(hashed->free, hashed_entry(hashed, row)->next);
		return row;
	}
	row = hashed->used;
	if (row == hashed->rows || !make_block(hashed, row))
		return HASHED_NO_ROW;
	WRITE_ONCE(hashed->used, row + 1);
	return row;
}

static void mind_the_room(struct hashed *hashed)
{
	if (hashed->live >= hashed->rows - hashed->rows / 10 &&
	    !hashed->warned) {
		hashed->warned = true;
		pr_warn("%s: 90 %% of its rows are in use (%u of %u); see --maxaddrs\n",
			hashed->name, hashed->live, hashed->rows);
	}
	if (hashed->crowded && hashed_is_crowded(hashed))
		queue_delayed_work(system_power_efficient_wq, hashed->crowded,
				   HZ);
}

static u32 insert(struct hashed *hashed, u32 *bucket, const struct row_key *key)
{
	const u32 row = get_free_row(hashed);
	struct hashed_entry *entry;

	if (row == HASHED_NO_ROW)
		return HASHED_NO_ROW;
	entry = hashed_entry(hashed, row);
	memcpy(entry->key, key->words, sizeof(entry->key));
	WRITE_ONCE(entry->since, ktime_get_seconds());
	WRITE_ONCE(entry->next, *bucket);
	WRITE_ONCE(entry->state, HASHED_LIVE);
	/* Pairs with the dependency in find_row(). */
	smp_store_release(bucket, row);
	WRITE_ONCE(hashed->live, hashed->live + 1);
	mind_the_room(hashed);
	return row;
}

static void take_out(struct hashed *hashed, u32 row)
{
	struct hashed_entry *entry = hashed_entry(hashed, row);
	struct row_key key;
	u32 *link;

	memcpy(key.words, entry->key, sizeof(key.words));
	link = bucket_of(hashed, &key);
	while (*link != row)
		link = &hashed_entry(hashed, *link)->next;
	WRITE_ONCE(*link, entry->next);
}

/**
 * hashed_touch() - the row of an address, which gets one if it has none
 * @hashed: the index
 * @address: as it stands in the packet
 *
 * Context: bottom halves off, until what is done to the row is done: that is
 * what its removal waits for. Return: the row, or HASHED_NO_ROW when there is
 * none to be had.
 */
u32 hashed_touch(struct hashed *hashed, const __be32 *address)
{
	const struct row_key key = make_key(hashed, address);
	u32 *bucket = bucket_of(hashed, &key);
	u32 row;

	row = find_row(hashed, bucket, &key);
	/* A flood of addresses shall not wait for one another here. */
	if (row != HASHED_NO_ROW || is_full(hashed))
		return row;
	spin_lock(&hashed->lock);
	row = find_row(hashed, bucket, &key);
	if (row == HASHED_NO_ROW)
		row = insert(hashed, bucket, &key);
	spin_unlock(&hashed->lock);
	return row;
}

/**
 * hashed_key() - the address of a row
 * @hashed: the index
 * @row: a row in which something has been counted or restored, and that cannot
 *       be given up meanwhile
 * @key: filled in
 */
void hashed_key(const struct hashed *hashed, u32 row, union nf_inet_addr *key)
{
	/* The key had been written before whoever counted could find the row. */
	smp_rmb();
	memcpy(key, hashed_entry(hashed, row)->key, sizeof(*key));
}

/**
 * hashed_bytes() - memory that is charged for it
 * @hashed: the index
 */
unsigned long hashed_bytes(const struct hashed *hashed)
{
	return READ_ONCE(hashed->bytes);
}

/**
 * hashed_used() - rows that have ever had an address: all below
 * @hashed: the index
 *
 * Context: process. What follows is for recycle.c alone, see there.
 */
u32 hashed_used(struct hashed *hashed)
{
	u32 used;

	spin_lock_bh(&hashed->lock);
	used = hashed->used;
	spin_unlock_bh(&hashed->lock);
	return used;
}

/**
 * hashed_ask_to_leave() - from LIVE to LEAVING
 * @entry: of a row
 *
 * Return: whether it was LIVE.
 */
bool hashed_ask_to_leave(struct hashed_entry *entry)
{
	return cmpxchg(&entry->state, HASHED_LIVE, HASHED_LEAVING) ==
	       HASHED_LIVE;
}

/**
 * hashed_let_stay() - from LEAVING back to LIVE
 * @entry: of a row
 *
 * Return: whether the row has its address still.
 */
bool hashed_let_stay(struct hashed_entry *entry)
{
	const u32 state = cmpxchg(&entry->state, HASHED_LEAVING, HASHED_LIVE);

	return state == HASHED_LEAVING || state == HASHED_LIVE;
}

/**
 * hashed_let_go() - from LEAVING to GONE
 * @hashed: the index
 * @row: the row
 *
 * Context: process. Return: whether it was LEAVING.
 */
bool hashed_let_go(struct hashed *hashed, u32 row)
{
	struct hashed_entry *entry = hashed_entry(hashed, row);
	bool gone;

	spin_lock_bh(&hashed->lock);
	gone = cmpxchg(&entry->state, HASHED_LEAVING, HASHED_GONE) ==
	       HASHED_LEAVING;
	if (gone)
		take_out(hashed, row);
	spin_unlock_bh(&hashed->lock);
	return gone;
}

/**
 * hashed_free() - from GONE to FREE, an RCU grace period later
 * @hashed: the index
 * @row: the row
 *
 * Context: process.
 */
void hashed_free(struct hashed *hashed, u32 row)
{
	struct hashed_entry *entry = hashed_entry(hashed, row);

	spin_lock_bh(&hashed->lock);
	WRITE_ONCE(entry->state, HASHED_FREE);
	WRITE_ONCE(entry->next, hashed->free);
	WRITE_ONCE(hashed->free, row);
	WRITE_ONCE(hashed->live, hashed->live - 1);
	/* Worth a new message only after a real relief. */
	if (hashed->live < hashed->rows / 2)
		hashed->warned = false;
	spin_unlock_bh(&hashed->lock);
}
