/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet as the kernel holds it, as far as the accounting looks at it: a
 * linear head, fragments, a list of further packets. Head and fragments are
 * heap blocks of exactly their size, so that an address sanitizer sees every
 * read past the linear part. skb_build.c makes them.
 */
#ifndef SHIM_LINUX_SKBUFF_H
#define SHIM_LINUX_SKBUFF_H

#include <linux/kernel.h>
#include <linux/types.h>

#define MAX_SKB_FRAGS 17
#define GSO_BY_FRAGS  0xffff

enum {
	SKB_GSO_TCPV4 = 1 << 0,
	SKB_GSO_DODGY = 1 << 1,
	SKB_GSO_TCPV6 = 1 << 4,
	SKB_GSO_GRE = 1 << 6,
	SKB_GSO_IPXIP4 = 1 << 8,
	SKB_GSO_IPXIP6 = 1 << 9,
	SKB_GSO_UDP_TUNNEL = 1 << 10,
	SKB_GSO_SCTP = 1 << 14,
	SKB_GSO_UDP = 1 << 16,
	SKB_GSO_UDP_L4 = 1 << 17,
	SKB_GSO_FRAGLIST = 1 << 18,
};

struct skb_fragment {
	u8 *bytes;
	u32 size;
};

struct skb_shared_info {
	u8 nr_frags;
	u16 gso_size;
	u16 gso_segs;
	unsigned int gso_type;
	struct sk_buff *frag_list;
	struct skb_fragment frags[MAX_SKB_FRAGS];
};

struct sk_buff {
	struct sk_buff *next;
	unsigned int len;      /* all bytes */
	unsigned int data_len; /* those outside the head */
	u8 encapsulation : 1;
	u16 network_header; /* from @data, which is where the block starts */
	u16 inner_network_header;
	u16 inner_transport_header;
	u8 *data;
	struct skb_shared_info shared_info;
};

#define skb_shinfo(skb)		  (&(skb)->shared_info)
#define skb_walk_frags(skb, frag) for (frag = skb_shinfo(skb)->frag_list; frag; frag = frag->next)

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int length);

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_size;
}

static inline bool skb_has_frag_list(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->frag_list;
}

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}

static inline bool skb_is_nonlinear(const struct sk_buff *skb)
{
	return skb->data_len;
}

static inline u8 *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->data + skb_headlen(skb);
}

static inline u8 *skb_network_header(const struct sk_buff *skb)
{
	return skb->data + skb->network_header;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return skb->network_header;
}

static inline int skb_inner_network_offset(const struct sk_buff *skb)
{
	return skb->inner_network_header;
}

static inline int skb_inner_transport_offset(const struct sk_buff *skb)
{
	return skb->inner_transport_header;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset, int length,
				       void *buffer)
{
	if (offset >= 0 && offset + length <= (int)skb_headlen(skb))
		return skb->data + offset;
	return skb_copy_bits(skb, offset, buffer, length) ? NULL : buffer;
}

#endif /* SHIM_LINUX_SKBUFF_H */
