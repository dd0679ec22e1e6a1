// SPDX-License-Identifier: GPL-2.0
/* The functions of the kernel that the tested sources call. */
#include <linux/bit_spinlock.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

int shim_allocations_left = -1;
void (*shim_before_lock)(void);

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

/* xorshift64 (Marsaglia); the seed is any number but 0. */
void get_random_bytes(void *to, size_t length)
{
	static u64 state = 88172645463325252ULL;
	u8 *bytes = to;

	while (length--) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*bytes++ = state >> 32;
	}
}

static u64 rotate(u64 word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static void sip_rounds(u64 v[4], unsigned int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void sip_absorb(u64 v[4], u64 word)
{
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
}

u64 siphash(const void *data, size_t length, const siphash_key_t *key)
{
	u64 v[4] = {
		key->key[0] ^ 0x736f6d6570736575ULL,
		key->key[1] ^ 0x646f72616e646f6dULL,
		key->key[0] ^ 0x6c7967656e657261ULL,
		key->key[1] ^ 0x7465646279746573ULL,
	};
	const u8 *bytes = data;
	u64 word = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		word |= (u64)bytes[i] << i % 8 * 8;
		if (i % 8 == 7) {
			sip_absorb(v, word);
			word = 0;
		}
	}
	sip_absorb(v, word | (u64)length << 56);
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

u64 siphash_2u64(u64 first, u64 second, const siphash_key_t *key)
{
	u8 bytes[16];
	int i;

	for (i = 0; i < 8; i++) {
		bytes[i] = first >> i * 8;
		bytes[8 + i] = second >> i * 8;
	}
	return siphash(bytes, sizeof(bytes), key);
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
