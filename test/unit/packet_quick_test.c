// SPDX-License-Identifier: GPL-2.0
/*
 * The ways of packet.h that look at the linear part only. That they never say
 * anything else than packet_read_flow() is held in every reading of every
 * case, see reading.c; that they read nothing outside is the sanitizers' to find.
 */
#include <linux/in.h>
#include <linux/skbuff.h>
#include "frame.h"
#include "harness.h"
#include "random_number.h"
#include "reading.h"
#include "skb_build.h"

#define TCP_FLAGS    64
#define HEADER_WORDS 16 /* values of the length of an IPv4 header */

static struct frame frame;

/* TCP behind an IPv4 header that says it has @ihl words, and has at least 5. */
static void start_tcp(u32 ihl, u16 fragment, u8 flags)
{
	const struct frame_ipv4 fields = {
		.protocol = IPPROTO_TCP,
		.from = 0x0a000001,
		.to = 0xac140002,
		.options = ihl > 5 ? (ihl - 5) * 4 : 0,
		.fragment = fragment,
	};

	frame.length = 0;
	frame_add_ipv4(&frame, &fields);
	frame.bytes[0] = 0x40 | ihl;
	frame_add_tcp(&frame, 1000, 80, flags, 0);
	frame_add_random(&frame, 8);
}

static struct reading read_head(u32 head)
{
	struct sk_buff *skb = skb_build(frame.bytes, frame.length, head, 1);
	struct reading reading = read_skb(skb, false);

	skb_free(skb);
	return reading;
}

static bool has_plain_flags(u8 flags)
{
	return !(flags & (FRAME_SYN | FRAME_FIN | FRAME_RST));
}

CASE(plain_tcp_is_seen_by_its_flags_when_its_header_is_linear)
{
	struct reading reading;
	u32 ihl, flags, head;

	for (ihl = 5; ihl < HEADER_WORDS; ihl++) {
		for (flags = 0; flags < TCP_FLAGS; flags++) {
			start_tcp(ihl, 0, flags);
			for (head = 20; head <= frame.length; head++) {
				reading = read_head(head);
				CHECK_EQUAL(reading.plain_tcp,
					    has_plain_flags(flags) && head >= ihl * 4 + 20);
			}
		}
	}
}

CASE(quick_ways_say_the_same_of_every_header_length_fragment_and_flags)
{
	static const u16 fragments[] = { 0, 0x2000, 1, 0x2001, 0x1fff, 0x4000 };
	u32 ihl, flags, head, i;

	for (ihl = 0; ihl < HEADER_WORDS; ihl++) {
		for (flags = 0; flags < TCP_FLAGS; flags++) {
			for (i = 0; i < sizeof(fragments) / sizeof(*fragments); i++) {
				start_tcp(ihl, fragments[i], flags);
				for (head = 20; head <= frame.length; head += 1 + head / 64)
					read_head(head);
			}
		}
	}
}

CASE(quick_ways_say_the_same_of_packets_cut_short_anywhere)
{
	u32 ihl, length;

	for (ihl = 0; ihl < HEADER_WORDS; ihl++) {
		start_tcp(ihl, 0, FRAME_ACK);
		for (length = frame.length; length >= 20; length--) {
			frame.length = length;
			read_ipv4(&frame);
		}
	}
}

CASE(quick_ways_say_the_same_of_random_packets_of_every_protocol)
{
	u32 protocol, i;

	for (protocol = 0; protocol < 256; protocol++) {
		for (i = 0; i < 50; i++) {
			frame.length = 0;
			frame_add_random(&frame, 20 + random_number() % 80);
			frame.bytes[9] = i % 2 ? protocol : IPPROTO_TCP;
			/* Else hardly one is whole. */
			frame_set_u16(&frame, 6, random_number() % 8 ? 0 : random_number());
			read_ipv4(&frame);
		}
	}
}

CASE(only_tcp_is_plain_tcp)
{
	struct reading reading;
	u32 protocol;

	for (protocol = 0; protocol < 256; protocol++) {
		start_tcp(5, 0, FRAME_ACK);
		frame.bytes[9] = protocol;
		reading = read_head(frame.length);
		CHECK_EQUAL(reading.plain_tcp, protocol == IPPROTO_TCP);
	}
}

/* What is_quiet() of count.c gives up on: too much to be the rule would be dear. */
CASE(linear_part_is_enough_when_it_holds_20_bytes_behind_the_ip_header)
{
	struct packet_flow flow;
	struct sk_buff *skb;
	u32 ihl, head;

	for (ihl = 5; ihl < HEADER_WORDS; ihl++) {
		start_tcp(ihl, 0, FRAME_SYN);
		for (head = 20; head <= frame.length; head++) {
			skb = skb_build(frame.bytes, frame.length, head, 2);
			CHECK_EQUAL(packet_read_linear_flow(skb, packet_header(skb, false), false,
							    &flow),
				    head >= ihl * 4 + 20 || head == frame.length);
			skb_free(skb);
		}
	}
}
