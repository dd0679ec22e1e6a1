/* SPDX-License-Identifier: GPL-2.0 */
/* Fields of the IPv4 header. */
#ifndef SHIM_NET_IP_H
#define SHIM_NET_IP_H

#include <linux/ip.h>

#define IP_OFFSET 0x1fff

static inline unsigned int ip_hdrlen(const struct sk_buff *skb)
{
	return ip_hdr(skb)->ihl * 4;
}

#endif /* SHIM_NET_IP_H */
