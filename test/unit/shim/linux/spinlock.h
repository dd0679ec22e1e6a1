/* SPDX-License-Identifier: GPL-2.0 */
/* A real lock: cases run threads against each other. */
#ifndef SHIM_LINUX_SPINLOCK_H
#define SHIM_LINUX_SPINLOCK_H

#include <linux/bit_spinlock.h>
#include <linux/types.h>

typedef struct {
	unsigned long word;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->word = 0;
}

static inline void spin_lock(spinlock_t *lock)
{
	bit_spin_lock(0, &lock->word);
}

static inline void spin_unlock(spinlock_t *lock)
{
	bit_spin_unlock(0, &lock->word);
}

#define spin_lock_bh(lock)   spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)

#endif /* SHIM_LINUX_SPINLOCK_H */
