// SPDX-License-Identifier: GPL-2.0
/* frame: see frame.h */
#include "frame.h"

#include <assert.h>
#include <string.h>
#include "random_number.h"

void frame_add(struct frame *frame, const void *bytes, u32 length)
{
	assert(length <= FRAME_MAX - frame->length);
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

static void add_u8(struct frame *frame, u8 number)
{
	frame_add(frame, &number, 1);
}

static void add_u16(struct frame *frame, u16 number)
{
	add_u8(frame, number >> 8);
	add_u8(frame, number & 0xff);
}

static void add_u32(struct frame *frame, u32 number)
{
	add_u16(frame, number >> 16);
	add_u16(frame, number & 0xffff);
}

static void add_zeros(struct frame *frame, u32 length)
{
	while (length--)
		add_u8(frame, 0);
}

void frame_add_random(struct frame *frame, u32 length)
{
	while (length--)
		add_u8(frame, random_number());
}

void frame_add_ipv4(struct frame *frame, const struct frame_ipv4 *fields)
{
	add_u8(frame, 0x40 | (20 + fields->options) / 4);
	add_u8(frame, 0);
	add_u16(frame, 0); /* total length, which nobody may rely on */
	add_u16(frame, 0x1234);
	add_u16(frame, fields->fragment);
	add_u8(frame, 64);
	add_u8(frame, fields->protocol);
	add_u16(frame, 0);
	add_u32(frame, fields->from);
	add_u32(frame, fields->to);
	add_zeros(frame, fields->options);
}

void frame_add_ipv6(struct frame *frame, const struct frame_ipv6 *fields)
{
	add_u32(frame, 0x60000000);
	add_u16(frame, 0); /* payload length, which nobody may rely on */
	add_u8(frame, fields->next);
	add_u8(frame, 64);
	frame_add(frame, fields->from, 16);
	frame_add(frame, fields->to, 16);
}

/* Hop-by-hop and destination options, routing; @length as it says itself. */
void frame_add_extension(struct frame *frame, u8 next, u8 length)
{
	add_u8(frame, next);
	add_u8(frame, length);
	frame_add_random(frame, length * 8 + 6);
}

void frame_add_ah(struct frame *frame, u8 next, u8 length)
{
	add_u8(frame, next);
	add_u8(frame, length);
	frame_add_random(frame, length * 4 + 6);
}

/* @fragment is the offset in bytes, a multiple of 8, and flags. */
void frame_add_fragment(struct frame *frame, u8 next, u16 fragment)
{
	add_u8(frame, next);
	add_u8(frame, 0);
	add_u16(frame, fragment);
	add_u32(frame, 0x12345678);
}

/* The hop-by-hop header of a jumbogram (RFC 2675). */
void frame_add_jumbo(struct frame *frame, u8 next, u32 length)
{
	add_u8(frame, next);
	add_u8(frame, 0);
	add_u8(frame, 0xc2);
	add_u8(frame, 4);
	add_u32(frame, length);
}

void frame_add_tcp(struct frame *frame, u16 from, u16 to, u8 flags, u32 options)
{
	add_u16(frame, from);
	add_u16(frame, to);
	add_u32(frame, 0x11111111);
	add_u32(frame, 0x22222222);
	add_u8(frame, (20 + options) / 4 << 4);
	add_u8(frame, flags);
	add_u16(frame, 0xffff);
	add_u32(frame, 0);
	add_zeros(frame, options);
}

void frame_add_udp(struct frame *frame, u16 from, u16 to)
{
	add_u16(frame, from);
	add_u16(frame, to);
	add_u32(frame, 0);
}

void frame_add_icmp(struct frame *frame, u8 type)
{
	add_u8(frame, type);
	add_u8(frame, 0);
	add_u16(frame, 0);
	add_u32(frame, 0x00010001);
}

void frame_add_sctp(struct frame *frame, u16 from, u16 to)
{
	add_u16(frame, from);
	add_u16(frame, to);
	add_u32(frame, 0x33333333);
	add_u32(frame, 0);
}

void frame_set_u16(struct frame *frame, u32 offset, u16 number)
{
	frame->bytes[offset] = number >> 8;
	frame->bytes[offset + 1] = number & 0xff;
}

u16 frame_get_u16(const struct frame *frame, u32 offset)
{
	return frame->bytes[offset] << 8 | frame->bytes[offset + 1];
}
