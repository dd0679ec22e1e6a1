/* SPDX-License-Identifier: GPL-2.0 */
/* The header of TCP (RFC 9293). */
#ifndef SHIM_LINUX_TCP_H
#define SHIM_LINUX_TCP_H

#include <linux/types.h>
#include <string.h>

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	u16 res1 : 4, doff : 4, fin : 1, syn : 1, rst : 1, psh : 1, ack : 1, urg : 1, ece : 1,
		cwr : 1;
#else
	u16 doff : 4, res1 : 4, cwr : 1, ece : 1, urg : 1, ack : 1, psh : 1, rst : 1, syn : 1,
		fin : 1;
#endif
	__be16 window;
	u16 check;
	__be16 urg_ptr;
};

/* Its fourth word holds the flags. */
#define TCP_FLAG_FIN cpu_to_be32(1 << 16)
#define TCP_FLAG_SYN cpu_to_be32(1 << 17)
#define TCP_FLAG_RST cpu_to_be32(1 << 18)

static inline __be32 tcp_flag_word(const struct tcphdr *th)
{
	__be32 word;

	memcpy(&word, (const u8 *)th + 12, sizeof(word));
	return word;
}

#endif /* SHIM_LINUX_TCP_H */
