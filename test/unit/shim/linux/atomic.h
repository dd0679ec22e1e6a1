/* SPDX-License-Identifier: GPL-2.0 */
/* 64-bit counters that several threads add to. */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t;

static inline void atomic64_inc(atomic64_t *number)
{
	__atomic_fetch_add(&number->counter, 1, __ATOMIC_RELAXED);
}

static inline s64 atomic64_read(const atomic64_t *number)
{
	return __atomic_load_n(&number->counter, __ATOMIC_RELAXED);
}

#endif /* SHIM_LINUX_ATOMIC_H */
