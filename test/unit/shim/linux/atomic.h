/* SPDX-License-Identifier: GPL-2.0 */
/* Counters that several threads add to, and the order in which they see things. */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	long counter;
} atomic_long_t;

static inline void atomic64_inc(atomic64_t *number)
{
	__atomic_fetch_add(&number->counter, 1, __ATOMIC_RELAXED);
}

static inline s64 atomic64_read(const atomic64_t *number)
{
	return __atomic_load_n(&number->counter, __ATOMIC_RELAXED);
}

static inline long atomic_long_read(const atomic_long_t *number)
{
	return __atomic_load_n(&number->counter, __ATOMIC_RELAXED);
}

static inline long atomic_long_add_return(long summand, atomic_long_t *number)
{
	return __atomic_add_fetch(&number->counter, summand, __ATOMIC_SEQ_CST);
}

static inline long atomic_long_sub_return(long subtrahend, atomic_long_t *number)
{
	return atomic_long_add_return(-subtrahend, number);
}

static inline void atomic_long_sub(long subtrahend, atomic_long_t *number)
{
	atomic_long_add_return(-subtrahend, number);
}

static inline void atomic_long_set(atomic_long_t *number, long value)
{
	__atomic_store_n(&number->counter, value, __ATOMIC_RELAXED);
}

/* Return: what was there. */
#define cmpxchg(place, old, new)                                                        \
	({                                                                              \
		__typeof__(*(place)) _old = (old);                                      \
                                                                                        \
		__atomic_compare_exchange_n(place, &_old, new, false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_RELAXED);                          \
		_old;                                                                   \
	})

#define smp_store_release(place, value) __atomic_store_n(place, value, __ATOMIC_RELEASE)

#define smp_load_acquire(place)		(shim_reading(), __atomic_load_n(place, __ATOMIC_ACQUIRE))

#define smp_mb()			__sync_synchronize()

/* Not seen by a thread sanitizer: the cases say by other means what it orders. */
#define smp_rmb() __asm__ __volatile__("" ::: "memory")

#endif /* SHIM_LINUX_ATOMIC_H */
