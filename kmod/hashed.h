/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hashed: the index of addresses that are too many to have a row each.
 *
 * Knows addresses and rows; does not know counters. An address gets the next
 * free row when it first appears, so rows come in that order, and stay where
 * they are while others are added: a reader that goes through them misses none
 * and meets none twice.
 */
#ifndef TRAFFIC_HASHED_H
#define TRAFFIC_HASHED_H

#include <linux/limits.h>
#include <linux/netfilter.h>
#include <linux/types.h>

struct delayed_work;
struct hashed;
struct memory_bound;

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
 * struct hashed_entry - the address of a row
 * @key: the address; for IPv4 one word
 * @next: row of the next address in the bucket, or of the next free row
 * @state: enum hashed_state
 * @taken: for recycle.c: what readers had taken from it
 * @since: for recycle.c: since when, in seconds
 */
struct hashed_entry {
	u32 key[4];
	u32 next;
	u32 state;
	u32 taken;
	u32 since;
};

struct hashed *hashed_create(const char *name, u32 rows, u32 buckets,
			     const union nf_inet_addr *mask, u32 words,
			     struct memory_bound *memory);
void hashed_destroy(struct hashed *hashed);
void hashed_call_when_crowded(struct hashed *hashed, struct delayed_work *work);
bool hashed_is_crowded(const struct hashed *hashed);
u32 hashed_find(struct hashed *hashed, const __be32 *address);
u32 hashed_touch(struct hashed *hashed, const __be32 *address);
void hashed_key(const struct hashed *hashed, u32 row, union nf_inet_addr *key);
unsigned long hashed_bytes(const struct hashed *hashed);

u32 hashed_used(struct hashed *hashed);
struct hashed_entry *hashed_entry(const struct hashed *hashed, u32 row);
bool hashed_ask_to_leave(struct hashed_entry *entry);
bool hashed_let_stay(struct hashed_entry *entry);
bool hashed_let_go(struct hashed *hashed, u32 row);
void hashed_free(struct hashed *hashed, u32 row);

#endif /* TRAFFIC_HASHED_H */
