/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of IP protocols (IANA), and addresses of IPv4. */
#ifndef SHIM_LINUX_IN_H
#define SHIM_LINUX_IN_H

#include <linux/types.h>

enum {
	IPPROTO_ICMP = 1,
	IPPROTO_IPIP = 4,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	IPPROTO_IPV6 = 41,
	IPPROTO_GRE = 47,
	IPPROTO_ESP = 50,
	IPPROTO_AH = 51,
	IPPROTO_SCTP = 132,
};

struct in_addr {
	__be32 s_addr;
};

#endif /* SHIM_LINUX_IN_H */
