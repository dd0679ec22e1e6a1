// SPDX-License-Identifier: GPL-2.0
/* skb_build: see skb_build.h */
#include "skb_build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static u8 *copy(const u8 *bytes, u32 length)
{
	u8 *block = malloc(length);

	assert(block);
	memcpy(block, bytes, length);
	return block;
}

/**
 * skb_build() - a packet of @length @bytes
 * @bytes: they are copied
 * @length: how many
 * @head: how many of them are linear
 * @frags: into how many fragments the rest is cut, at least 1
 */
struct sk_buff *skb_build(const u8 *bytes, u32 length, u32 head, u32 frags)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));
	struct skb_fragment *fragment;
	u32 size;

	assert(skb && head <= length && frags && frags <= MAX_SKB_FRAGS);
	skb->len = length;
	skb->data_len = length - head;
	skb->data = copy(bytes, head);
	size = DIV_ROUND_UP(skb->data_len, frags);
	for (bytes += head, length -= head; length; length -= size) {
		size = min(size, length);
		fragment = &skb->shared_info.frags[skb->shared_info.nr_frags++];
		fragment->bytes = copy(bytes, size);
		fragment->size = size;
		bytes += size;
	}
	return skb;
}

/* Put @listed, which is @skb's from now on, at the end of its list. */
void skb_list(struct sk_buff *skb, struct sk_buff *listed)
{
	struct sk_buff **end = &skb->shared_info.frag_list;

	while (*end)
		end = &(*end)->next;
	*end = listed;
	skb->len += listed->len;
	skb->data_len += listed->len;
}

static void free_fragments(struct sk_buff *skb)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	struct sk_buff *listed;

	while (shinfo->nr_frags)
		free(shinfo->frags[--shinfo->nr_frags].bytes);
	while ((listed = shinfo->frag_list)) {
		shinfo->frag_list = listed->next;
		skb_free(listed);
	}
}

/* What a NAT helper or tc does to a packet: all of it into the head. */
void skb_linearize(struct sk_buff *skb)
{
	u8 *block = malloc(skb->len);

	assert(block && !skb_copy_bits(skb, 0, block, skb->len));
	free_fragments(skb);
	free(skb->data);
	skb->data = block;
	skb->data_len = 0;
}

void skb_free(struct sk_buff *skb)
{
	free_fragments(skb);
	free(skb->data);
	free(skb);
}
