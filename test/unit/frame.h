/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frame: the bytes of a packet, written field by field as the RFCs draw them
 * and not through the structs that the tested code reads them with.
 */
#ifndef FRAME_H
#define FRAME_H

#include <linux/types.h>

#define FRAME_MAX (1 << 19)

struct frame {
	u32 length;
	u8 bytes[FRAME_MAX];
};

/* Bits of the flags byte of TCP. */
enum {
	FRAME_FIN = 1 << 0,
	FRAME_SYN = 1 << 1,
	FRAME_RST = 1 << 2,
	FRAME_ACK = 1 << 4,
};

struct frame_ipv4 {
	u8 protocol;
	u32 from;
	u32 to;
	u32 options;  /* bytes of options; a multiple of 4 */
	u16 fragment; /* offset in units of 8 bytes, and flags */
};

struct frame_ipv6 {
	u8 next; /* protocol of what follows */
	u8 from[16];
	u8 to[16];
};

void frame_add(struct frame *frame, const void *bytes, u32 length);
void frame_add_random(struct frame *frame, u32 length);
void frame_add_ipv4(struct frame *frame, const struct frame_ipv4 *fields);
void frame_add_ipv6(struct frame *frame, const struct frame_ipv6 *fields);
void frame_add_extension(struct frame *frame, u8 next, u8 length);
void frame_add_ah(struct frame *frame, u8 next, u8 length);
void frame_add_fragment(struct frame *frame, u8 next, u16 fragment);
void frame_add_jumbo(struct frame *frame, u8 next, u32 length);
void frame_add_tcp(struct frame *frame, u16 from, u16 to, u8 flags, u32 options);
void frame_add_udp(struct frame *frame, u16 from, u16 to);
void frame_add_icmp(struct frame *frame, u8 type);
void frame_add_sctp(struct frame *frame, u16 from, u16 to);
void frame_set_u16(struct frame *frame, u32 offset, u16 number);
u16 frame_get_u16(const struct frame *frame, u32 offset);

/* Offset of total length in the header of IPv4, of payload length in that of IPv6. */
#define FRAME_TOTAL_LENGTH   2
#define FRAME_PAYLOAD_LENGTH 4

/* The flag of a fragment that is not the last one, in IPv4 and in IPv6. */
#define FRAME_IPV4_MORE 0x2000
#define FRAME_IPV6_MORE 1

#endif /* FRAME_H */
