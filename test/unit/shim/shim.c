// SPDX-License-Identifier: GPL-2.0
/* The functions of the kernel that the tested sources call. */
#include <assert.h>
#include <ctype.h>
#include <linux/bit_spinlock.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int shim_allocations_left = -1;
s64 shim_seconds;
unsigned int shim_messages;
char shim_message[256];
void (*shim_before_lock)(void);
void (*shim_before_read)(void);

struct user_namespace init_user_ns;

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

/* Not zeroed: filled with what nobody expects. */
void *kvmalloc_array(size_t count, size_t size, gfp_t flags)
{
	void *memory = kvcalloc(count, size, flags);

	return memory ? memset(memory, 0xa5, count * size) : NULL;
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

void shim_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(shim_message, sizeof(shim_message), format, arguments);
	va_end(arguments);
	shim_messages++;
}

/* With the suffixes that memory.c announces. */
unsigned long long memparse(const char *text, char **end)
{
	static const char suffixes[] = "KMG";
	unsigned long long number = strtoull(text, end, 0);
	const char *suffix = **end ? strchr(suffixes, **end) : NULL;

	if (!suffix)
		return number;
	(*end)++;
	return number << 10 * (suffix - suffixes + 1);
}

int param_get_ulong(char *buffer, const struct kernel_param *kp)
{
	(void)buffer;
	(void)kp;
	return 0;
}

/* Addresses whose last half is one of IPv4: mapped ones, and ISATAP's. */
static bool ends_in_ipv4(const u8 *address)
{
	static const u8 mapped[12] = { [10] = 255, [11] = 255 }, isatap[3] = { 0, 0x5e, 0xfe };

	return !memcmp(address, mapped, 12) ||
	       ((address[8] | 2) == 2 && !memcmp(address + 9, isatap, 3));
}

static int zeros_from(const u8 *address, int group, int groups)
{
	int count = 0;

	while (group + count < groups &&
	       !(address[2 * (group + count)] | address[2 * (group + count) + 1]))
		count++;
	return count;
}

/* RFC 5952: the first of the longest runs of zeros is left out, if it has two. */
static int put_ipv6(char *to, const u8 *address)
{
	const int groups = ends_in_ipv4(address) ? 6 : 8;
	int group, left_out = -1, longest = 1, length = 0;

	for (group = 0; group < groups; group++) {
		if (zeros_from(address, group, groups) <= longest)
			continue;
		longest = zeros_from(address, group, groups);
		left_out = group;
	}
	for (group = 0; group < groups; group++) {
		if (group == left_out) {
			length += sprintf(to + length, "::");
			group += longest - 1;
			continue;
		}
		if (length && to[length - 1] != ':')
			to[length++] = ':';
		length += sprintf(to + length, "%x",
				  address[2 * group] << 8 | address[2 * group + 1]);
	}
	if (groups == 6)
		length += sprintf(to + length, "%s%u.%u.%u.%u", to[length - 1] == ':' ? "" : ":",
				  address[12], address[13], address[14], address[15]);
	return length;
}

/* For the one format that is asked for. */
int scnprintf(char *to, size_t size, const char *format, ...)
{
	char text[64];
	va_list arguments;
	size_t length;

	assert(!strcmp(format, "%pI6c"));
	va_start(arguments, format);
	length = put_ipv6(text, va_arg(arguments, const u8 *));
	va_end(arguments);
	assert(length < size);
	memcpy(to, text, length);
	to[length] = '\0';
	return length;
}

/* As the kernel's is: of a group of more digits than four it takes the last ones. */
int in6_pton(const char *text, int length, u8 *to, int delimiter, const char **end)
{
	char kept[64] = {};
	int i, digits = 0, at = 0;

	assert(delimiter == -1 && length >= 0 && !end);
	for (i = 0; i < length && text[i]; i++) {
		digits = isxdigit((unsigned char)text[i]) ? digits + 1 : 0;
		if (digits > 4) {
			memmove(kept + at - 4, kept + at - 3, 3);
			at--;
		}
		if (at == sizeof(kept) - 1)
			return 0;
		kept[at++] = text[i];
	}
	return inet_pton(AF_INET6, kept, to) == 1;
}

static unsigned int rcu_moments[SHIM_RCU_READERS], rcu_readers;
static __thread unsigned int *rcu_moment;

/* All orders are the strongest: of a reader's and a waiter's one sees the other. */
static void next_moment(void)
{
	__atomic_fetch_add(rcu_moment, 1, __ATOMIC_SEQ_CST);
}

void rcu_read_lock(void)
{
	unsigned int reader;

	if (!rcu_moment) {
		reader = __atomic_fetch_add(&rcu_readers, 1, __ATOMIC_SEQ_CST);
		rcu_moment = &rcu_moments[reader % SHIM_RCU_READERS];
	}
	next_moment();
}

void rcu_read_unlock(void)
{
	next_moment();
}

void synchronize_rcu(void)
{
	unsigned int reader, before;

	for (reader = 0; reader < SHIM_RCU_READERS; reader++) {
		before = __atomic_fetch_add(&rcu_moments[reader], 0, __ATOMIC_SEQ_CST);
		while (before & 1 &&
		       __atomic_load_n(&rcu_moments[reader], __ATOMIC_SEQ_CST) == before)
			sched_yield();
	}
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
