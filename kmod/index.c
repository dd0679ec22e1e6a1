// SPDX-License-Identifier: GPL-2.0
/*
 * index: see index.h
 */
#include "index.h"

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "xt_traffic.h"

static __be32 mask_of_word(u32 length, u32 word)
{
	const u32 bits = clamp_t(int, (int)length - (int)word * 32, 0, 32);

	return bits ? cpu_to_be32(~0U << (32 - bits)) : 0;
}

/**
 * index_prefix_length() - length of the prefix that a mask leaves
 * @mask: the mask
 * @words: 1 for IPv4, 4 for IPv6
 *
 * Return: the length, or -1 unless the mask is contiguous.
 */
int index_prefix_length(const union nf_inet_addr *mask, u32 words)
{
	u32 length = 0, i;

	for (i = 0; i < words; i++)
		length += hweight32((__force u32)mask->all[i]);
	for (i = 0; i < words; i++)
		if ((__force __be32)mask->all[i] != mask_of_word(length, i))
			return -1;
	return length;
}

static u64 count_prefixes(const struct index *index)
{
	return 1ULL << min(index->row_length - index->network_length, 63);
}

static void init_rows(struct index *index, const struct xt_traffic_info *info,
		      u8 family)
{
	index->words = family == NFPROTO_IPV6 ? 4 : 1;
	index->network = info->netbase;
	index->network_length =
		index_prefix_length(&info->netmask, index->words);
	index->row_length = info->aggregate ? info->aggregate :
					      index->words * 32;
	index->aggregates = info->aggregate;
	index->rows = min_t(u64, info->maxaddrs, count_prefixes(index));
}

/* Networks up to /12, and of IPv4 alone; for others it would be too large. */
static bool is_direct(const struct index *index,
		      const struct xt_traffic_info *info)
{
	return index->words == 1 && !info->hashsize &&
	       count_prefixes(index) == index->rows &&
	       index->rows <= 1U << (32 - XT_TRAFFIC_DIRECT_PREFIX_MIN);
}

/**
 * index_init() - make the index of a table
 * @index: to initialise; all zero before
 * @info: its options, checked
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @memory: pays for it; must outlive the index
 *
 * Context: may sleep. Return: 0, -ENOMEM, or -ENOSPC when the bound does not
 * allow it; index_destroy() is due in every case.
 */
int index_init(struct index *index, const struct xt_traffic_info *info,
	       u8 family, struct memory_bound *memory)
{
	union nf_inet_addr mask = {};
	struct hashed *hashed;
	u32 i;

	init_rows(index, info, family);
	/* Ports have no addresses. */
	if (!(info->flags & (XT_TRAFFIC_TRAFFIC | XT_TRAFFIC_IPCONN)))
		return 0;
	if (is_direct(index, info)) {
		index->first = be32_to_cpu(index->network.ip);
		index->shift = 32 - index->row_length;
		return 0;
	}
	for (i = 0; i < index->words; i++)
		mask.all[i] = (__force u32)mask_of_word(index->row_length, i);
	hashed = hashed_create(info->name, index->rows, info->hashsize,
			       &mask, index->words == 4, memory);
	if (IS_ERR(hashed))
		return PTR_ERR(hashed);
	index->hashed = hashed;
	return 0;
}

/**
 * index_destroy() - free it
 * @index: initialised, or all zero; nobody may use it any more
 *
 * Context: may sleep.
 */
void index_destroy(struct index *index)
{
	if (index->hashed)
		hashed_destroy(index->hashed);
}

/**
 * index_touch() - the row of an address, which gets one if it has none
 * @index: the index
 * @address: of the network
 * @use: what the row is for
 *
 * Context: as for index_find(). Return: the row, or INDEX_NO_ROW when there is
 * none to be had.
 */
u32 index_touch(const struct index *index, const __be32 *address,
		enum memory_use use)
{
	return index->hashed ? hashed_touch(index->hashed, address, use) :
			       index_direct_row(index, *address);
}

/**
 * index_covers() - whether somebody may write a row of this key
 * @index: the index
 * @key: any address, of the index's family
 */
bool index_covers(const struct index *index, const union nf_inet_addr *key)
{
	u32 i;

	for (i = 0; i < index->words; i++) {
		const __be32 word = (__force __be32)key->all[i];

		if ((word & mask_of_word(index->network_length, i)) !=
			    (__force __be32)index->network.all[i] ||
		    word & ~mask_of_word(index->row_length, i))
			return false;
	}
	return true;
}

/**
 * index_key() - what a row stands for
 * @index: the index
 * @row: a row that shows something
 * @key: filled in: the address, or the first one of the prefix
 */
void index_key(const struct index *index, u32 row, union nf_inet_addr *key)
{
	if (index->hashed)
		hashed_key(index->hashed, row, key);
	else
		key->ip = cpu_to_be32(index->first + (row << index->shift));
}

/**
 * index_note_taken() - somebody has taken something from what a row shows
 * @index: the index
 * @row: the row
 */
void index_note_taken(const struct index *index, u32 row)
{
	if (index->hashed)
		hashed_note_taken(index->hashed, row);
}

/**
 * index_bytes() - memory that is charged for it
 * @index: the index
 */
unsigned long index_bytes(const struct index *index)
{
	return index->hashed ? hashed_bytes(index->hashed) : 0;
}
