/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of IP protocols (IANA). */
#ifndef SHIM_LINUX_IN_H
#define SHIM_LINUX_IN_H

enum {
	IPPROTO_ICMP = 1,
	IPPROTO_IPIP = 4,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	IPPROTO_GRE = 47,
	IPPROTO_SCTP = 132,
};

#endif /* SHIM_LINUX_IN_H */
