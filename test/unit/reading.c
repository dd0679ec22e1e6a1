// SPDX-License-Identifier: GPL-2.0
/* reading: see reading.h */
#include "reading.h"

#include <linux/random.h>
#include <linux/skbuff.h>
#include <string.h>
#include "harness.h"
#include "rfc.h"
#include "skb_build.h"

/* Bytes of head that no further header of a case lies behind. */
#define HEAD_MAX 320U

/* Addresses stand in front of the offset 20, and 40. */
static u32 header_length(bool ipv6)
{
	return ipv6 ? 40 : 20;
}

static bool has_key(const struct packet_flow *flow)
{
	return flow->event == PACKET_OPENS_IF_NEW || flow->event == PACKET_CLOSES;
}

static bool same_key(struct flow_key a, struct flow_key b)
{
	return a.place == b.place && a.fingerprint == b.fingerprint;
}

/* Flows of different classes are remembered apart. */
bool reading_same_key(const struct reading *a, const struct reading *b)
{
	return a->flow.class == b->flow.class && same_key(a->key, b->key);
}

void reading_check_opens_nothing(const struct reading *reading)
{
	CHECK_EQUAL(reading->flow.event, PACKET_PLAIN);
	CHECK_EQUAL(reading->flow.port, 0);
}

/* For every reading with the same secrets. */
static const struct flows *some_flows(void)
{
	static struct flows flows;

	if (!flows.set_secret.whole) {
		get_random_bytes(&flows.set_secret, sizeof(flows.set_secret));
		get_random_bytes(&flows.fingerprint_secret, sizeof(flows.fingerprint_secret));
	}
	return &flows;
}

static struct flow_key key_of(const struct sk_buff *skb, const struct packet_flow *flow, bool ipv6)
{
	const u8 *ip = skb_network_header(skb);
	u32 from[4], to[4];

	if (!has_key(flow))
		return (struct flow_key){};
	memcpy(from, ip + (ipv6 ? 8 : 12), ipv6 ? 16 : 4);
	memcpy(to, ip + (ipv6 ? 24 : 16), ipv6 ? 16 : 4);
	return ipv6 ? flows_key_ipv6(some_flows(), from, to, flow->ends)
		    : flows_key_ipv4(some_flows(), *from, *to, flow->ends);
}

/* The class of a packet that means nothing is never asked for. */
static void check_same_flow(const struct packet_flow *a, const struct packet_flow *b)
{
	CHECK_EQUAL(a->event, b->event);
	CHECK_EQUAL(a->port, b->port);
	if (a->event != PACKET_PLAIN)
		CHECK_EQUAL(a->class, b->class);
	if (has_key(a) && has_key(b))
		CHECK_EQUAL(a->ends, b->ends);
}

static void check_same(const struct reading *a, const struct reading *b)
{
	CHECK_EQUAL(a->packet.class, b->packet.class);
	CHECK_EQUAL(a->packet.segments, b->packet.segments);
	CHECK_EQUAL(a->packet.bytes, b->packet.bytes);
	check_same_flow(&a->flow, &b->flow);
	CHECK(same_key(a->key, b->key));
}

static void check_as_the_rfcs_say(const struct frame *frame, bool ipv6,
				  const struct reading *reading)
{
	const struct rfc_packet packet = rfc_read(frame->bytes, frame->length, ipv6);
	const struct packet_flow flow = {
		.event = packet.event,
		.class = packet.flow_class,
		.port = packet.port,
		.ends = packet.ends,
	};

	CHECK_EQUAL(reading->packet.class, packet.class);
	CHECK_EQUAL(reading->packet.segments, 1);
	CHECK_EQUAL(reading->packet.bytes, frame->length);
	check_same_flow(&reading->flow, &flow);
}

/* The quick ways may leave a packet to the other one, and say the same. */
static void check_quick_ways(const struct sk_buff *skb, struct packet_header header, bool ipv6,
			     const struct reading *reading)
{
	struct packet_flow flow;

	if (reading->plain_tcp) {
		CHECK_EQUAL(reading->packet.class, PACKET_TCP);
		CHECK_EQUAL(reading->flow.event, PACKET_PLAIN);
	}
	if (packet_read_linear_flow(skb, header, ipv6, &flow))
		check_same_flow(&flow, &reading->flow);
	else
		CHECK(skb_is_nonlinear(skb));
}

struct reading read_skb(const struct sk_buff *skb, bool ipv6)
{
	const struct packet_header header = packet_header(skb, ipv6);
	struct reading reading = {
		.packet = packet_read(skb, header, ipv6),
		.flow = packet_read_flow(skb, header, ipv6),
		.plain_tcp = packet_is_plain_tcp(skb, header),
	};

	reading.key = key_of(skb, &reading.flow, ipv6);
	check_quick_ways(skb, header, ipv6, &reading);
	return reading;
}

static struct reading read_layout(const struct frame *frame, bool ipv6, u32 nhoff, u32 head,
				  u32 frags)
{
	static struct frame moved;
	struct reading reading;
	struct sk_buff *skb;

	moved.length = 0;
	frame_add_random(&moved, nhoff);
	frame_add(&moved, frame->bytes, frame->length);
	skb = skb_build(moved.bytes, moved.length, nhoff + head, frags);
	skb->network_header = nhoff;
	reading = read_skb(skb, ipv6);
	skb_free(skb);
	return reading;
}

/*
 * The packet linear; and with every shorter head that holds the IP header, in
 * one fragment and in many; and behind a link-layer header. All say the same.
 */
static struct reading read_frame(const struct frame *frame, bool ipv6)
{
	const struct reading linear = read_layout(frame, ipv6, 0, frame->length, 1);
	struct reading reading;
	u32 head;

	check_as_the_rfcs_say(frame, ipv6, &linear);
	for (head = header_length(ipv6); head <= min(frame->length, HEAD_MAX); head++) {
		reading = read_layout(frame, ipv6, 0, head, 1);
		check_same(&reading, &linear);
		reading = read_layout(frame, ipv6, 14, head, MAX_SKB_FRAGS);
		check_same(&reading, &linear);
	}
	return linear;
}

struct reading read_ipv4(const struct frame *frame)
{
	return read_frame(frame, false);
}

struct reading read_ipv6(const struct frame *frame)
{
	return read_frame(frame, true);
}
