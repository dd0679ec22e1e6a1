/* SPDX-License-Identifier: GPL-2.0 */
/* The header of IPv4 (RFC 791). */
#ifndef SHIM_LINUX_IP_H
#define SHIM_LINUX_IP_H

#include <linux/skbuff.h>

struct iphdr {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	u8 ihl : 4, version : 4;
#else
	u8 version : 4, ihl : 4;
#endif
	u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	u8 ttl;
	u8 protocol;
	u16 check;
	__be32 saddr;
	__be32 daddr;
};

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb_network_header(skb);
}

static inline struct iphdr *inner_ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)(skb->data + skb->inner_network_header);
}

#endif /* SHIM_LINUX_IP_H */
