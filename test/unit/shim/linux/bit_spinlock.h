/* SPDX-License-Identifier: GPL-2.0 */
/* A real lock: cases run threads against each other. */
#ifndef SHIM_LINUX_BIT_SPINLOCK_H
#define SHIM_LINUX_BIT_SPINLOCK_H

#include <linux/types.h>

/* Called by whoever is about to take a lock: here the other CPU may come in. */
extern void (*shim_before_lock)(void);

void bit_spin_lock(int bit, unsigned long *word);
void bit_spin_unlock(int bit, unsigned long *word);

#endif /* SHIM_LINUX_BIT_SPINLOCK_H */
