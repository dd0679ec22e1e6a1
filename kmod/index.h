/* SPDX-License-Identifier: GPL-2.0 */
/*
 * index: address or port to row number, and back.
 *
 * Knows numbers; does not know counters. There is one kind so far, direct: the
 * row is the distance from the first address. A hashed one (IPv6, networks
 * wider than /12, --hashsize) will stand beside it behind the same functions,
 * which is why a row may not be found.
 */
#ifndef TRAFFIC_INDEX_H
#define TRAFFIC_INDEX_H

#include <linux/types.h>

/**
 * struct index - what a table counts by
 * @first: lowest address or port, in host byte order
 * @rows: how many there are
 */
struct index {
	u32 first;
	u32 rows;
};

/**
 * index_row() - the row to count into
 * @index: the index
 * @key: an address of the network, or a port
 * @row: filled in
 *
 * Context: bottom halves off. Return: false when there is no row to be had.
 */
static inline bool index_row(const struct index *index, u32 key, u32 *row)
{
	*row = key - index->first;
	return true;
}

/**
 * index_find() - the row of a key that somebody wrote
 * @index: the index
 * @key: any address or port
 * @row: filled in
 *
 * Context: any. Return: false when the key does not belong here.
 */
static inline bool index_find(const struct index *index, u32 key, u32 *row)
{
	*row = key - index->first;
	return *row < index->rows;
}

/**
 * index_key() - what a row stands for
 * @index: the index
 * @row: below @index->rows
 */
static inline u32 index_key(const struct index *index, u32 row)
{
	return index->first + row;
}

#endif /* TRAFFIC_INDEX_H */
