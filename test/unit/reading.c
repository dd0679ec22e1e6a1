// SPDX-License-Identifier: GPL-2.0
/* reading: see reading.h */
#include "reading.h"

#include <linux/skbuff.h>
#include <string.h>
#include "harness.h"
#include "skb_build.h"

/* Bytes of head that no further header of a case lies behind. */
#define HEAD_MAX 160U

struct reading read_skb(const struct sk_buff *skb)
{
	struct reading reading;

	/* Whatever is not filled in shall stand out. */
	memset(&reading, 0xa5, sizeof(reading));
	packet_read_ipv4(skb, &reading.packet);
	packet_read_flow_ipv4(skb, reading.packet.class, &reading.flow);
	return reading;
}

static bool has_key(const struct reading *reading)
{
	return reading->flow.event == PACKET_OPENS_IF_NEW || reading->flow.event == PACKET_CLOSES;
}

bool reading_same_key(const struct reading *a, const struct reading *b)
{
	return a->flow.key.lower == b->flow.key.lower && a->flow.key.upper == b->flow.key.upper;
}

static void check_same(const struct reading *a, const struct reading *b)
{
	CHECK_EQUAL(a->packet.class, b->packet.class);
	CHECK_EQUAL(a->packet.segments, b->packet.segments);
	CHECK_EQUAL(a->packet.bytes, b->packet.bytes);
	CHECK_EQUAL(a->flow.event, b->flow.event);
	CHECK_EQUAL(a->flow.port, b->flow.port);
	if (has_key(a) && has_key(b))
		CHECK(reading_same_key(a, b));
}

static struct reading read_layout(const struct frame *frame, u32 nhoff, u32 head, u32 frags)
{
	static struct frame moved;
	struct reading reading;
	struct sk_buff *skb;

	moved.length = 0;
	frame_add_random(&moved, nhoff);
	frame_add(&moved, frame->bytes, frame->length);
	skb = skb_build(moved.bytes, moved.length, nhoff + head, frags);
	skb->network_header = nhoff;
	reading = read_skb(skb);
	skb_free(skb);
	return reading;
}

/*
 * The packet linear; and with every shorter head that holds the IPv4 header, in
 * one fragment and in many; and behind a link-layer header. All say the same.
 */
struct reading read_frame(const struct frame *frame)
{
	const struct reading linear = read_layout(frame, 0, frame->length, 1);
	struct reading reading;
	u32 head;

	for (head = 20; head <= min(frame->length, HEAD_MAX); head++) {
		reading = read_layout(frame, 0, head, 1);
		check_same(&reading, &linear);
		reading = read_layout(frame, 14, head, MAX_SKB_FRAGS);
		check_same(&reading, &linear);
	}
	return linear;
}
