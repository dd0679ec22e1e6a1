/* SPDX-License-Identifier: GPL-2.0 */
/* The header of ICMP (RFC 792) and the types that are queries. */
#ifndef SHIM_LINUX_ICMP_H
#define SHIM_LINUX_ICMP_H

#include <linux/types.h>

#define ICMP_ECHO	  8
#define ICMP_TIMESTAMP	  13
#define ICMP_INFO_REQUEST 15
#define ICMP_ADDRESS	  17

struct icmphdr {
	u8 type;
	u8 code;
	u16 checksum;
	u32 rest;
};

#endif /* SHIM_LINUX_ICMP_H */
