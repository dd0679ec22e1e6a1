// SPDX-License-Identifier: GPL-2.0
/* The functions of the kernel that the tested sources call. */
#include <linux/bit_spinlock.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

int shim_allocations_left = -1;
void (*shim_before_lock)(void);
void (*shim_before_read)(void);

static bool may_allocate(void)
{
	if (shim_allocations_left < 0)
		return true;
	if (!shim_allocations_left)
		return false;
	shim_allocations_left--;
	return true;
}

void *kvcalloc(size_t count, size_t size, gfp_t flags)
{
	(void)flags;
	return may_allocate() ? calloc(count, size) : NULL;
}

void *kzalloc(size_t size, gfp_t flags)
{
	return kvcalloc(1, size, flags);
}

void kvfree(const void *memory)
{
	free((void *)memory);
}

void kfree(const void *memory)
{
	free((void *)memory);
}

void bit_spin_lock(int bit, unsigned long *word)
{
	if (shim_before_lock)
		shim_before_lock();
	while (__atomic_fetch_or(word, 1UL << bit, __ATOMIC_ACQUIRE) >> bit & 1)
		sched_yield();
}

void bit_spin_unlock(int bit, unsigned long *word)
{
	__atomic_fetch_and(word, ~(1UL << bit), __ATOMIC_RELEASE);
}

/* SplitMix64 (Steele, Lea and Flood), whose every bit is a good one. */
static u64 next_random(void)
{
	static u64 state;
	u64 word = state += 0x9e3779b97f4a7c15ULL;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
	word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
	return word ^ word >> 31;
}

void get_random_bytes(void *to, size_t length)
{
	u8 *bytes = to;
	u64 word;

	for (; length; length -= min(length, sizeof(word))) {
		word = next_random();
		memcpy(bytes, &word, min(length, sizeof(word)));
		bytes += sizeof(word);
	}
}

static int copy_from_list(const struct sk_buff *skb, u32 offset, u8 *to, u32 length)
{
	const struct sk_buff *listed;

	skb_walk_frags(skb, listed)
	{
		const u32 part = offset < listed->len ? min(listed->len - offset, length) : 0;

		if (part && skb_copy_bits(listed, offset, to, part))
			return -1;
		offset = offset < listed->len ? 0 : offset - listed->len;
		to += part;
		length -= part;
	}
	return length ? -1 : 0;
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int length)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	u32 from = offset, left = length, start = 0;
	u8 *bytes = to;
	int i;

	if (offset < 0 || length < 0 || (u64)from + left > skb->len)
		return -1;
	for (i = -1; i < shinfo->nr_frags; i++) {
		const u8 *block = i < 0 ? skb->data : shinfo->frags[i].bytes;
		const u32 size = i < 0 ? skb_headlen(skb) : shinfo->frags[i].size;
		u32 part;

		if (from < start + size && left) {
			part = min(start + size - from, left);
			memcpy(bytes, block + (from - start), part);
			bytes += part;
			from += part;
			left -= part;
		}
		start += size;
	}
	return left ? copy_from_list(skb, from - start, bytes, left) : 0;
}
