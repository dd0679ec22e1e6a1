/* SPDX-License-Identifier: GPL-2.0 */
/* The number of the highest bit, from 1; 0 for none. */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/types.h>

static inline int fls64(u64 number)
{
	return number ? 64 - __builtin_clzll(number) : 0;
}

#endif /* SHIM_LINUX_BITOPS_H */
