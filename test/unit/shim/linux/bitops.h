/* SPDX-License-Identifier: GPL-2.0 */
/* Bits of a word: the lowest one's number, from 0, if there is one; and how many. */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/types.h>

static inline unsigned long __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

static inline unsigned int hweight32(u32 word)
{
	return __builtin_popcount(word);
}

static inline bool test_bit(int bit, const unsigned long *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED) >> bit & 1;
}

static inline bool test_and_set_bit(int bit, unsigned long *word)
{
	return __atomic_fetch_or(word, 1UL << bit, __ATOMIC_SEQ_CST) >> bit & 1;
}

static inline void clear_bit(int bit, unsigned long *word)
{
	__atomic_fetch_and(word, ~(1UL << bit), __ATOMIC_RELAXED);
}

#endif /* SHIM_LINUX_BITOPS_H */
