// SPDX-License-Identifier: GPL-2.0
/*
 * memory: see memory.h
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "memory.h"

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

/* Of the machine's RAM, unless the parameter says otherwise (man page). */
#define DEFAULT_DIVISOR	16
/* For a namespace that an ordinary user may have made (man page). */
#define USER_NS_CEILING	(64UL * SZ_1M)

static unsigned long memory;	/* bytes; 0: the default; may be set while it is read */

static int set_memory(const char *text, const struct kernel_param *kp)
{
	unsigned long long bytes;
	char *end;

	bytes = memparse(text, &end);
	if (end == text || (*end && *end != '\n') || bytes > ULONG_MAX)
		return -EINVAL;
	WRITE_ONCE(memory, bytes);
	return 0;
}

static const struct kernel_param_ops memory_ops = {
	.set = set_memory,
	.get = param_get_ulong,
};
module_param_cb(memory, &memory_ops, &memory, 0644);
MODULE_PARM_DESC(memory, "most bytes (K, M, G) all tables of a network namespace may take; 0 (default): 1/16 of RAM");

/**
 * memory_init() - a bound with nothing in use
 * @bound: to initialise
 * @user_ns: owner of the network namespace
 */
void memory_init(struct memory_bound *bound,
		 const struct user_namespace *user_ns)
{
	atomic_long_set(&bound->used, 0);
	bound->yielded = 0;
	bound->warned = 0;
	bound->ceiling = user_ns == &init_user_ns ? ULONG_MAX : USER_NS_CEILING;
}

/**
 * memory_limit() - bytes that may be in use, as of now
 * @bound: the bound
 */
unsigned long memory_limit(const struct memory_bound *bound)
{
	const unsigned long set = READ_ONCE(memory);
	unsigned long limit;

	limit = set ? set : (totalram_pages() / DEFAULT_DIVISOR) << PAGE_SHIFT;
	return min(limit, bound->ceiling);
}

static unsigned long share_of(enum memory_use use, unsigned long limit)
{
	switch (use) {
	case MEMORY_OWN:
	case MEMORY_TABLE:
		return limit - limit / 8;
	case MEMORY_SHARED:
		return limit - limit / 16;
	default:
		return limit;
	}
}

static void warn_nearly_full(struct memory_bound *bound, unsigned long used,
			     unsigned long limit)
{
	if (used < limit - limit / 10 || test_and_set_bit(0, &bound->warned))
		return;
	pr_warn_ratelimited("90 %% of the memory for traffic tables is in use (%lu of %lu bytes); see the module parameter memory\n",
		used, limit);
}

/**
 * memory_is_short() - whether memory is refused, as of now
 * @bound: the bound
 * @bytes: how many
 * @use: what for
 *
 * Context: any. No locked instruction, unlike trying.
 */
bool memory_is_short(const struct memory_bound *bound, unsigned long bytes,
		     enum memory_use use)
{
	return atomic_long_read(&bound->used) + bytes >
	       share_of(use, memory_limit(bound));
}

/**
 * memory_charge() - take bytes out of the bound before allocating them
 * @bound: the bound
 * @bytes: how many
 * @use: what for
 *
 * Context: any. Return: false when the bound would be passed; nothing is
 * taken then.
 */
bool memory_charge(struct memory_bound *bound, unsigned long bytes,
		   enum memory_use use)
{
	const unsigned long limit = memory_limit(bound);
	const unsigned long share = share_of(use, limit);
	const unsigned long yielded = use == MEMORY_TABLE ? bound->yielded : 0;
	unsigned long used = atomic_long_read(&bound->used);

	/* Spares the locked instructions once it is full. */
	if (used - yielded + bytes > share)
		return false;
	used = atomic_long_add_return(bytes, &bound->used);
	if (used - yielded > share) {
		atomic_long_sub(bytes, &bound->used);
		return false;
	}
	warn_nearly_full(bound, used, limit);
	return true;
}

/**
 * memory_uncharge() - give bytes back after freeing them
 * @bound: the bound
 * @bytes: how many
 *
 * Context: any.
 */
void memory_uncharge(struct memory_bound *bound, unsigned long bytes)
{
	const unsigned long limit = memory_limit(bound);
	const unsigned long used = atomic_long_sub_return(bytes, &bound->used);

	/* Worth a new message only after a real relief. */
	if (used < limit / 2)
		clear_bit(0, &bound->warned);
}

/**
 * memory_alloc() - bytes that are 0, out of the bound
 * @bound: the bound
 * @bytes: how many
 * @gfp: how to allocate; failure is no trouble, and not logged
 * @use: what for
 *
 * Context: as @gfp says. Return: NULL when there are none. kfree() and
 * memory_uncharge() give them back.
 */
void *memory_alloc(struct memory_bound *bound, size_t bytes, gfp_t gfp,
		   enum memory_use use)
{
	void *allocated;

	if (!memory_charge(bound, bytes, use))
		return NULL;
	allocated = kzalloc(bytes, gfp | __GFP_NOWARN);
	if (!allocated)
		memory_uncharge(bound, bytes);
	return allocated;
}
