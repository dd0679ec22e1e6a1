// SPDX-License-Identifier: GPL-2.0
/*
 * What an IPv4 packet is (class) and means for connections (event, port, key):
 * the promises of "What is counted" that packet.c keeps.
 */
#include <linux/in.h>
#include <string.h>
#include "frame.h"
#include "harness.h"
#include "random_number.h"
#include "reading.h"
#include "rfc.h"

#define CLIENT	    0xc0000201 /* 192.0.2.1 */
#define SERVER	    0xac140002 /* 172.20.0.2 */
#define CLIENT_PORT 49152
#define SERVER_PORT 443

static struct frame frame;

static void start(u8 protocol)
{
	const struct frame_ipv4 fields = {
		.protocol = protocol,
		.from = CLIENT,
		.to = SERVER,
	};

	frame.length = 0;
	frame_add_ipv4(&frame, &fields);
}

static struct reading read_tcp(u8 flags)
{
	start(IPPROTO_TCP);
	frame_add_tcp(&frame, CLIENT_PORT, SERVER_PORT, flags, 0);
	return read_ipv4(&frame);
}

static struct reading read_icmp(u8 type)
{
	start(IPPROTO_ICMP);
	frame_add_icmp(&frame, type);
	return read_ipv4(&frame);
}

static bool is_other(u32 protocol)
{
	return protocol != IPPROTO_ICMP && rfc_class_of(protocol) == PACKET_OTHER;
}

CASE(class_goes_by_the_ip_protocol)
{
	struct reading reading;
	u32 protocol;

	for (protocol = 0; protocol < 256; protocol++) {
		start(protocol);
		frame_add_random(&frame, 40);
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.packet.class, rfc_class_of(protocol));
		CHECK_EQUAL(reading.packet.segments, 1);
		CHECK_EQUAL(reading.packet.bytes, 60);
	}
}

CASE(bytes_are_the_ip_header_and_all_behind_it)
{
	struct reading reading;
	u32 length;

	for (length = 0; length < 1500; length += 1 + length / 3) {
		start(IPPROTO_UDP);
		frame_add_random(&frame, length);
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.packet.segments, 1);
		CHECK_EQUAL(reading.packet.bytes, 20 + length);
	}
}

CASE(later_fragments_belong_to_their_protocol_and_open_nothing)
{
	static const u16 offsets[] = { 1, 185, 0x1000, 0x1fff };
	struct reading reading;
	u32 protocol, i;

	for (protocol = 0; protocol < 256; protocol++) {
		for (i = 0; i < 2 * sizeof(offsets) / sizeof(*offsets); i++) {
			/* Looks like a SYN and like a ping in turn. */
			start(protocol);
			if (i % 4 < 2)
				frame_add_tcp(&frame, 2048, 80, FRAME_SYN, 0);
			else
				frame_add_icmp(&frame, 8);
			frame_set_u16(&frame, 6, offsets[i / 2] | (i % 2 ? FRAME_IPV4_MORE : 0));
			reading = read_ipv4(&frame);
			CHECK_EQUAL(reading.packet.class, rfc_class_of(protocol));
			reading_check_opens_nothing(&reading);
		}
	}
}

CASE(first_fragments_open_like_whole_packets)
{
	struct reading reading;

	start(IPPROTO_UDP);
	frame_set_u16(&frame, 6, FRAME_IPV4_MORE);
	frame_add_udp(&frame, CLIENT_PORT, SERVER_PORT);
	frame_add_random(&frame, 64);
	reading = read_ipv4(&frame);
	CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
	CHECK_EQUAL(reading.flow.port, SERVER_PORT);
}

CASE(dont_fragment_and_the_reserved_bit_make_no_fragment)
{
	struct reading reading;

	read_tcp(FRAME_SYN);
	frame_set_u16(&frame, 6, 0xc000);
	reading = read_ipv4(&frame);
	CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
}

CASE(tcp_header_cut_short_opens_nothing)
{
	static const u8 flags[] = { FRAME_SYN, FRAME_FIN, FRAME_RST };
	struct reading reading;
	u32 length, i;

	for (i = 0; i < 3; i++) {
		for (length = 0; length <= 20; length++) {
			start(IPPROTO_TCP);
			frame_add_tcp(&frame, 1, 2, flags[i], 0);
			frame.length = 20 + length;
			reading = read_ipv4(&frame);
			CHECK_EQUAL(reading.packet.class, PACKET_TCP);
			CHECK_EQUAL(reading.packet.bytes, 20 + length);
			if (length < 20)
				reading_check_opens_nothing(&reading);
			else
				CHECK(reading.flow.event != PACKET_PLAIN);
		}
	}
}

CASE(tcp_options_cut_short_open_nothing)
{
	struct reading reading;
	u32 length;

	/* The data offset says 60 bytes of header: less is cut short. */
	for (length = 20; length <= 60; length++) {
		start(IPPROTO_TCP);
		frame_add_tcp(&frame, 1, 2, FRAME_SYN, 40);
		frame.length = 20 + length;
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.flow.event, length < 60 ? PACKET_PLAIN : PACKET_OPENS_IF_NEW);
	}
}

CASE(tcp_data_offset_below_5_opens_nothing)
{
	struct reading reading;
	u32 doff;

	for (doff = 0; doff < 5; doff++) {
		read_tcp(FRAME_SYN);
		frame.bytes[20 + 12] = doff << 4;
		frame_add_random(&frame, 40);
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.packet.class, PACKET_TCP);
		reading_check_opens_nothing(&reading);
	}
}

CASE(udp_header_cut_short_opens_nothing)
{
	struct reading reading;
	u32 length;

	for (length = 0; length <= 8; length++) {
		start(IPPROTO_UDP);
		frame_add_udp(&frame, CLIENT_PORT, SERVER_PORT);
		frame.length = 20 + length;
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.packet.class, PACKET_UDP);
		if (length < 8)
			reading_check_opens_nothing(&reading);
		else
			CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
	}
}

CASE(icmp_header_cut_short_opens_nothing)
{
	struct reading reading;
	u32 length;

	for (length = 0; length <= 8; length++) {
		start(IPPROTO_ICMP);
		frame_add_icmp(&frame, 8);
		frame.length = 20 + length;
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.packet.class, PACKET_OTHER);
		CHECK_EQUAL(reading.flow.event, length < 8 ? PACKET_PLAIN : PACKET_OPENS);
	}
}

CASE(ip_header_length_below_5_opens_nothing)
{
	static const u8 protocols[] = { 1, 6, 17, 47 };
	struct reading reading;
	u32 ihl, i;

	for (ihl = 0; ihl < 5; ihl++) {
		for (i = 0; i < sizeof(protocols); i++) {
			/* Read 20 - 4 * ihl too early, this is a query or SYN. */
			start(protocols[i]);
			memset(frame.bytes + 1, 0, 8);
			frame_add_tcp(&frame, 0x0800, 80, FRAME_SYN, 0);
			frame.bytes[0] = 0x40 | ihl;
			reading = read_ipv4(&frame);
			CHECK_EQUAL(reading.packet.class, rfc_class_of(protocols[i]));
			CHECK_EQUAL(reading.packet.bytes, 40);
			reading_check_opens_nothing(&reading);
		}
	}
}

CASE(ip_header_longer_than_the_packet_opens_nothing)
{
	static const u8 protocols[] = { 1, 6, 17 };
	struct reading reading;
	u32 ihl, i;

	for (ihl = 6; ihl < 16; ihl++) {
		for (i = 0; i < sizeof(protocols); i++) {
			start(protocols[i]);
			frame.bytes[0] = 0x40 | ihl;
			reading = read_ipv4(&frame);
			CHECK_EQUAL(reading.packet.bytes, 20);
			reading_check_opens_nothing(&reading);
		}
	}
}

CASE(ports_stand_behind_ip_options)
{
	struct frame_ipv4 fields = {
		.protocol = IPPROTO_UDP,
		.from = CLIENT,
		.to = SERVER,
	};
	struct reading reading;

	for (fields.options = 0; fields.options <= 40; fields.options += 4) {
		frame.length = 0;
		frame_add_ipv4(&frame, &fields);
		frame_add_udp(&frame, CLIENT_PORT, SERVER_PORT);
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
		CHECK_EQUAL(reading.flow.port, SERVER_PORT);
		CHECK_EQUAL(reading.packet.bytes, 28 + fields.options);
	}
}

/* Written out, for want of another way to say it than packet.c has. */
static u8 event_of_flags(u32 flags)
{
	switch (flags & (FRAME_SYN | FRAME_ACK | FRAME_FIN | FRAME_RST)) {
	case 0:
	case FRAME_ACK:
	case FRAME_SYN | FRAME_ACK:
		return PACKET_PLAIN;
	case FRAME_SYN:
		return PACKET_OPENS_IF_NEW;
	default:
		return PACKET_CLOSES;
	}
}

CASE(syn_alone_opens_and_fin_or_rst_closes_in_all_256_flag_bytes)
{
	struct reading reading;
	u32 flags;

	for (flags = 0; flags < 256; flags++) {
		reading = read_tcp(flags);
		CHECK_EQUAL(reading.flow.event, event_of_flags(flags));
		if (reading.flow.event == PACKET_PLAIN)
			reading_check_opens_nothing(&reading);
		else
			CHECK_EQUAL(reading.flow.port, SERVER_PORT);
		if (reading.flow.event != PACKET_PLAIN)
			CHECK_EQUAL(reading.flow.class, PACKET_TCP);
	}
}

CASE(reserved_bits_of_tcp_change_nothing)
{
	struct reading reading;
	u32 reserved;

	for (reserved = 0; reserved < 16; reserved++) {
		read_tcp(FRAME_SYN);
		frame.bytes[20 + 12] |= reserved;
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
	}
}

CASE(every_icmp_query_opens_and_no_other_type_does)
{
	struct reading reading;
	u32 type;

	for (type = 0; type < 256; type++) {
		const bool query = type == 8 || type == 13 || type == 15 || type == 17;

		reading = read_icmp(type);
		CHECK_EQUAL(reading.flow.event, query ? PACKET_OPENS : PACKET_PLAIN);
		CHECK_EQUAL(reading.flow.port, 0);
		if (query)
			CHECK_EQUAL(reading.flow.class, PACKET_ICMP);
	}
}

CASE(icmp_error_that_quotes_a_syn_opens_nothing)
{
	const struct frame_ipv4 quoted = {
		.protocol = IPPROTO_TCP,
		.from = SERVER,
		.to = CLIENT,
	};
	struct reading reading;

	start(IPPROTO_ICMP);
	frame_add_icmp(&frame, 3);
	frame_add_ipv4(&frame, &quoted);
	frame_add_tcp(&frame, SERVER_PORT, CLIENT_PORT, FRAME_SYN, 0);
	reading = read_ipv4(&frame);
	CHECK_EQUAL(reading.packet.class, PACKET_OTHER);
	reading_check_opens_nothing(&reading);
}

CASE(other_protocols_open_under_port_0)
{
	struct reading reading;
	u32 protocol, length;

	for (protocol = 0; protocol < 256; protocol++) {
		if (!is_other(protocol))
			continue;
		for (length = 0; length <= 40; length += 8) {
			start(protocol);
			frame_add_random(&frame, length);
			reading = read_ipv4(&frame);
			CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
			CHECK_EQUAL(reading.flow.class, PACKET_OTHER);
			CHECK_EQUAL(reading.flow.port, 0);
		}
	}
}

struct ends {
	u8 protocol;
	u32 from, to;
	u16 from_port, to_port;
};

static struct reading read_ends(const struct ends *ends, u8 flags)
{
	const struct frame_ipv4 fields = {
		.protocol = ends->protocol,
		.from = ends->from,
		.to = ends->to,
	};

	frame.length = 0;
	frame_add_ipv4(&frame, &fields);
	if (ends->protocol == IPPROTO_TCP)
		frame_add_tcp(&frame, ends->from_port, ends->to_port, flags, 0);
	else
		frame_add_udp(&frame, ends->from_port, ends->to_port);
	return read_ipv4(&frame);
}

static struct ends random_ends(u8 protocol)
{
	/* Few values, so that equal ends and ends in common happen. */
	static const u32 addresses[] = { 0, 1, CLIENT, SERVER, 0xffffffff };
	static const u16 ports[] = { 0, 1, 80, 0xffff };

	return (struct ends){
		.protocol = protocol,
		.from = addresses[random_number() % 5],
		.to = addresses[random_number() % 5],
		.from_port = ports[random_number() % 4],
		.to_port = ports[random_number() % 4],
	};
}

static bool same_way(const struct ends *a, const struct ends *b)
{
	return a->from == b->from && a->to == b->to && a->from_port == b->from_port &&
	       a->to_port == b->to_port;
}

static struct ends turned(const struct ends *ends)
{
	return (struct ends){
		.protocol = ends->protocol,
		.from = ends->to,
		.to = ends->from,
		.from_port = ends->to_port,
		.to_port = ends->from_port,
	};
}

static void check_key_is_the_pair_of_ends(u8 protocol, u8 flags)
{
	struct reading a_reading, b_reading;
	struct ends a, b, b_turned;
	int i;

	for (i = 0; i < 3000; i++) {
		a = random_ends(protocol);
		b = random_ends(protocol);
		if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
			a.from_port = b.from_port = a.to_port = b.to_port = 0;
		b_turned = turned(&b);
		a_reading = read_ends(&a, flags);
		b_reading = read_ends(&b, flags);
		CHECK_EQUAL(a_reading.flow.class, rfc_class_of(protocol));
		CHECK_EQUAL(a_reading.flow.port, a.to_port);
		CHECK_EQUAL(reading_same_key(&a_reading, &b_reading),
			    same_way(&a, &b) || same_way(&a, &b_turned));
		b_reading = read_ends(&(struct ends){ .protocol = protocol,
						      .from = a.to,
						      .to = a.from,
						      .from_port = a.to_port,
						      .to_port = a.from_port },
				      flags);
		CHECK(reading_same_key(&a_reading, &b_reading));
	}
}

CASE(udp_key_is_the_pair_of_ends_in_either_direction)
{
	check_key_is_the_pair_of_ends(IPPROTO_UDP, 0);
}

CASE(tcp_key_is_the_pair_of_ends_in_either_direction)
{
	check_key_is_the_pair_of_ends(IPPROTO_TCP, FRAME_SYN);
}

CASE(other_key_is_the_pair_of_addresses_in_either_direction)
{
	check_key_is_the_pair_of_ends(IPPROTO_GRE, 0);
}

static void check_every_bit_changes_the_key(struct ends ends, u32 bits)
{
	const struct reading reading = read_ends(&ends, FRAME_SYN);
	struct reading other;
	struct ends changed;
	u32 bit;

	for (bit = 0; bit < bits; bit++) {
		changed = ends;
		if (bit < 32)
			changed.from ^= 1U << bit;
		else if (bit < 64)
			changed.to ^= 1U << (bit - 32);
		else if (bit < 80)
			changed.from_port ^= 1U << (bit - 64);
		else
			changed.to_port ^= 1U << (bit - 80);
		other = read_ends(&changed, FRAME_SYN);
		CHECK(!reading_same_key(&reading, &other));
	}
}

CASE(every_bit_of_an_end_changes_the_key)
{
	struct ends ends = { IPPROTO_UDP, CLIENT, SERVER, 5000, 53 };

	check_every_bit_changes_the_key(ends, 96);
	ends.protocol = IPPROTO_TCP;
	check_every_bit_changes_the_key(ends, 96);
	ends.to = CLIENT; /* one address talks to itself */
	check_every_bit_changes_the_key(ends, 96);
	ends.protocol = IPPROTO_GRE;
	check_every_bit_changes_the_key(ends, 64);
}

CASE(tcp_and_udp_of_the_same_ends_are_two_flows)
{
	const struct ends tcp = { IPPROTO_TCP, CLIENT, SERVER, 5000, 53 };
	const struct ends udp = { IPPROTO_UDP, CLIENT, SERVER, 5000, 53 };
	const struct reading one = read_ends(&tcp, FRAME_SYN), two = read_ends(&udp, 0);

	CHECK(!reading_same_key(&one, &two));
}

CASE(nothing_behind_the_header_of_other_changes_its_key)
{
	struct ends ends = { IPPROTO_GRE, CLIENT, SERVER, 5000, 53 };
	const struct reading one = read_ends(&ends, 0);
	struct reading two;

	ends.from_port = 53;
	ends.to_port = 5000;
	two = read_ends(&ends, 0);
	CHECK(reading_same_key(&one, &two));
	two = read_ends(&(struct ends){ IPPROTO_GRE, SERVER, CLIENT, 1, 2 }, 0);
	CHECK(reading_same_key(&one, &two));
}

CASE(protocols_of_other_have_keys_of_their_own)
{
	struct reading one, two;
	u32 a, b;

	for (a = 0; a < 256; a++) {
		for (b = 0; b < a; b += 1 + b / 4) {
			if (!is_other(a) || !is_other(b))
				continue;
			start(a);
			one = read_ipv4(&frame);
			start(b);
			two = read_ipv4(&frame);
			CHECK(!reading_same_key(&one, &two));
		}
	}
}

CASE(fin_and_rst_of_either_side_close_the_flow_that_the_syn_opened)
{
	const struct ends ends = { IPPROTO_TCP, CLIENT, SERVER, 5000, 80 };
	const struct ends back = turned(&ends);
	const struct reading syn = read_ends(&ends, FRAME_SYN);
	struct reading close;

	close = read_ends(&ends, FRAME_FIN | FRAME_ACK);
	CHECK_EQUAL(close.flow.event, PACKET_CLOSES);
	CHECK(reading_same_key(&syn, &close));
	close = read_ends(&back, FRAME_RST);
	CHECK_EQUAL(close.flow.event, PACKET_CLOSES);
	CHECK(reading_same_key(&syn, &close));
}
