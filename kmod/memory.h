/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memory: the bound on what all tables of a namespace may allocate.
 */
#ifndef TRAFFIC_MEMORY_H
#define TRAFFIC_MEMORY_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/types.h>

struct user_namespace;

/**
 * struct memory_bound - what a namespace has in use, and how far it may go
 * @used: bytes
 * @ceiling: bytes; the module parameter "memory" may set less
 * @yielded: bytes in use that go as soon as the table is there that is being made; under
 *	the lock of who makes tables, 0 at other times
 * @warned: bit 0: the kernel log has been told that it is nearly full
 */
struct memory_bound {
	atomic_long_t used;
	unsigned long ceiling;
	unsigned long yielded;
	unsigned long warned;
};

/*
 * For what a process asks for that may be many pages. When there are none, the
 * module says so in a line, and nobody needs a dump of all memory.
 */
#define GFP_MANY_PAGES	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/*
 * How far each use may fill the bound. A CPU's own pages stop first, so that
 * pages shared by all CPUs still find room; both stop before what somebody who
 * restores, subtracts or clears may need.
 */
enum memory_use {
	MEMORY_OWN,		/* to 7/8 */
	MEMORY_TABLE,		/* a new one: to 7/8 as well, without what is yielded */
	MEMORY_SHARED,		/* to 15/16 */
	MEMORY_READER,		/* all of it */
};

void memory_init(struct memory_bound *bound,
		 const struct user_namespace *user_ns);
unsigned long memory_limit(const struct memory_bound *bound);
bool memory_is_short(const struct memory_bound *bound, unsigned long bytes,
		     enum memory_use use);
bool memory_charge(struct memory_bound *bound, unsigned long bytes,
		   enum memory_use use);
void memory_uncharge(struct memory_bound *bound, unsigned long bytes);
void *memory_alloc(struct memory_bound *bound, size_t bytes, gfp_t gfp,
		   enum memory_use use);

#endif /* TRAFFIC_MEMORY_H */
