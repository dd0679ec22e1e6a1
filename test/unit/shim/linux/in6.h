/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of IPv6, and numbers that only IPv6 has (IANA). */
#ifndef SHIM_LINUX_IN6_H
#define SHIM_LINUX_IN6_H

#include <linux/types.h>

enum {
	IPPROTO_HOPOPTS = 0,
	IPPROTO_ROUTING = 43,
	IPPROTO_FRAGMENT = 44,
	IPPROTO_ICMPV6 = 58,
	IPPROTO_NONE = 59,
	IPPROTO_DSTOPTS = 60,
};

/* Type of the jumbo payload option (RFC 2675). */
#define IPV6_TLV_JUMBO 0xc2

struct in6_addr {
	union {
		u8 s6_addr[16];
		__be32 s6_addr32[4];
	};
};

#endif /* SHIM_LINUX_IN6_H */
