/* SPDX-License-Identifier: GPL-2.0 */
/* The header of IPv6, and what its extensions begin with (RFC 8200). */
#ifndef SHIM_LINUX_IPV6_H
#define SHIM_LINUX_IPV6_H

#include <linux/in6.h>
#include <linux/skbuff.h>

struct ipv6hdr {
	__be32 version_class_label;
	__be16 payload_len;
	u8 nexthdr;
	u8 hop_limit;
	struct in6_addr saddr;
	struct in6_addr daddr;
};

struct ipv6_opt_hdr {
	u8 nexthdr;
	u8 hdrlen;
};

#define ipv6_optlen(opt) (((opt)->hdrlen + 1) * 8)

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb_network_header(skb);
}

#endif /* SHIM_LINUX_IPV6_H */
