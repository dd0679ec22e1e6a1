/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readers that somebody waits for, at most SHIM_RCU_READERS of them: each one
 * counts whenever it begins and ends, so that its number is odd in between.
 */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

#define SHIM_RCU_READERS 8

void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);

#endif /* SHIM_LINUX_RCUPDATE_H */
