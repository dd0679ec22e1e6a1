// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes in any layout through packet.c. Reading outside is the sanitizers'
 * to find; what it says is held against a second reading of the plain bytes,
 * and against itself in another layout.
 *
 * Input: struct fuzz_head, then the bytes of the packet from its link layer on.
 */
#include "fuzz_packet.h"

#include <linux/in.h>
#include <linux/skbuff.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "packet.h"
#include "skb_build.h"

#define ASSERT(condition)                                                               \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

struct ends {
	u32 from, to;
	u16 from_port, to_port;
};

static struct sk_buff *build(const struct fuzz_head *head, const u8 *bytes, u32 length, bool linear)
{
	const u32 nhoff = head->link % 4 * 8, least = nhoff + 20;
	u32 listed, in_head, pieces, size;
	struct sk_buff *skb;

	if (length < least)
		return NULL;
	/* The list holds a part of what is behind the IPv4 header. */
	listed = linear ? 0 : head->listed % (length - least + 1);
	in_head = linear ? length : least + head->linear % (length - least - listed + 1);
	skb = skb_build(bytes, length - listed, in_head, 1 + head->pieces % MAX_SKB_FRAGS);
	pieces = 1 + head->pieces / MAX_SKB_FRAGS;
	for (bytes += length - listed; listed; listed -= size) {
		size = max(listed / pieces, 1U);
		skb_list(skb, skb_build(bytes, size, size / 2, 1));
		bytes += size;
		pieces = max(pieces - 1, 1U);
	}
	skb->network_header = nhoff;
	skb->encapsulation = head->encapsulation & 1;
	skb->inner_transport_header = head->inner_transport;
	skb_shinfo(skb)->gso_size = head->gso_size;
	skb_shinfo(skb)->gso_type = head->gso_type;
	/* Only untrusted sources lie about the number of segments. */
	skb_shinfo(skb)->gso_segs =
		head->gso_type & SKB_GSO_DODGY ? head->gso_segs : head->gso_segs % (length - nhoff);
	return skb;
}

static u32 number_at(const u8 *bytes, u32 offset, u32 length)
{
	u32 number = 0;

	while (length--)
		number = number << 8 | bytes[offset++];
	return number;
}

static void read_ends(const u8 *ip, u32 thoff, bool ports, struct ends *ends)
{
	ends->from = number_at(ip, 12, 4);
	ends->to = number_at(ip, 16, 4);
	ends->from_port = ports ? number_at(ip, thoff, 2) : ip[9];
	ends->to_port = ports ? number_at(ip, thoff + 2, 2) : ip[9];
}

static u8 event_of_tcp(const u8 *tcp, u32 length)
{
	if (length < 20 || tcp[12] >> 4 < 5 || length < (tcp[12] >> 4) * 4U)
		return PACKET_PLAIN;
	if (tcp[13] & 5)
		return PACKET_CLOSES;
	return (tcp[13] & 0x12) == 2 ? PACKET_OPENS_IF_NEW : PACKET_PLAIN;
}

static u8 event_of_icmp(const u8 *icmp, u32 length)
{
	static const u8 queries[] = { 8, 13, 15, 17 };

	return length >= 8 && memchr(queries, icmp[0], sizeof(queries)) ? PACKET_OPENS
									: PACKET_PLAIN;
}

static u8 event_of(const u8 *ip, u32 length)
{
	const u32 thoff = (ip[0] & 15) * 4;
	u32 behind;

	if (thoff < 20 || number_at(ip, 6, 2) & 0x1fff)
		return PACKET_PLAIN;
	behind = length > thoff ? length - thoff : 0;
	switch (ip[9]) {
	case IPPROTO_TCP:
		return event_of_tcp(ip + thoff, behind);
	case IPPROTO_UDP:
		return behind < 8 ? PACKET_PLAIN : PACKET_OPENS_IF_NEW;
	case IPPROTO_ICMP:
		return event_of_icmp(ip + thoff, behind);
	default:
		return PACKET_OPENS_IF_NEW;
	}
}

static u8 class_of(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return PACKET_TCP;
	case IPPROTO_UDP:
		return PACKET_UDP;
	default:
		return PACKET_OTHER;
	}
}

static u8 class_of_flow(u8 protocol)
{
	return protocol == IPPROTO_ICMP ? PACKET_ICMP : class_of(protocol);
}

static void check_size(const struct sk_buff *skb, u32 length, const struct packet *packet)
{
	u64 header;

	ASSERT(packet->segments >= 1);
	if (packet->segments == 1 || !skb_is_gso(skb)) {
		ASSERT(packet->segments == 1);
		ASSERT(packet->bytes == length);
		return;
	}
	/* Every segment but one repeats a header that is in the packet. */
	ASSERT(packet->segments <= length);
	ASSERT((packet->bytes - length) % (packet->segments - 1) == 0);
	header = (packet->bytes - length) / (packet->segments - 1);
	ASSERT(header < length);
}

/* The addresses as they stand in the packet, the ports as numbers. */
static void check_key(const struct flow_key *key, const struct ends *ends)
{
	const u32 from = cpu_to_be32(ends->from), to = cpu_to_be32(ends->to);
	const u32 there = (u32)ends->from_port << 16 | ends->to_port;
	const u32 back = (u32)ends->to_port << 16 | ends->from_port;

	ASSERT(key->lower == min(from, to));
	ASSERT(key->upper == max(from, to));
	if (from == to)
		ASSERT(key->ports == min(there, back));
	else
		ASSERT(key->ports == (from < to ? there : back));
}

static void check_flow(const u8 *ip, u32 length, const struct packet_flow *flow)
{
	const bool has_ports = ip[9] == IPPROTO_TCP || ip[9] == IPPROTO_UDP;
	struct ends ends;

	ASSERT(flow->event == event_of(ip, length));
	if (flow->event != PACKET_PLAIN)
		ASSERT(flow->class == class_of_flow(ip[9]));
	if (flow->event == PACKET_PLAIN || flow->event == PACKET_OPENS) {
		ASSERT(flow->port == 0);
		return;
	}
	read_ends(ip, (ip[0] & 15) * 4, has_ports, &ends);
	ASSERT(flow->port == (has_ports ? ends.to_port : 0));
	check_key(&flow->key, &ends);
}

/* The quick ways say the same, or leave it to the other one. */
static void check_quick_ways(const struct sk_buff *skb, const u8 *ip, u32 length)
{
	struct packet_flow flow;

	if (packet_is_plain_tcp_ipv4(skb)) {
		ASSERT(ip[9] == IPPROTO_TCP);
		ASSERT(event_of(ip, length) == PACKET_PLAIN);
	}
	if (packet_read_linear_flow_ipv4(skb, &flow))
		check_flow(ip, length, &flow);
	else
		ASSERT(skb_is_nonlinear(skb));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct packet packet, linear_packet;
	struct packet_flow flow;
	struct sk_buff *skb, *linear;
	struct fuzz_head head;
	const u8 *ip;
	u32 length;

	if (size < sizeof(head) || size > sizeof(head) + 70000)
		return 0;
	memcpy(&head, data, sizeof(head));
	skb = build(&head, data + sizeof(head), size - sizeof(head), false);
	if (!skb)
		return 0;
	linear = build(&head, data + sizeof(head), size - sizeof(head), true);
	ip = data + sizeof(head) + skb->network_header;
	length = skb->len - skb->network_header;

	packet = packet_read_ipv4(skb);
	flow = packet_read_flow_ipv4(skb);
	ASSERT(packet.class == class_of(ip[9]));
	check_size(skb, length, &packet);
	check_flow(ip, length, &flow);
	check_quick_ways(skb, ip, length);

	/* A layout without a list says the same; it may stand for less. */
	linear_packet = packet_read_ipv4(linear);
	flow = packet_read_flow_ipv4(linear);
	check_size(linear, length, &linear_packet);
	ASSERT(linear_packet.class == packet.class);
	check_flow(ip, length, &flow);
	check_quick_ways(linear, ip, length);
	if (!skb_has_frag_list(skb))
		ASSERT(linear_packet.segments == packet.segments &&
		       linear_packet.bytes == packet.bytes);
	skb_free(skb);
	skb_free(linear);
	return 0;
}
