/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hash: numbers of flows and addresses that nobody can foresee.
 *
 * Pair-multiply-shift, which is strongly universal (M. Thorup, High Speed
 * Hashing for Integers and Strings): over the random secrets, any two different
 * keys of the same length have the same hash with a chance of exactly 1 in 2^32.
 * That is all that is asked of it: hashes are never shown, so that nobody can
 * work towards a secret. Also compiled for user space by test/unit.
 *
 * A hash is the sum of what the functions here give for each part of the key,
 * and hash_of() that. Two words of the key cost one multiplication.
 */
#ifndef TRAFFIC_HASH_H
#define TRAFFIC_HASH_H

#include <linux/types.h>

/* Two IPv6 addresses; a single word; and one number for the whole. */
#define HASH_PAIRS 4

/* Random numbers that nobody is told. */
struct hash_secret {
	u64 pairs[HASH_PAIRS][2];
	u64 single;
	u64 whole;
};

/**
 * hash_pair() - part of a hash
 * @secret: the secret
 * @pair: which pair of words it is; below HASH_PAIRS
 * @a: one word of it
 * @b: the other
 */
static inline u64 hash_pair(const struct hash_secret *secret, u32 pair, u32 a,
			    u32 b)
{
	return (secret->pairs[pair][0] + a) * (secret->pairs[pair][1] + b);
}

/**
 * hash_single() - part of a hash
 * @secret: the secret
 * @word: the one word that is in no pair
 */
static inline u64 hash_single(const struct hash_secret *secret, u32 word)
{
	return secret->single * word;
}

/**
 * hash_of() - the hash
 * @secret: the secret
 * @sum: of all parts of the key
 */
static inline u32 hash_of(const struct hash_secret *secret, u64 sum)
{
	return (sum + secret->whole) >> 32;
}

/**
 * hash_place() - a hash as a place in a table
 * @hash: the hash
 * @mask: places - 1; places are a power of two, at most 2^24
 *
 * The hash is linear in its words: with a bad secret, keys in order (a scan)
 * would come to few places. So its bits are mixed, which leaves the chance for
 * any two keys what it was. (2^32 divided by the golden ratio.)
 */
static inline u32 hash_place(u32 hash, u32 mask)
{
	return ((hash ^ hash >> 16) * 0x9e3779b1) >> 8 & mask;
}

#endif /* TRAFFIC_HASH_H */
