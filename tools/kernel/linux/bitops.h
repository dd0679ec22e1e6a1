/* SPDX-License-Identifier: GPL-2.0 */
/* The lowest bit's number, from 0, of a word that has one. */
#ifndef USER_LINUX_BITOPS_H
#define USER_LINUX_BITOPS_H

#include <linux/types.h>

static inline unsigned long __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

#endif /* USER_LINUX_BITOPS_H */
