// SPDX-License-Identifier: GPL-2.0
/* reading: see reading.h */
#include "reading.h"

#include <linux/skbuff.h>
#include "harness.h"
#include "skb_build.h"

/* Bytes of head that no further header of a case lies behind. */
#define HEAD_MAX 160U

static bool has_key(const struct packet_flow *flow)
{
	return flow->event == PACKET_OPENS_IF_NEW || flow->event == PACKET_CLOSES;
}

static bool same_key(const struct flow_key *a, const struct flow_key *b)
{
	return a->lower == b->lower && a->upper == b->upper && a->ports == b->ports;
}

/* Flows of different classes are remembered apart. */
bool reading_same_key(const struct reading *a, const struct reading *b)
{
	return a->flow.class == b->flow.class && same_key(&a->flow.key, &b->flow.key);
}

/* The class of a packet that means nothing is never asked for. */
static void check_same_flow(const struct packet_flow *a, const struct packet_flow *b)
{
	CHECK_EQUAL(a->event, b->event);
	CHECK_EQUAL(a->port, b->port);
	if (a->event != PACKET_PLAIN)
		CHECK_EQUAL(a->class, b->class);
	if (has_key(a) && has_key(b))
		CHECK(same_key(&a->key, &b->key));
}

static void check_same(const struct reading *a, const struct reading *b)
{
	CHECK_EQUAL(a->packet.class, b->packet.class);
	CHECK_EQUAL(a->packet.segments, b->packet.segments);
	CHECK_EQUAL(a->packet.bytes, b->packet.bytes);
	check_same_flow(&a->flow, &b->flow);
}

/* The quick ways may leave a packet to the other one, and say the same. */
static void check_quick_ways(const struct sk_buff *skb, const struct reading *reading)
{
	struct packet_flow flow;

	if (reading->plain_tcp) {
		CHECK_EQUAL(reading->packet.class, PACKET_TCP);
		CHECK_EQUAL(reading->flow.event, PACKET_PLAIN);
	}
	if (packet_read_linear_flow_ipv4(skb, &flow))
		check_same_flow(&flow, &reading->flow);
	else
		CHECK(skb_is_nonlinear(skb));
}

struct reading read_skb(const struct sk_buff *skb)
{
	const struct reading reading = {
		.packet = packet_read_ipv4(skb),
		.flow = packet_read_flow_ipv4(skb),
		.plain_tcp = packet_is_plain_tcp_ipv4(skb),
	};

	check_quick_ways(skb, &reading);
	return reading;
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
