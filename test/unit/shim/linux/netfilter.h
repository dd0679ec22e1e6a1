/* SPDX-License-Identifier: GPL-2.0 */
/* An address of either family, and the numbers of the families. */
#ifndef SHIM_LINUX_NETFILTER_H
#define SHIM_LINUX_NETFILTER_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

enum {
	NFPROTO_IPV4 = 2,
	NFPROTO_IPV6 = 10,
};

union nf_inet_addr {
	u32 all[4];
	__be32 ip;
	__be32 ip6[4];
	struct in_addr in;
	struct in6_addr in6;
};

#endif /* SHIM_LINUX_NETFILTER_H */
