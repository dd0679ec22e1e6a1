// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes and packets on the wire of merged IPv4 packets. The truth is the train of
 * packets that was merged, see train.h.
 */
#include <linux/in.h>
#include <linux/skbuff.h>
#include "frame.h"
#include "harness.h"
#include "random_number.h"
#include "reading.h"
#include "skb_build.h"
#include "train_check.h"

static void start_ipv4(u8 protocol, u32 options)
{
	const struct frame_ipv4 fields = {
		.protocol = protocol,
		.from = 0x0a000001,
		.to = 0x0a000002,
		.options = options,
	};

	train_start(&train);
	frame_add_ipv4(&train.header, &fields);
}

static void start_tcp(u32 options)
{
	start_ipv4(IPPROTO_TCP, 0);
	frame_add_tcp(&train.header, 1000, 80, FRAME_ACK, options);
}

static void start_udp(void)
{
	start_ipv4(IPPROTO_UDP, 0);
	frame_add_udp(&train.header, 1000, 443);
}

/* An IPv4 packet in UDP and VXLAN. */
static void start_vxlan(u8 protocol, u32 options)
{
	const struct frame_ipv4 inner = {
		.protocol = protocol,
		.from = 0x01010101,
		.to = 0x02020202,
		.options = options,
	};

	start_ipv4(IPPROTO_UDP, 0);
	frame_add_udp(&train.header, 50000, 4789);
	frame_add_random(&train.header, 8 + 14); /* VXLAN, Ethernet */
	train.inner_network = train.header.length;
	frame_add_ipv4(&train.header, &inner);
	train.inner_transport = train.header.length;
}

CASE(merged_tcp_counts_as_its_segments)
{
	static const u32 payloads[] = { 1449, 2895, 2896, 2897, 14480, 65160 };
	u32 options, i;

	for (options = 0; options <= 40; options += 4) {
		for (i = 0; i < 6; i++) {
			start_tcp(options);
			train_fill(&train, payloads[i], 1448);
			check_merged(SKB_GSO_TCPV4, 1448);
		}
	}
}

CASE(merged_tcp_of_one_byte_segments_counts_each)
{
	start_tcp(12);
	train_fill(&train, 1000, 1);
	check_merged(SKB_GSO_TCPV4, 1);
}

CASE(merged_tcp_of_one_segment_or_none_counts_once)
{
	start_tcp(12);
	train_fill(&train, 1448, 1448);
	check_merged(SKB_GSO_TCPV4, 1448);
	start_tcp(12);
	train_fill(&train, 0, 1448);
	check_merged(SKB_GSO_TCPV4, 1448);
}

CASE(merged_tcp_of_random_shape_counts_as_its_segments)
{
	u32 size, options;
	int i;

	for (i = 0; i < 300; i++) {
		size = 1 + random_number() % 1448;
		options = random_number() % 11 * 4;
		start_tcp(options);
		train_fill(&train, 1 + random_number() % (size * 40), size);
		check_merged(SKB_GSO_TCPV4, size);
	}
}

CASE(ip_options_are_repeated_in_every_segment)
{
	u32 options;

	for (options = 0; options <= 40; options += 4) {
		start_ipv4(IPPROTO_TCP, options);
		frame_add_tcp(&train.header, 1, 2, FRAME_ACK, 12);
		train_fill(&train, 10000, 1400);
		check_merged(SKB_GSO_TCPV4, 1400);
	}
}

CASE(big_tcp_with_a_total_length_of_0_counts_as_its_segments)
{
	start_tcp(12);
	train_fill(&train, 250000, 1448);
	check_merged(SKB_GSO_TCPV4, 1448);
}

CASE(merged_tcp_behind_a_link_header_counts_as_its_segments)
{
	static struct frame framed;
	struct sk_buff *skb;

	start_tcp(12);
	train_fill(&train, 5000, 1448);
	framed.length = 0;
	frame_add_random(&framed, 14);
	frame_add(&framed, train.header.bytes, train.header.length);
	frame_add(&framed, train.payload.bytes, train.payload.length);
	skb = skb_build(framed.bytes, framed.length, 14 + 40, 2);
	skb->network_header = 14;
	set_gso(skb, SKB_GSO_TCPV4, 1448, 0);
	check_train(skb);
	skb_free(skb);
}

/* LRO: some drivers leave gso_type alone. */
CASE(tcp_that_a_card_merged_without_a_type_counts_as_its_segments)
{
	struct sk_buff *skb;
	u32 head;

	start_tcp(12);
	train_fill(&train, 14000, 1448);
	for (head = 20; head <= 60; head++) {
		skb = train_merge(&train, head, 3);
		set_gso(skb, 0, 1448, 0);
		check_train(skb);
		set_gso(skb, 0, 1448, train.packets);
		check_train(skb);
		skb_free(skb);
	}
}

/*
 * A network card that merges writes down how many packets it took, and an
 * average for gso_size. It is no untrusted source: gso_segs is the truth.
 */
CASE(segments_that_a_card_merged_are_as_many_as_it_says)
{
	static const u32 sizes[][8] = {
		{ 1448, 1448, 1448, 10 },
		{ 1, 1, 1, 1448 },
		{ 1, 2, 1 }, /* average 2: a division makes it 2 */
		{ 5, 1, 1, 1, 1, 1, 1, 1 },
	};
	struct sk_buff *skb;
	u32 i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		start_tcp(12);
		for (j = 0; j < 8 && sizes[i][j]; j++)
			train_add(&train, sizes[i][j]);
		skb = train_merge(&train, 52, 3);
		set_gso(skb, SKB_GSO_TCPV4, DIV_ROUND_UP(train.payload.length, train.packets),
			train.packets);
		check_train(skb);
		skb_free(skb);
	}
}

CASE(merged_udp_counts_as_its_datagrams)
{
	static const u32 payloads[] = { 1, 1199, 1200, 1201, 12000, 60001 };
	u32 i;

	for (i = 0; i < 6; i++) {
		start_udp();
		train_fill(&train, payloads[i], 1200);
		check_merged(SKB_GSO_UDP_L4, 1200);
	}
}

CASE(ufo_counts_as_fragments)
{
	static const u32 payloads[] = { 1480, 1481, 2960, 8008, 65000 };
	u32 i;

	/* The UDP header is the first 8 bytes of what is cut in pieces. */
	for (i = 0; i < 5; i++) {
		start_ipv4(IPPROTO_UDP, 0);
		train_fill(&train, payloads[i], 1480);
		check_merged(SKB_GSO_UDP, 1480);
	}
}

CASE(ufo_with_ip_options_counts_as_fragments)
{
	start_ipv4(IPPROTO_UDP, 8);
	train_fill(&train, 9000, 1472);
	check_merged(SKB_GSO_UDP, 1472);
}

CASE(tunnelled_tcp_repeats_all_headers_down_to_its_own)
{
	u32 options;

	for (options = 0; options <= 40; options += 20) {
		start_vxlan(IPPROTO_TCP, options);
		frame_add_tcp(&train.header, 1, 2, FRAME_ACK, 12);
		train_fill(&train, 20000, 1398);
		check_merged(SKB_GSO_TCPV4 | SKB_GSO_UDP_TUNNEL, 1398);
	}
}

CASE(tunnelled_udp_repeats_all_headers_down_to_its_own)
{
	start_vxlan(IPPROTO_UDP, 0);
	frame_add_udp(&train.header, 1, 2);
	train_fill(&train, 20000, 1398);
	check_merged(SKB_GSO_UDP_L4 | SKB_GSO_UDP_TUNNEL, 1398);
}

CASE(tunnelled_ufo_counts_as_inner_fragments)
{
	start_vxlan(IPPROTO_UDP, 0);
	train_fill(&train, 20000, 1400);
	check_merged(SKB_GSO_UDP | SKB_GSO_UDP_TUNNEL, 1400);
}

CASE(tcp_in_ipip_and_gre_repeats_all_headers)
{
	const struct frame_ipv4 inner = { .protocol = IPPROTO_TCP };
	u32 gre;

	for (gre = 0; gre <= 16; gre += 4) {
		start_ipv4(gre ? IPPROTO_GRE : IPPROTO_IPIP, 0);
		frame_add_random(&train.header, gre);
		train.inner_network = train.header.length;
		frame_add_ipv4(&train.header, &inner);
		train.inner_transport = train.header.length;
		frame_add_tcp(&train.header, 1, 2, FRAME_ACK, 20);
		train_fill(&train, 7000, 1348);
		check_merged(SKB_GSO_TCPV4 | (gre ? SKB_GSO_GRE : SKB_GSO_IPXIP4), 1348);
	}
}

CASE(stale_inner_offsets_of_a_packet_taken_out_of_its_tunnel_mean_nothing)
{
	struct sk_buff *skb;

	start_tcp(12);
	train_fill(&train, 5000, 1448);
	skb = train_merge(&train, 52, 2);
	set_gso(skb, SKB_GSO_TCPV4, 1448, 0);
	skb->inner_transport_header = 48;
	check_train(skb); /* not encapsulated any more */
	skb->encapsulation = 1;
	skb->inner_transport_header = 20;
	check_train(skb); /* the same header */
	skb->inner_transport_header = 0;
	check_train(skb); /* in front of it: never set */
	skb_free(skb);
}

CASE(fragment_list_counts_as_the_packets_it_lists)
{
	struct sk_buff *skb;
	u32 packets;

	for (packets = 1; packets <= 64; packets++) {
		start_udp();
		train_fill(&train, packets * 1000 - packets % 3, 1000);
		skb = train_merge_list(&train);
		set_gso(skb, SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST, 1000, train.packets);
		check_train(skb);
		set_gso(skb, SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST, 1000, 0);
		check_train(skb);
		skb_free(skb);

		start_tcp(12);
		train_fill(&train, packets * 1000 - packets % 3, 1000);
		skb = train_merge_list(&train);
		set_gso(skb, SKB_GSO_TCPV4 | SKB_GSO_FRAGLIST, 1000, train.packets);
		check_train(skb);
		skb_free(skb);
	}
}

/*
 * Whoever writes into a packet (a NAT helper, tc) may have pulled all of it
 * into the head. It is still to be split: __udp_gso_segment() then goes by
 * gso_size.
 */
CASE(fragment_list_made_linear_counts_as_the_packets_it_was)
{
	struct sk_buff *skb;

	start_udp();
	train_fill(&train, 8500, 1000);
	skb = train_merge_list(&train);
	set_gso(skb, SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST, 1000, 0);
	skb_linearize(skb);
	check_train(skb);
	skb_free(skb);
}

/* @linear bytes of payload in the head, the rest listed in pieces. */
static struct sk_buff *merge_in_pieces(u32 linear, u32 piece)
{
	const u32 header = train.header.length;
	static struct frame joined;
	struct sk_buff *skb;
	u32 at, size;

	joined.length = 0;
	frame_add(&joined, train.header.bytes, header);
	frame_add(&joined, train.payload.bytes, train.payload.length);
	skb = skb_build(joined.bytes, header + linear, header + linear, 1);
	for (at = header + linear; at < joined.length; at += size) {
		size = min(piece, joined.length - at);
		skb_list(skb, skb_build(joined.bytes + at, size, size / 2, 3));
	}
	return skb;
}

/* The same, stopped halfway: the list has lost its first packets. */
CASE(fragment_list_partly_made_linear_counts_as_the_packets_it_was)
{
	struct sk_buff *skb;

	start_udp();
	train_fill(&train, 4000, 1000);
	skb = merge_in_pieces(2000, 1000);
	set_gso(skb, SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST, 1000, 0);
	check_train(skb);
	skb_free(skb);
}

/* The list of a TCP packet is only storage: each entry is several segments. */
CASE(list_that_gro_made_of_tcp_is_counted_by_size)
{
	struct sk_buff *skb;

	start_tcp(12);
	train_fill(&train, 14000, 1448);
	skb = merge_in_pieces(5000, 3000);
	set_gso(skb, SKB_GSO_TCPV4, 1448, 10);
	check_train(skb);
	skb_free(skb);
}

CASE(merged_sctp_counts_as_the_packets_it_lists)
{
	struct sk_buff *skb;
	u32 packets, i;

	for (packets = 1; packets <= 40; packets++) {
		start_ipv4(IPPROTO_SCTP, packets % 3 * 4);
		frame_add_sctp(&train.header, 1, 2);
		for (i = 0; i < packets; i++)
			train_add(&train, 16 + random_number() % 1400);
		skb = train_merge_behind_header(&train);
		set_gso(skb, SKB_GSO_SCTP, GSO_BY_FRAGS, packets);
		check_train(skb);
		skb_free(skb);
	}
}

CASE(sctp_in_udp_repeats_both_headers)
{
	struct sk_buff *skb;

	start_ipv4(IPPROTO_UDP, 0);
	frame_add_udp(&train.header, 9899, 9899);
	frame_add_sctp(&train.header, 1, 2);
	train_add(&train, 1000);
	train_add(&train, 1300);
	train_add(&train, 16);
	skb = train_merge_behind_header(&train);
	skb->encapsulation = 1;
	skb->inner_transport_header = 28;
	set_gso(skb, SKB_GSO_SCTP | SKB_GSO_UDP_TUNNEL, GSO_BY_FRAGS, 3);
	check_train(skb);
	skb_free(skb);
}

CASE(defragmented_packet_counts_as_the_one_it_now_is)
{
	struct reading reading;
	struct sk_buff *skb;

	start_udp();
	train_fill(&train, 4400, 1480);
	skb = train_merge_list(&train);
	reading = read_skb(skb, false);
	CHECK_EQUAL(reading.packet.segments, 1);
	CHECK_EQUAL(reading.packet.bytes, 28 + 4400);
	skb_free(skb);
}

/* Forged: what the stack cannot split crosses the wire whole, if at all. */
CASE(headers_longer_than_the_packet_count_once)
{
	static const unsigned int types[] = {
		SKB_GSO_TCPV4, SKB_GSO_UDP_L4, SKB_GSO_UDP, SKB_GSO_SCTP, 0,
	};
	struct reading reading;
	struct sk_buff *skb;
	u32 length, i;

	for (length = 0; length <= 40; length++) {
		for (i = 0; i < 5; i++) {
			start_ipv4(IPPROTO_TCP, 0);
			frame_add_tcp(&train.header, 1, 2, FRAME_ACK, 40);
			train.header.bytes[0] = 0x4f;
			train.header.length = 20 + length;
			train_fill(&train, 0, 1);
			skb = train_merge(&train, 20, 2);
			set_gso(skb, types[i] | SKB_GSO_DODGY, 1, 60);
			reading = read_skb(skb, false);
			CHECK_EQUAL(reading.packet.segments, 1);
			CHECK_EQUAL(reading.packet.bytes, 20 + length);
			skb_free(skb);
		}
	}
}

CASE(tcp_data_offset_beyond_a_merged_packet_counts_once)
{
	struct reading reading;
	struct sk_buff *skb;
	u32 payload;

	for (payload = 0; payload <= 40; payload++) {
		start_tcp(0);
		train.header.bytes[20 + 12] = 0xf0;
		train_fill(&train, payload, 1);
		skb = train_merge(&train, 40, 2);
		set_gso(skb, SKB_GSO_TCPV4 | SKB_GSO_DODGY, 1, 0);
		reading = read_skb(skb, false);
		CHECK_EQUAL(reading.packet.segments, 1);
		CHECK_EQUAL(reading.packet.bytes, 40 + payload);
		skb_free(skb);
	}
}

CASE(list_announced_and_missing_counts_once)
{
	struct reading reading;
	struct sk_buff *skb;

	start_ipv4(IPPROTO_SCTP, 0);
	frame_add_sctp(&train.header, 1, 2);
	train_add(&train, 1000);
	skb = train_merge(&train, 32, 1);
	set_gso(skb, SKB_GSO_SCTP, GSO_BY_FRAGS, 0);
	reading = read_skb(skb, false);
	CHECK_EQUAL(reading.packet.segments, 1);
	CHECK_EQUAL(reading.packet.bytes, 1032);
	skb_free(skb);
}
