// SPDX-License-Identifier: GPL-2.0
/*
 * What an IPv6 packet is (class) and means for connections (event, port, key):
 * the promises of "What is counted" that packet.c keeps. Each reading is held
 * against rfc.c as well, see reading.c.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <string.h>
#include "frame.h"
#include "harness.h"
#include "random_number.h"
#include "reading.h"
#include "rfc.h"
#include "skb_build.h"

#define CLIENT_PORT 49152
#define SERVER_PORT 443

#define HEADERS_MAX 32 /* in a chain (man page, IPv6) */

static const u8 extensions[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_AH,
				 IPPROTO_DSTOPTS };

#define EXTENSIONS sizeof(extensions)

static const struct frame_ipv6 client_to_server = {
	.from = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
	.to = { 0x20, 1, 0xd, 0xb8, 0, 1, [15] = 2 },
};

static struct frame frame;

static void start(u8 next)
{
	struct frame_ipv6 fields = client_to_server;

	fields.next = next;
	frame.length = 0;
	frame_add_ipv6(&frame, &fields);
}

/* An atomic fragment, where it is one. */
static void add_extension(u8 extension, u8 next, u8 length)
{
	if (extension == IPPROTO_FRAGMENT)
		frame_add_fragment(&frame, next, 0);
	else if (extension == IPPROTO_AH)
		frame_add_ah(&frame, next, length);
	else
		frame_add_extension(&frame, next, length);
}

/* Of one kind each, or of a random one. */
static void start_chain(u32 headers, const u8 *kind, u8 length, u8 protocol)
{
	u8 extension = protocol, next;

	start(protocol);
	if (headers)
		extension = kind ? *kind : extensions[random_number() % EXTENSIONS];
	frame.bytes[6] = extension;
	while (headers--) {
		next = kind ? *kind : extensions[random_number() % EXTENSIONS];
		if (!headers)
			next = protocol;
		add_extension(extension, next, length ? random_number() % (length + 1U) : 0);
		extension = next;
	}
}

static void add_transport(u8 protocol)
{
	if (protocol == IPPROTO_TCP)
		frame_add_tcp(&frame, CLIENT_PORT, SERVER_PORT, FRAME_SYN, 0);
	else if (protocol == IPPROTO_UDP)
		frame_add_udp(&frame, CLIENT_PORT, SERVER_PORT);
	else
		frame_add_icmp(&frame, 128);
}

static bool is_extension(u8 protocol)
{
	return memchr(extensions, protocol, EXTENSIONS);
}

static void check_opens(const struct reading *reading, u8 protocol)
{
	const u8 class = protocol == IPPROTO_ICMPV6 ? PACKET_ICMP : rfc_class_of(protocol);
	const bool has_ports = class == PACKET_TCP || class == PACKET_UDP;

	CHECK_EQUAL(reading->packet.class, rfc_class_of(protocol));
	CHECK_EQUAL(reading->flow.class, class);
	CHECK_EQUAL(reading->flow.event, class == PACKET_ICMP ? PACKET_OPENS : PACKET_OPENS_IF_NEW);
	CHECK_EQUAL(reading->flow.port, has_ports ? SERVER_PORT : 0);
}

CASE(ipv6_class_goes_by_the_next_header)
{
	struct reading reading;
	u32 protocol;

	for (protocol = 0; protocol < 256; protocol++) {
		start(protocol);
		frame_add_random(&frame, 40);
		if (is_extension(protocol))
			frame.bytes[40] = IPPROTO_NONE;
		reading = read_ipv6(&frame);
		CHECK_EQUAL(reading.packet.class, rfc_class_of(protocol));
		CHECK_EQUAL(reading.packet.segments, 1);
		CHECK_EQUAL(reading.packet.bytes, 80);
	}
}

CASE(ipv6_bytes_are_the_header_and_all_behind_it)
{
	struct reading reading;
	u32 length;

	for (length = 0; length < 1500; length += 1 + length / 3) {
		start(IPPROTO_UDP);
		frame_add_random(&frame, length);
		reading = read_ipv6(&frame);
		CHECK_EQUAL(reading.packet.bytes, 40 + length);
		start(IPPROTO_DSTOPTS);
		frame_add_extension(&frame, IPPROTO_UDP, 3);
		frame_add_random(&frame, length);
		reading = read_ipv6(&frame);
		CHECK_EQUAL(reading.packet.bytes, 40 + 32 + length);
	}
}

static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6, IPPROTO_GRE,
				IPPROTO_ESP };

CASE(upper_layer_is_found_behind_extensions_of_any_order_and_number)
{
	struct reading bare, reading;
	u32 i, headers, round;

	for (i = 0; i < sizeof(protocols); i++) {
		start(protocols[i]);
		add_transport(protocols[i]);
		bare = read_ipv6(&frame);
		for (headers = 0; headers <= 8; headers++) {
			for (round = 0; round < 20; round++) {
				start_chain(headers, NULL, 3, protocols[i]);
				add_transport(protocols[i]);
				reading = read_ipv6(&frame);
				check_opens(&reading, protocols[i]);
				CHECK(reading_same_key(&reading, &bare));
			}
		}
	}
}

CASE(chain_is_read_to_32_headers_and_no_further)
{
	struct reading reading;
	u32 kind, i, headers;

	for (kind = 0; kind <= EXTENSIONS; kind++) {
		const u8 *of_kind = kind < EXTENSIONS ? &extensions[kind] : NULL;

		for (i = 0; i < sizeof(protocols); i++) {
			for (headers = HEADERS_MAX - 1; headers <= HEADERS_MAX + 2; headers++) {
				start_chain(headers, of_kind, 0, protocols[i]);
				add_transport(protocols[i]);
				reading = read_ipv6(&frame);
				if (headers <= HEADERS_MAX) {
					check_opens(&reading, protocols[i]);
					continue;
				}
				CHECK_EQUAL(reading.packet.class, PACKET_OTHER);
				reading_check_opens_nothing(&reading);
			}
		}
	}
}

/* Longer than any header of the chain's may have made it look. */
CASE(chain_of_the_longest_headers_is_read)
{
	struct reading reading;
	struct sk_buff *skb;
	u32 headers, i;

	for (headers = 1; headers <= HEADERS_MAX; headers++) {
		start(IPPROTO_DSTOPTS);
		for (i = 1; i <= headers; i++)
			frame_add_extension(&frame, i < headers ? IPPROTO_DSTOPTS : IPPROTO_TCP,
					    255);
		add_transport(IPPROTO_TCP);
		skb = skb_build(frame.bytes, frame.length, 40, 3);
		reading = read_skb(skb, true);
		CHECK_EQUAL(reading.packet.bytes, 40 + 2048 * headers + 20);
		check_opens(&reading, IPPROTO_TCP);
		skb_free(skb);
	}
}

/* RFC 8200 counts in 8 bytes without the first, RFC 4302 in 4 without two. */
CASE(every_length_of_an_extension_is_where_the_next_header_starts)
{
	struct reading reading;
	struct sk_buff *skb;
	u32 kind, length;

	for (kind = 0; kind < EXTENSIONS; kind++) {
		for (length = 0; length < 256; length++) {
			start(extensions[kind]);
			add_extension(extensions[kind], IPPROTO_UDP, length);
			add_transport(IPPROTO_UDP);
			skb = skb_build(frame.bytes, frame.length, 40 + length % 9, 2);
			reading = read_skb(skb, true);
			check_opens(&reading, IPPROTO_UDP);
			skb_free(skb);
		}
	}
}

/* The length field of a fragment header is reserved. */
CASE(reserved_bits_of_a_fragment_header_mean_nothing)
{
	struct reading reading;
	u32 reserved;

	for (reserved = 0; reserved < 256; reserved++) {
		start(IPPROTO_FRAGMENT);
		frame_add_fragment(&frame, IPPROTO_TCP, reserved & 6);
		frame.bytes[41] = reserved;
		add_transport(IPPROTO_TCP);
		reading = read_ipv6(&frame);
		check_opens(&reading, IPPROTO_TCP);
	}
}

/* Its class is known as soon as the header in front of it says it. */
static void check_cut(u32 known, u32 whole)
{
	const u32 full = frame.length;
	struct reading reading;

	for (frame.length = 40; frame.length <= full; frame.length++) {
		reading = read_ipv6(&frame);
		CHECK_EQUAL(reading.packet.bytes, frame.length);
		CHECK_EQUAL(reading.packet.class, frame.length < known ? PACKET_OTHER : PACKET_TCP);
		if (frame.length < whole)
			reading_check_opens_nothing(&reading);
		else
			check_opens(&reading, IPPROTO_TCP);
	}
	frame.length = full;
}

CASE(chain_cut_short_anywhere_opens_nothing)
{
	u32 headers, last, kind;

	for (headers = 1; headers <= 5; headers++) {
		for (kind = 0; kind < EXTENSIONS; kind++) {
			start_chain(headers, NULL, 2, extensions[kind]);
			last = frame.length;
			add_extension(extensions[kind], IPPROTO_TCP, 2);
			add_transport(IPPROTO_TCP);
			check_cut(last + (extensions[kind] == IPPROTO_FRAGMENT ? 8 : 2),
				  frame.length);
		}
	}
}

CASE(extension_that_says_it_is_longer_than_the_packet_opens_nothing)
{
	struct reading reading;
	u32 kind, i;

	for (kind = 0; kind < EXTENSIONS; kind++) {
		if (extensions[kind] == IPPROTO_FRAGMENT)
			continue;
		for (i = 0; i < sizeof(protocols); i++) {
			start(extensions[kind]);
			add_extension(extensions[kind], protocols[i], 4);
			add_transport(protocols[i]);
			frame.bytes[41] = 255;
			reading = read_ipv6(&frame);
			CHECK_EQUAL(reading.packet.class, rfc_class_of(protocols[i]));
			reading_check_opens_nothing(&reading);
		}
	}
}

CASE(ipv6_transport_header_cut_short_opens_nothing)
{
	static const u32 lengths[] = { 20, 8, 8 };
	struct reading reading;
	u32 i, length, extension;

	for (i = 0; i < 3; i++) {
		for (extension = 0; extension < 2; extension++) {
			for (length = 0; length <= lengths[i]; length++) {
				start_chain(extension, NULL, 0, protocols[i]);
				add_transport(protocols[i]);
				frame.length -= lengths[i] - length;
				reading = read_ipv6(&frame);
				CHECK_EQUAL(reading.packet.class, rfc_class_of(protocols[i]));
				if (length < lengths[i])
					reading_check_opens_nothing(&reading);
				else
					check_opens(&reading, protocols[i]);
			}
		}
	}
}

CASE(later_fragments_of_ipv6_belong_to_the_protocol_they_name_and_open_nothing)
{
	static const u16 offsets[] = { 8, 1448, 0x8000, 0xfff8 };
	struct reading reading;
	u32 protocol, i, headers;

	for (protocol = 0; protocol < 256; protocol++) {
		for (i = 0; i < 16; i++) {
			headers = i / 8;
			start_chain(headers, NULL, 1, IPPROTO_FRAGMENT);
			frame_add_fragment(&frame, protocol,
					   offsets[i % 4] | (i / 4 % 2 ? FRAME_IPV6_MORE : 0));
			/* Looks like a SYN, behind an extension like one as well. */
			frame_add_tcp(&frame, IPPROTO_TCP << 8, 80, FRAME_SYN, 0);
			frame_add_tcp(&frame, CLIENT_PORT, SERVER_PORT, FRAME_SYN, 0);
			reading = read_ipv6(&frame);
			CHECK_EQUAL(reading.packet.class, rfc_class_of(protocol));
			reading_check_opens_nothing(&reading);
		}
	}
}

CASE(first_fragments_of_ipv6_open_like_whole_packets)
{
	struct reading bare, reading;
	u32 i, headers;

	for (i = 0; i < sizeof(protocols); i++) {
		start(protocols[i]);
		add_transport(protocols[i]);
		bare = read_ipv6(&frame);
		for (headers = 0; headers < 4; headers++) {
			start_chain(headers, NULL, 1, IPPROTO_FRAGMENT);
			frame_add_fragment(&frame, protocols[i], FRAME_IPV6_MORE);
			add_transport(protocols[i]);
			frame_add_random(&frame, 64);
			reading = read_ipv6(&frame);
			check_opens(&reading, protocols[i]);
			CHECK(reading_same_key(&reading, &bare));
		}
	}
}

/* A fragment within a fragment: the inner one is in nobody's first part. */
CASE(later_fragment_in_a_first_one_opens_nothing)
{
	struct reading reading;

	start(IPPROTO_FRAGMENT);
	frame_add_fragment(&frame, IPPROTO_FRAGMENT, FRAME_IPV6_MORE);
	frame_add_fragment(&frame, IPPROTO_UDP, 64);
	add_transport(IPPROTO_UDP);
	reading = read_ipv6(&frame);
	CHECK_EQUAL(reading.packet.class, PACKET_UDP);
	reading_check_opens_nothing(&reading);
}

CASE(echo_request_alone_of_all_types_of_icmpv6_opens)
{
	struct reading reading;
	u32 type;

	for (type = 0; type < 256; type++) {
		start(IPPROTO_ICMPV6);
		frame_add_icmp(&frame, type);
		reading = read_ipv6(&frame);
		CHECK_EQUAL(reading.packet.class, PACKET_OTHER);
		if (type == 128)
			check_opens(&reading, IPPROTO_ICMPV6);
		else
			reading_check_opens_nothing(&reading);
	}
}

CASE(icmp_of_the_other_family_is_other)
{
	const struct frame_ipv4 ipv4 = { .protocol = IPPROTO_ICMPV6 };
	struct reading reading;
	u32 type;

	for (type = 0; type < 256; type++) {
		start(IPPROTO_ICMP);
		frame_add_icmp(&frame, type);
		reading = read_ipv6(&frame);
		CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
		CHECK_EQUAL(reading.flow.class, PACKET_OTHER);
		frame.length = 0;
		frame_add_ipv4(&frame, &ipv4);
		frame_add_icmp(&frame, type);
		reading = read_ipv4(&frame);
		CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
		CHECK_EQUAL(reading.flow.class, PACKET_OTHER);
	}
}

/* ESP, No Next Header, mobility and the like among them. */
CASE(other_protocols_of_ipv6_open_by_their_number_under_port_0)
{
	struct reading reading, first = {};
	u32 protocol, length;

	for (protocol = 0; protocol < 256; protocol++) {
		if (is_extension(protocol) || protocol == IPPROTO_ICMPV6 ||
		    rfc_class_of(protocol) != PACKET_OTHER)
			continue;
		for (length = 0; length <= 40; length += 8) {
			start(protocol);
			frame_add_random(&frame, length);
			reading = read_ipv6(&frame);
			CHECK_EQUAL(reading.flow.event, PACKET_OPENS_IF_NEW);
			CHECK_EQUAL(reading.flow.class, PACKET_OTHER);
			CHECK_EQUAL(reading.flow.port, 0);
			if (length)
				CHECK(reading_same_key(&reading, &first));
			else
				CHECK(!reading_same_key(&reading, &first));
			first = reading;
		}
	}
}

/* Addresses of few values, so that equal words and equal ends happen. */
static struct frame_ipv6 random_ends(u8 next)
{
	struct frame_ipv6 fields = { .next = next };
	u32 word;

	for (word = 0; word < 16; word += 4) {
		fields.from[word + random_number() % 4] = random_number() % 5 / 4 * 255;
		fields.to[word + random_number() % 4] = random_number() % 5 / 4 * 255;
	}
	return fields;
}

static struct reading read_ends(const struct frame_ipv6 *fields, u16 from_port, u16 to_port)
{
	struct reading reading;
	struct sk_buff *skb;

	frame.length = 0;
	frame_add_ipv6(&frame, fields);
	if (fields->next == IPPROTO_TCP)
		frame_add_tcp(&frame, from_port, to_port, FRAME_SYN, 0);
	else
		frame_add_udp(&frame, from_port, to_port);
	skb = skb_build(frame.bytes, frame.length, frame.length, 1);
	reading = read_skb(skb, true);
	skb_free(skb);
	return reading;
}

static bool same(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, 16);
}

static void check_key_is_the_pair_of_ends(u8 protocol)
{
	struct reading one, two, back;
	struct frame_ipv6 a, b, turned;
	u16 from_port, to_port;
	u32 i;

	for (i = 0; i < 20000; i++) {
		a = random_ends(protocol);
		b = i % 3 ? random_ends(protocol) : a;
		from_port = protocol == IPPROTO_GRE ? 0 : random_number() % 2;
		to_port = protocol == IPPROTO_GRE ? 0 : random_number() % 2;
		turned = a;
		memcpy(turned.from, a.to, 16);
		memcpy(turned.to, a.from, 16);
		one = read_ends(&a, from_port, to_port);
		back = read_ends(&turned, to_port, from_port);
		CHECK(reading_same_key(&one, &back));
		two = read_ends(&b, 0, to_port);
		CHECK_EQUAL(reading_same_key(&one, &two),
			    (same(a.from, b.from) && same(a.to, b.to) && !from_port) ||
				    (same(a.from, b.to) && same(a.to, b.from) && !to_port &&
				     from_port == to_port));
	}
}

CASE(ipv6_key_is_the_pair_of_ends_in_either_direction)
{
	check_key_is_the_pair_of_ends(IPPROTO_TCP);
	check_key_is_the_pair_of_ends(IPPROTO_UDP);
	check_key_is_the_pair_of_ends(IPPROTO_GRE);
}

static void check_every_bit_changes_the_key(struct frame_ipv6 fields)
{
	const struct reading reading = read_ends(&fields, 5000, 53);
	struct frame_ipv6 changed;
	struct reading other;
	u32 bit;

	for (bit = 0; bit < 256 + 32; bit++) {
		u32 ports = 5000 << 16 | 53;

		changed = fields;
		if (bit < 128)
			changed.from[bit / 8] ^= 1 << bit % 8;
		else if (bit < 256)
			changed.to[bit / 8 - 16] ^= 1 << bit % 8;
		else
			ports ^= 1U << (bit - 256);
		other = read_ends(&changed, ports >> 16, ports & 0xffff);
		CHECK_EQUAL(reading_same_key(&reading, &other),
			    fields.next == IPPROTO_GRE && bit >= 256);
	}
}

CASE(every_bit_of_an_end_changes_the_key_of_ipv6)
{
	struct frame_ipv6 fields = client_to_server;

	fields.next = IPPROTO_TCP;
	check_every_bit_changes_the_key(fields);
	fields.next = IPPROTO_UDP;
	check_every_bit_changes_the_key(fields);
	fields.next = IPPROTO_GRE;
	check_every_bit_changes_the_key(fields);
	memcpy(fields.to, fields.from, 16); /* one address talks to itself */
	check_every_bit_changes_the_key(fields);
	fields.next = IPPROTO_TCP;
	check_every_bit_changes_the_key(fields);
}

CASE(random_packets_of_ipv6_are_read_as_the_rfcs_say)
{
	u32 i, byte;

	for (i = 0; i < 3000; i++) {
		frame.length = 0;
		frame_add_random(&frame, 40 + random_number() % 120);
		/* Else hardly one has a chain. */
		frame.bytes[6] = extensions[random_number() % EXTENSIONS];
		for (byte = 40; byte + 1 < frame.length; byte += 8) {
			if (random_number() % 8)
				frame.bytes[byte] = extensions[random_number() % EXTENSIONS];
			if (random_number() % 8)
				frame.bytes[byte + 1] = 0;
			if (random_number() % 4)
				frame.bytes[byte + 2] = frame.bytes[byte + 3] = 0;
		}
		read_ipv6(&frame);
	}
}

CASE(plain_tcp_of_ipv6_is_seen_by_its_flags_when_its_header_is_linear)
{
	u32 flags, headers, head, transport;
	struct reading reading;
	struct sk_buff *skb;

	for (flags = 0; flags < 64; flags++) {
		for (headers = 0; headers < 3; headers++) {
			start_chain(headers, NULL, 1, IPPROTO_TCP);
			transport = frame.length;
			frame_add_tcp(&frame, CLIENT_PORT, SERVER_PORT, flags, 0);
			for (head = 40; head <= frame.length; head++) {
				skb = skb_build(frame.bytes, frame.length, head, 1);
				reading = read_skb(skb, true);
				CHECK_EQUAL(reading.plain_tcp,
					    !(flags & (FRAME_SYN | FRAME_FIN | FRAME_RST)) &&
						    head >= transport + 20);
				skb_free(skb);
			}
		}
	}
}

CASE(linear_part_is_enough_when_it_holds_20_bytes_behind_the_chain)
{
	u32 headers, head, transport;
	struct packet_flow flow;
	struct sk_buff *skb;

	for (headers = 0; headers < 6; headers++) {
		start_chain(headers, NULL, 2, IPPROTO_TCP);
		transport = frame.length;
		frame_add_tcp(&frame, CLIENT_PORT, SERVER_PORT, FRAME_SYN, 0);
		for (head = 40; head <= frame.length; head++) {
			skb = skb_build(frame.bytes, frame.length, head, 2);
			CHECK_EQUAL(
				packet_read_linear_flow(skb, packet_header(skb, true), true, &flow),
				head >= transport + 20);
			skb_free(skb);
		}
	}
}
