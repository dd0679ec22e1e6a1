/* SPDX-License-Identifier: GPL-2.0 */
/* The number of the lowest bit, from 0; of a word that is not zero. */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/types.h>

static inline unsigned long __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

#endif /* SHIM_LINUX_BITOPS_H */
