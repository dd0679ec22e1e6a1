/* SPDX-License-Identifier: GPL-2.0 */
/*
 * index: address to row number, and back.
 *
 * Knows addresses, prefixes and numbers; does not know counters. A row stands
 * for an address, or with --aggregate for a prefix. There are two kinds: in a
 * direct index the row is the distance from the first address; a hashed one
 * (hashed.h) gives an address the next free row when it first appears.
 *
 * An address is given as it stands in the packet: one 32-bit word, or four.
 */
#ifndef TRAFFIC_INDEX_H
#define TRAFFIC_INDEX_H

#include <linux/netfilter.h>
#include <linux/types.h>
#include "hashed.h"

struct memory_bound;
struct xt_traffic_info;

/**
 * struct index - what a table counts by
 * @first: lowest address, in host byte order; of a direct index
 * @shift: low bits of an address that do not matter; of a direct index
 * @rows: how many there may be
 * @hashed: the hashed index, or NULL if this is a direct one
 * @words: of an address
 * @network: the first address
 * @network_length: its prefix length
 * @row_length: prefix length of a row
 * @aggregates: a row stands for a prefix, and says so
 */
struct index {
	u32 first;
	u32 shift;
	u32 rows;
	struct hashed *hashed;
	u32 words;
	union nf_inet_addr network;
	u8 network_length;
	u8 row_length;
	bool aggregates;
};

int index_prefix_length(const union nf_inet_addr *mask, u32 words);
int index_init(struct index *index, const struct xt_traffic_info *info,
	       u8 family, struct memory_bound *memory);
void index_destroy(struct index *index);
u32 index_touch(const struct index *index, const __be32 *address,
		enum memory_use use);
bool index_covers(const struct index *index, const union nf_inet_addr *key);
void index_key(const struct index *index, u32 row, union nf_inet_addr *key);
void index_note_taken(const struct index *index, u32 row);
unsigned long index_bytes(const struct index *index);

/* No row, where one is asked for. */
#define INDEX_NO_ROW HASHED_NO_ROW

/* Whether a row is simply the distance from the first address. */
static inline bool index_is_plain(const struct index *index)
{
	return !index->hashed && !index->shift;
}

/**
 * index_plain_row() - the row of an address in a plain index
 * @index: a plain one
 * @address: an address of the network
 */
static inline u32 index_plain_row(const struct index *index, __be32 address)
{
	return be32_to_cpu(address) - index->first;
}

static inline u32 index_direct_row(const struct index *index, __be32 address)
{
	return index_plain_row(index, address) >> index->shift;
}

/**
 * index_find() - the row of an address
 * @index: the index
 * @address: of the network
 * @ipv6: whether it is an IPv6 address
 *
 * Context: bottom halves off, until what is done to the row is done.
 * Return: the row, or INDEX_NO_ROW.
 */
static __always_inline u32 index_find(const struct index *index,
				      const __be32 *address, const bool ipv6)
{
	if (index->hashed)
		return hashed_find(index->hashed, address, ipv6);
	return index_direct_row(index, *address);
}

#endif /* TRAFFIC_INDEX_H */
