/* SPDX-License-Identifier: GPL-2.0 */
/* The fragment header of IPv6 (RFC 8200). */
#ifndef SHIM_NET_IPV6_H
#define SHIM_NET_IPV6_H

#include <linux/ipv6.h>

#define IP6_OFFSET 0xfff8

struct frag_hdr {
	u8 nexthdr;
	u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

#endif /* SHIM_NET_IPV6_H */
