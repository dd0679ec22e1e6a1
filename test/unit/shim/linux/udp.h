/* SPDX-License-Identifier: GPL-2.0 */
/* The header of UDP (RFC 768). */
#ifndef SHIM_LINUX_UDP_H
#define SHIM_LINUX_UDP_H

#include <linux/types.h>

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	u16 check;
};

#endif /* SHIM_LINUX_UDP_H */
