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
#include "rfc.h"
#include "skb_build.h"

#define ASSERT(condition)                                                               \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

static bool is_ipv6(const struct fuzz_head *head)
{
	return head->ipv6 & 1;
}

static struct sk_buff *build(const struct fuzz_head *head, const u8 *bytes, u32 length, bool linear)
{
	const u32 nhoff = head->link % 4 * 8, least = nhoff + (is_ipv6(head) ? 40 : 20);
	u32 listed, in_head, pieces, size;
	struct sk_buff *skb;

	if (length < least)
		return NULL;
	/* The list holds a part of what is behind the IP header. */
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
	skb->inner_network_header = head->inner_network;
	skb->inner_transport_header = head->inner_transport;
	skb_shinfo(skb)->gso_size = head->gso_size;
	skb_shinfo(skb)->gso_type = head->gso_type;
	/* Only untrusted sources lie about the number of segments. */
	skb_shinfo(skb)->gso_segs =
		head->gso_type & SKB_GSO_DODGY ? head->gso_segs : head->gso_segs % (length - nhoff);
	return skb;
}

static u8 version_at(const struct sk_buff *skb, const u8 *ip, u32 offset)
{
	return offset < skb->len ? (ip - skb->network_header)[offset] >> 4 : 0;
}

/*
 * What each segment has besides: a header that tells where a fragment belongs, if
 * it is one of IPv6; without the one by which the kernel tells a length.
 */
static int besides(const struct sk_buff *skb, const u8 *ip, bool ipv6, u32 segments)
{
	const u32 inner = skb->encapsulation ? skb->inner_network_header : skb->network_header;
	static const u8 jumbo[] = { IPPROTO_TCP, 0, 0xc2 };
	int bytes = 0;

	if (segments > 1 && skb_shinfo(skb)->gso_type & SKB_GSO_UDP &&
	    version_at(skb, ip, inner) == 6)
		bytes += 8;
	if (ipv6 && skb->len - skb->network_header >= 44 && !rfc_number(ip, 4, 2) && !ip[6] &&
	    !memcmp(ip + 40, jumbo, 3))
		bytes -= 8;
	return bytes;
}

static void check_size(const struct sk_buff *skb, const u8 *ip, u32 length, bool ipv6,
		       const struct packet *packet)
{
	u64 bytes = packet->bytes, header;

	ASSERT(packet->segments >= 1);
	if (!skb_is_gso(skb)) {
		ASSERT(packet->segments == 1);
		ASSERT(packet->bytes == length);
		return;
	}
	bytes -= (s64)packet->segments * besides(skb, ip, ipv6, packet->segments);
	if (packet->segments == 1) {
		ASSERT(bytes == length);
		return;
	}
	/* Every segment but one repeats a header that is in the packet. */
	ASSERT(packet->segments <= length);
	ASSERT((bytes - length) % (packet->segments - 1) == 0);
	header = (bytes - length) / (packet->segments - 1);
	ASSERT(header < length);
}

static void check_flow(const struct packet_flow *flow, const struct rfc_packet *truth)
{
	ASSERT(flow->event == truth->event);
	ASSERT(flow->port == truth->port);
	if (flow->event != PACKET_PLAIN)
		ASSERT(flow->class == truth->flow_class);
	if (flow->event == PACKET_OPENS_IF_NEW || flow->event == PACKET_CLOSES)
		ASSERT(flow->ends == truth->ends);
}

static void check_header(struct packet_header header, const struct rfc_packet *truth)
{
	ASSERT(header.protocol == truth->protocol);
	ASSERT(header.present == truth->present);
	if (truth->present)
		ASSERT(header.offset == truth->offset);
}

/* The quick ways say the same, or leave it to the other one. */
static void check_quick_ways(const struct sk_buff *skb, bool ipv6, const struct rfc_packet *truth)
{
	const struct packet_header header = packet_header(skb, ipv6);
	struct packet_flow flow;

	if (packet_is_plain_tcp(skb, header)) {
		ASSERT(truth->class == PACKET_TCP);
		ASSERT(truth->event == PACKET_PLAIN);
	}
	if (packet_read_linear_flow(skb, header, ipv6, &flow))
		check_flow(&flow, truth);
	else
		ASSERT(skb_is_nonlinear(skb));
}

/* Return: what was said of its size. */
static struct packet check_packet(const struct sk_buff *skb, const u8 *ip, bool ipv6)
{
	const u32 length = skb->len - skb->network_header;
	const struct rfc_packet truth = rfc_read(ip, length, ipv6);
	const struct packet_header header = packet_header(skb, ipv6);
	const struct packet packet = packet_read(skb, header, ipv6);
	const struct packet_flow flow = packet_read_flow(skb, header, ipv6);

	check_header(header, &truth);
	ASSERT(packet.class == truth.class);
	check_size(skb, ip, length, ipv6, &packet);
	check_flow(&flow, &truth);
	check_quick_ways(skb, ipv6, &truth);
	return packet;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct packet packet, linear_packet;
	struct sk_buff *skb, *linear;
	struct fuzz_head head;
	const u8 *ip;

	if (size < sizeof(head) || size > sizeof(head) + 70000)
		return 0;
	memcpy(&head, data, sizeof(head));
	skb = build(&head, data + sizeof(head), size - sizeof(head), false);
	if (!skb)
		return 0;
	linear = build(&head, data + sizeof(head), size - sizeof(head), true);
	ip = data + sizeof(head) + skb->network_header;

	packet = check_packet(skb, ip, is_ipv6(&head));
	/* A layout without a list says the same; it may stand for less. */
	linear_packet = check_packet(linear, ip, is_ipv6(&head));
	if (!skb_has_frag_list(skb))
		ASSERT(linear_packet.segments == packet.segments &&
		       linear_packet.bytes == packet.bytes);
	skb_free(skb);
	skb_free(linear);
	return 0;
}
