// SPDX-License-Identifier: GPL-2.0
/*
 * hashed: see hashed.h
 *
 * Buckets are chains of rows, found by a keyed hash. Whoever looks an address
 * up takes no lock and writes nothing, unless its row is just being given up
 * (hashed_let_stay()). Entries come in blocks that stay where
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
#include "memory.h"

/*
 * Unless told otherwise, a bucket for each row, in at most a 32nd of the memory
 * that the namespace may have. And in any case no more than so many rows in a
 * bucket on average: who searches holds up a CPU.
 */
#define BUCKETS_MEMORY_DIVISOR	32
#define BUCKET_ROWS_MAX		16

static u32 choose_buckets(u32 rows, u32 wanted, const struct memory_bound *memory)
{
	const unsigned long affordable =
		memory_limit(memory) / (BUCKETS_MEMORY_DIVISOR * sizeof(u32));
	const u32 least = DIV_ROUND_UP(rows, BUCKET_ROWS_MAX);

	if (!wanted)
		wanted = min_t(unsigned long, rows, affordable);
	wanted = max3(wanted, least, XT_TRAFFIC_HASHSIZE_MIN);
	return roundup_pow_of_two(wanted);
}

static u32 count_blocks(const struct hashed *hashed)
{
	return DIV_ROUND_UP(hashed->rows, HASHED_BLOCK_ROWS);
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

	if (!memory_charge(hashed->memory, fixed_bytes(hashed), MEMORY_TABLE))
		return -ENOSPC;
	hashed->bytes = fixed_bytes(hashed);
	hashed->heads = kvmalloc_array(buckets, sizeof(*hashed->heads),
				       GFP_MANY_PAGES);
	hashed->blocks = kvcalloc(count_blocks(hashed),
				  sizeof(*hashed->blocks), GFP_MANY_PAGES);
	if (!hashed->heads || !hashed->blocks)
		return -ENOMEM;
	memset32(hashed->heads, HASHED_NO_ROW, buckets);
	return 0;
}

/**
 * hashed_create() - make an empty index
 * @name: the table's
 * @rows: most addresses it may hold
 * @buckets: how many at least, at most 2^24; 0: by the number of rows
 * @mask: the bits of an address that make its key
 * @ipv6: whether it is an IPv6 address
 * @memory: pays for it; must outlive the index
 *
 * Context: may sleep. Return: the index, or an error: -ENOMEM, or -ENOSPC when
 * the bound does not allow it.
 */
struct hashed *hashed_create(const char *name, u32 rows, u32 buckets,
			     const union nf_inet_addr *mask, bool ipv6,
			     struct memory_bound *memory)
{
	struct hashed *hashed = kzalloc(sizeof(*hashed), GFP_KERNEL_ACCOUNT);
	int err;

	BUILD_BUG_ON(sizeof(struct hashed_block) != 4096);
	if (!hashed)
		return ERR_PTR(-ENOMEM);
	strscpy(hashed->name, name, sizeof(hashed->name));
	spin_lock_init(&hashed->lock);
	hashed->rows = rows;
	hashed->mask = choose_buckets(rows, buckets, memory) - 1;
	hashed->ipv6 = ipv6;
	hashed->key_mask.high = ~0ULL;
	hashed->key_mask.low = ~0ULL;
	hashed->key_mask = hashed_key_of(hashed, (__force __be32 *)mask->all,
					 ipv6);
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
 * @queue: where to
 * @work: queued, for a second later, whenever an address is added to an index
 *        that is crowded
 */
void hashed_call_when_crowded(struct hashed *hashed,
			      struct workqueue_struct *queue,
			      struct delayed_work *work)
{
	hashed->queue = queue;
	hashed->crowded = work;
}

/**
 * hashed_live() - addresses that have a row
 * @hashed: the index
 */
u32 hashed_live(const struct hashed *hashed)
{
	return READ_ONCE(hashed->live);
}

/**
 * hashed_is_crowded() - whether room is needed
 * @hashed: the index
 *
 * Return: true when more than three quarters of the rows are in use, or more
 * would have to take memory that is short. (A row that is used again has its.)
 */
bool hashed_is_crowded(const struct hashed *hashed)
{
	return hashed_live(hashed) >
		       hashed->rows - DIV_ROUND_UP(hashed->rows, 4) ||
	       memory_is_short(hashed->memory, sizeof(struct hashed_block),
			       MEMORY_OWN);
}

static u32 *find_bucket(const struct hashed *hashed, struct hashed_key key)
{
	return &hashed->heads[hashed_bucket(hashed, key, hashed->ipv6)];
}

static bool is_full(const struct hashed *hashed)
{
	/* Pairs with insert(): who finds it full finds all that is in it. */
	return smp_load_acquire(&hashed->live) == hashed->rows;
}

/*
 * For the next row there would have to be a new block, and there is no memory: no
 * row is FREE, and none is just being given.
 */
static bool is_starved(const struct hashed *hashed, enum memory_use use)
{
	/* Pairs with insert(), as in is_full(). */
	const u32 live = smp_load_acquire(&hashed->live);

	return live == READ_ONCE(hashed->used) &&
	       live % HASHED_BLOCK_ROWS == 0 &&
	       memory_is_short(hashed->memory, sizeof(struct hashed_block),
			       use);
}

/* These under the lock. */

static bool make_block(struct hashed *hashed, u32 row, enum memory_use use)
{
	struct hashed_block **place = &hashed->blocks[row >> HASHED_BLOCK_SHIFT];
	struct hashed_block *block;

	if (*place)
		return true;
	block = memory_alloc(hashed->memory, sizeof(*block), GFP_NOWAIT, use);
	if (!block)
		return false;
	WRITE_ONCE(hashed->bytes, hashed->bytes + sizeof(*block));
	WRITE_ONCE(*place, block);
	return true;
}

static u32 get_free_row(struct hashed *hashed, enum memory_use use)
{
	u32 row = hashed->free;

	if (row != HASHED_NO_ROW) {
		WRITE_ONCE(hashed->free, hashed_entry(hashed, row)->next);
		return row;
	}
	row = hashed->used;
	if (row == hashed->rows || !make_block(hashed, row, use))
		return HASHED_NO_ROW;
	WRITE_ONCE(hashed->used, row + 1);
	return row;
}

static u32 insert(struct hashed *hashed, u32 *bucket, struct hashed_key key,
		  enum memory_use use)
{
	const u32 row = get_free_row(hashed, use);
	struct hashed_entry *entry;

	if (row == HASHED_NO_ROW)
		return HASHED_NO_ROW;
	entry = hashed_entry(hashed, row);
	entry->key = key;
	WRITE_ONCE(entry->taken, ktime_get_boottime_seconds());
	WRITE_ONCE(entry->next, *bucket);
	WRITE_ONCE(entry->state, HASHED_LIVE);
	/*
	 * The key before all that others do about it: who finds the row depends
	 * on its number, who is shown a counter there has smp_rmb() in
	 * hashed_key(). (test/litmus/key.litmus)
	 */
	smp_mb();
	/* Pairs with the dependency in hashed_find_key(). */
	smp_store_release(bucket, row);
	/* Pairs with is_full() and is_starved(). */
	smp_store_release(&hashed->live, hashed->live + 1);
	return row;
}

static void take_out(struct hashed *hashed, u32 row)
{
	struct hashed_entry *entry = hashed_entry(hashed, row);
	u32 *link = find_bucket(hashed, entry->key);

	while (*link != row)
		link = &hashed_entry(hashed, *link)->next;
	WRITE_ONCE(*link, entry->next);
}

/*
 * A row has been given, or there was none to give. Not under the lock: a message
 * may take long.
 */
static void mind_the_room(struct hashed *hashed)
{
	const u32 live = hashed_live(hashed);

	if (live >= hashed->rows - hashed->rows / 10 &&
	    !test_bit(0, &hashed->warned) &&
	    !test_and_set_bit(0, &hashed->warned))
		pr_warn_ratelimited("%s: 90 %% of its rows are in use (%u of %u); see --maxaddrs\n",
			hashed->name, live, hashed->rows);
	if (hashed->crowded && !delayed_work_pending(hashed->crowded) &&
	    hashed_is_crowded(hashed))
		queue_delayed_work(hashed->queue, hashed->crowded, HZ);
}

/**
 * hashed_touch() - the row of an address, which gets one if it has none
 * @hashed: the index
 * @address: as it stands in the packet
 * @use: what the row is for
 *
 * Context: bottom halves off, until what is done to the row is done: that is
 * what its removal waits for. Return: the row, or HASHED_NO_ROW when there is
 * none to be had.
 */
u32 hashed_touch(struct hashed *hashed, const __be32 *address,
		 enum memory_use use)
{
	const struct hashed_key key = hashed_key_of(hashed, address,
						    hashed->ipv6);
	u32 *bucket = find_bucket(hashed, key);
	bool missing;
	u32 row;

	row = hashed_find_key(hashed, bucket, key);
	if (row != HASHED_NO_ROW)
		return row;
	/* A flood of addresses shall not wait for one another here. */
	if (is_full(hashed))
		return hashed_find_key(hashed, bucket, key);
	/* Others may have taken the memory since a row was last given. */
	if (is_starved(hashed, use)) {
		mind_the_room(hashed);
		return hashed_find_key(hashed, bucket, key);
	}
	spin_lock(&hashed->lock);
	row = hashed_find_key(hashed, bucket, key);
	missing = row == HASHED_NO_ROW;
	if (missing)
		row = insert(hashed, bucket, key, use);
	spin_unlock(&hashed->lock);
	if (missing)
		mind_the_room(hashed);
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
	const struct hashed_entry *entry;

	/* The key had been written before whoever counted could find the row. */
	smp_rmb();
	entry = hashed_entry(hashed, row);
	if (hashed->ipv6)
		memcpy(key, &entry->key, sizeof(*key));
	else
		key->ip = (__force __be32)(u32)entry->key.high;
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
 * hashed_note_taken() - somebody has taken something from what a row shows
 * @hashed: the index
 * @row: the row
 */
void hashed_note_taken(struct hashed *hashed, u32 row)
{
	WRITE_ONCE(hashed_entry(hashed, row)->taken,
		   ktime_get_boottime_seconds());
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
		clear_bit(0, &hashed->warned);
	spin_unlock_bh(&hashed->lock);
}
