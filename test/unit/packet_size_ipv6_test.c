// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes and packets on the wire of merged IPv6 packets. The truth is the train of
 * packets that was merged, see train.h.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include "frame.h"
#include "harness.h"
#include "random_number.h"
#include "reading.h"
#include "skb_build.h"
#include "train_check.h"

static void start_ipv6(u8 next)
{
	const struct frame_ipv6 fields = {
		.next = next,
		.from = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
		.to = { 0x20, 1, 0xd, 0xb8, [15] = 2 },
	};

	train_start(&train);
	frame_add_ipv6(&train.header, &fields);
}

static void add_tcp(u32 options)
{
	frame_add_tcp(&train.header, 1000, 80, FRAME_ACK, options);
}

CASE(merged_tcp_over_ipv6_counts_as_its_segments)
{
	static const u32 payloads[] = { 1, 1429, 2856, 2857, 14280, 64260 };
	u32 options, i;

	for (options = 0; options <= 40; options += 4) {
		for (i = 0; i < 6; i++) {
			start_ipv6(IPPROTO_TCP);
			add_tcp(options);
			train_fill(&train, payloads[i], 1428);
			check_merged(SKB_GSO_TCPV6, 1428);
		}
	}
}

/* LRO: some drivers leave gso_type alone. */
CASE(tcp_over_ipv6_that_a_card_merged_without_a_type_counts_as_its_segments)
{
	struct sk_buff *skb;
	u32 head;

	start_ipv6(IPPROTO_TCP);
	add_tcp(12);
	train_fill(&train, 14000, 1428);
	for (head = 40; head <= 80; head++) {
		skb = train_merge(&train, head, 3);
		set_gso(skb, 0, 1428, 0);
		check_train(skb);
		set_gso(skb, 0, 1428, train.packets);
		check_train(skb);
		skb_free(skb);
	}
}

CASE(extensions_are_repeated_in_every_segment)
{
	u32 length;

	for (length = 0; length < 12; length++) {
		start_ipv6(IPPROTO_HOPOPTS);
		frame_add_extension(&train.header, IPPROTO_ROUTING, length / 2);
		frame_add_extension(&train.header, IPPROTO_DSTOPTS, length / 3);
		frame_add_extension(&train.header, IPPROTO_AH, length / 4);
		frame_add_ah(&train.header, IPPROTO_TCP, length);
		add_tcp(12);
		train_fill(&train, 10000, 1200);
		check_merged(SKB_GSO_TCPV6, 1200);
	}
}

CASE(merged_udp_over_ipv6_counts_as_its_datagrams)
{
	static const u32 payloads[] = { 1, 1199, 1200, 1201, 12000, 60001 };
	u32 i, extension;

	for (i = 0; i < 6; i++) {
		for (extension = 0; extension < 2; extension++) {
			start_ipv6(extension ? IPPROTO_DSTOPTS : IPPROTO_UDP);
			if (extension)
				frame_add_extension(&train.header, IPPROTO_UDP, 1);
			frame_add_udp(&train.header, 1000, 443);
			train_fill(&train, payloads[i], 1200);
			check_merged(SKB_GSO_UDP_L4, 1200);
		}
	}
}

/*
 * The UDP header is the first 8 bytes of what is cut in pieces. The merged packet
 * has no fragment header yet.
 */
CASE(ufo_over_ipv6_counts_as_fragments_with_their_header)
{
	static const u32 payloads[] = { 1449, 2896, 2897, 8008, 65000 };
	u32 i;

	for (i = 0; i < 5; i++) {
		start_ipv6(IPPROTO_FRAGMENT);
		frame_add_ipv6(&train.merged, &(struct frame_ipv6){ .next = IPPROTO_UDP });
		frame_add_fragment(&train.header, IPPROTO_UDP, FRAME_IPV6_MORE);
		train_fill(&train, payloads[i], 1448);
		check_merged(SKB_GSO_UDP, 1448);
	}
}

/* Options of every hop stand in front of the fragment header, in each fragment. */
CASE(ufo_over_ipv6_with_options_counts_as_fragments_with_all_headers)
{
	start_ipv6(IPPROTO_HOPOPTS);
	frame_add_extension(&train.header, IPPROTO_FRAGMENT, 2);
	frame_add_fragment(&train.header, IPPROTO_UDP, FRAME_IPV6_MORE);
	frame_add_ipv6(&train.merged, &(struct frame_ipv6){ .next = IPPROTO_HOPOPTS });
	frame_add_extension(&train.merged, IPPROTO_UDP, 2);
	train_fill(&train, 9000, 1400);
	check_merged(SKB_GSO_UDP, 1400);
}

CASE(ufo_over_ipv6_of_one_fragment_is_none)
{
	start_ipv6(IPPROTO_UDP);
	train_fill(&train, 1000, 1448);
	check_merged(SKB_GSO_UDP, 1448);
}

/* Kernels before 6.18 or so say the length in a header of their own. */
static void start_big_tcp(u8 options, bool own_header)
{
	start_ipv6(IPPROTO_TCP);
	add_tcp(options);
	if (!own_header)
		return;
	frame_add_ipv6(&train.merged, &(struct frame_ipv6){ .next = IPPROTO_HOPOPTS });
	frame_add_jumbo(&train.merged, IPPROTO_TCP, 0);
	frame_add_tcp(&train.merged, 1000, 80, FRAME_ACK, options);
}

CASE(big_tcp_over_ipv6_counts_as_its_segments_without_the_kernels_own_header)
{
	u32 options, own_header;

	for (options = 0; options <= 40; options += 20) {
		for (own_header = 0; own_header < 2; own_header++) {
			start_big_tcp(options, own_header);
			train_fill(&train, 250000, 1428);
			check_merged(SKB_GSO_TCPV6, 1428);
		}
	}
}

/* What says its length itself has a hop-by-hop header of the sender's. */
CASE(options_of_a_sender_in_merged_tcp_count_in_every_segment)
{
	start_ipv6(IPPROTO_HOPOPTS);
	frame_add_jumbo(&train.header, IPPROTO_TCP, 0);
	add_tcp(12);
	train_fill(&train, 20000, 1400);
	check_merged(SKB_GSO_TCPV6, 1400);
}

/* RFC 2675: one packet on the wire, and its header is the sender's. */
CASE(jumbogram_counts_as_the_one_packet_it_is)
{
	static const u32 payloads[] = { 65536, 65600, 200000 };
	static struct frame frame;
	struct reading reading;
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < 3; i++) {
		frame.length = 0;
		frame_add_ipv6(&frame, &(struct frame_ipv6){ .next = IPPROTO_HOPOPTS });
		frame_add_jumbo(&frame, IPPROTO_TCP, 8 + payloads[i]);
		frame_add_tcp(&frame, 1000, 80, FRAME_SYN, 0);
		frame_add_random(&frame, payloads[i] - 20);
		skb = skb_build(frame.bytes, frame.length, 40 + i * 4, 1 + i);
		reading = read_skb(skb, true);
		CHECK_EQUAL(reading.packet.segments, 1);
		CHECK_EQUAL(reading.packet.bytes, 48 + payloads[i]);
		CHECK_EQUAL(reading.packet.class, PACKET_TCP);
		CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
		CHECK_EQUAL(reading.flow.port, 80);
		skb_free(skb);
	}
}

static void add_inner_ipv4(u8 protocol)
{
	train.inner_network = train.header.length;
	frame_add_ipv4(&train.header, &(struct frame_ipv4){ .protocol = protocol });
	train.inner_transport = train.header.length;
}

static void add_inner_ipv6(u8 next)
{
	train.inner_network = train.header.length;
	frame_add_ipv6(&train.header, &(struct frame_ipv6){ .next = next });
	train.inner_transport = train.header.length;
}

static void start_vxlan(bool ipv6)
{
	start_ipv6(IPPROTO_UDP);
	if (!ipv6) {
		train_start(&train);
		frame_add_ipv4(&train.header, &(struct frame_ipv4){ .protocol = IPPROTO_UDP });
	}
	frame_add_udp(&train.header, 50000, 4789);
	frame_add_random(&train.header, 8 + 14); /* VXLAN, Ethernet */
}

CASE(tunnelled_tcp_over_ipv6_repeats_all_headers_down_to_its_own)
{
	u32 outer;

	for (outer = 0; outer < 2; outer++) {
		start_vxlan(outer);
		add_inner_ipv6(IPPROTO_TCP);
		add_tcp(12);
		train_fill(&train, 20000, 1350);
		check_merged(SKB_GSO_TCPV6 | SKB_GSO_UDP_TUNNEL, 1350);
	}
}

/* The fragments are the inner packet's, so is the header that they get. */
CASE(tunnelled_ufo_counts_as_fragments_of_the_inner_family)
{
	u32 outer;

	for (outer = 0; outer < 2; outer++) {
		start_vxlan(outer);
		add_inner_ipv4(IPPROTO_UDP);
		train_fill(&train, 20000, 1400);
		check_merged(SKB_GSO_UDP | SKB_GSO_UDP_TUNNEL, 1400);

		start_vxlan(outer);
		add_inner_ipv6(IPPROTO_UDP);
		frame_add(&train.merged, train.header.bytes, train.header.length);
		frame_add_fragment(&train.header, IPPROTO_UDP, FRAME_IPV6_MORE);
		train_fill(&train, 20000, 1400);
		check_merged(SKB_GSO_UDP | SKB_GSO_UDP_TUNNEL, 1400);
	}
}

CASE(tcp_over_ipv4_in_ipv6_and_the_reverse_repeat_all_headers)
{
	start_ipv6(IPPROTO_DSTOPTS); /* the encapsulation limit */
	frame_add_extension(&train.header, IPPROTO_IPIP, 0);
	add_inner_ipv4(IPPROTO_TCP);
	add_tcp(0);
	train_fill(&train, 7000, 1348);
	check_merged(SKB_GSO_TCPV4 | SKB_GSO_IPXIP6, 1348);

	train_start(&train);
	frame_add_ipv4(&train.header, &(struct frame_ipv4){ .protocol = IPPROTO_IPV6 });
	add_inner_ipv6(IPPROTO_TCP);
	add_tcp(0);
	train_fill(&train, 7000, 1348);
	check_merged(SKB_GSO_TCPV6 | SKB_GSO_IPXIP4, 1348);
}

CASE(fragment_list_over_ipv6_counts_as_the_packets_it_lists)
{
	struct sk_buff *skb;
	u32 packets;

	for (packets = 1; packets <= 64; packets++) {
		start_ipv6(IPPROTO_UDP);
		frame_add_udp(&train.header, 1000, 443);
		train_fill(&train, packets * 1000 - packets % 3, 1000);
		skb = train_merge_list(&train);
		set_gso(skb, SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST, 1000, train.packets);
		check_train(skb);
		set_gso(skb, SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST, 1000, 0);
		check_train(skb);
		skb_free(skb);
	}
}

CASE(merged_sctp_over_ipv6_counts_as_the_packets_it_lists)
{
	struct sk_buff *skb;
	u32 packets, i;

	for (packets = 1; packets <= 40; packets++) {
		start_ipv6(IPPROTO_DSTOPTS);
		frame_add_extension(&train.header, IPPROTO_SCTP, packets % 3);
		frame_add_sctp(&train.header, 1, 2);
		for (i = 0; i < packets; i++)
			train_add(&train, 16 + random_number() % 1400);
		skb = train_merge_behind_header(&train);
		set_gso(skb, SKB_GSO_SCTP, GSO_BY_FRAGS, packets);
		check_train(skb);
		skb_free(skb);
	}
}

/* A chain that does not end in the packet: nothing that repeats is known. */
CASE(extensions_longer_than_a_merged_packet_count_once)
{
	struct reading reading;
	struct sk_buff *skb;
	u32 length;

	for (length = 0; length < 100; length++) {
		start_ipv6(IPPROTO_DSTOPTS);
		frame_add_extension(&train.header, IPPROTO_TCP, 12);
		train.header.bytes[41] = 255;
		train.header.length = 40 + length;
		train_fill(&train, 0, 1);
		skb = train_merge(&train, 40, 2);
		set_gso(skb, SKB_GSO_TCPV6 | SKB_GSO_DODGY, 1, 60);
		reading = read_skb(skb, true);
		CHECK_EQUAL(reading.packet.segments, 1);
		CHECK_EQUAL(reading.packet.bytes, 40 + length);
		skb_free(skb);
	}
}
