// SPDX-License-Identifier: GPL-2.0
/* rfc: see rfc.h */
#include "rfc.h"

#include <string.h>
#include "packet.h"

/* The chain is bounded (man page, IPv6). */
#define HEADERS_MAX 32

/* The number of @length bytes in network byte order at @offset. */
u32 rfc_number(const u8 *bytes, u32 offset, u32 length)
{
	u32 number = 0;

	while (length--)
		number = number << 8 | bytes[offset++];
	return number;
}

/* RFC 791 3.1; a header that is shorter than itself has nothing behind it. */
static void find_upper_layer_ipv4(const u8 *ip, struct rfc_packet *packet)
{
	packet->protocol = ip[9];
	packet->offset = (ip[0] & 15) * 4;
	packet->present = packet->offset >= 20 && !(rfc_number(ip, 6, 2) & 0x1fff);
}

/* RFC 8200 4; authentication from RFC 4302 3.1.1. */
static bool is_extension(u8 protocol)
{
	static const u8 extensions[] = { 0, 43, 44, 51, 60 };

	return memchr(extensions, protocol, sizeof(extensions));
}

/*
 * RFC 8200 4.2 and 4.4 count units of 8 bytes without the first one, RFC 4302 2.2
 * those of 4 bytes without two; RFC 8200 4.5 has no length.
 */
static u32 length_of_extension(u8 protocol, const u8 *extension)
{
	switch (protocol) {
	case 44:
		return 8;
	case 51:
		return 8 + 4 * extension[1];
	default:
		return 8 + 8 * extension[1];
	}
}

static void find_upper_layer_ipv6(const u8 *ip, u32 length, struct rfc_packet *packet)
{
	const u8 *extension;
	u32 headers = 0;
	u8 protocol;

	packet->protocol = ip[6];
	packet->offset = 40;
	while (is_extension(packet->protocol)) {
		protocol = packet->protocol;
		if (++headers > HEADERS_MAX || packet->offset + (protocol == 44 ? 8 : 2) > length)
			return;
		extension = ip + packet->offset;
		packet->protocol = extension[0];
		packet->offset += length_of_extension(protocol, extension);
		if (protocol == 44 && rfc_number(extension, 2, 2) >> 3)
			return;
	}
	packet->present = packet->offset <= length;
}

/* enum packet_class of a protocol, but PACKET_ICMP. */
u8 rfc_class_of(u8 protocol)
{
	switch (protocol) {
	case 6:
		return PACKET_TCP;
	case 17:
		return PACKET_UDP;
	default:
		return PACKET_OTHER;
	}
}

static bool is_icmp(u8 protocol, bool ipv6)
{
	return protocol == (ipv6 ? 58 : 1);
}

/* RFC 9293 3.1 */
static u8 event_of_tcp(const u8 *tcp, u32 length)
{
	if (length < 20 || tcp[12] >> 4 < 5 || length < (tcp[12] >> 4) * 4U)
		return PACKET_PLAIN;
	if (tcp[13] & 5)
		return PACKET_CLOSES;
	return (tcp[13] & 0x12) == 2 ? PACKET_OPENS_IF_NEW : PACKET_PLAIN;
}

/* RFC 792, RFC 950; RFC 4443 4.1 */
static u8 event_of_icmp(const u8 *icmp, u32 length, bool ipv6)
{
	static const u8 queries[] = { 8, 13, 15, 17 };

	if (length < 8)
		return PACKET_PLAIN;
	if (ipv6)
		return icmp[0] == 128 ? PACKET_OPENS : PACKET_PLAIN;
	return memchr(queries, icmp[0], sizeof(queries)) ? PACKET_OPENS : PACKET_PLAIN;
}

static u8 event_of(const u8 *ip, u32 length, bool ipv6, const struct rfc_packet *packet)
{
	const u32 behind = length > packet->offset ? length - packet->offset : 0;
	const u8 *upper = ip + packet->offset;

	if (!packet->present)
		return PACKET_PLAIN;
	if (packet->class == PACKET_TCP)
		return event_of_tcp(upper, behind);
	if (packet->class == PACKET_UDP)
		return behind < 8 ? PACKET_PLAIN : PACKET_OPENS_IF_NEW;
	if (is_icmp(packet->protocol, ipv6))
		return event_of_icmp(upper, behind, ipv6);
	return PACKET_OPENS_IF_NEW;
}

struct rfc_packet rfc_read(const u8 *ip, u32 length, bool ipv6)
{
	struct rfc_packet packet = {};

	if (ipv6)
		find_upper_layer_ipv6(ip, length, &packet);
	else
		find_upper_layer_ipv4(ip, &packet);
	packet.class = rfc_class_of(packet.protocol);
	packet.event = event_of(ip, length, ipv6, &packet);
	packet.flow_class = is_icmp(packet.protocol, ipv6) ? PACKET_ICMP : packet.class;
	if (packet.event != PACKET_OPENS_IF_NEW && packet.event != PACKET_CLOSES)
		return packet;
	if (packet.class == PACKET_OTHER) {
		packet.ends = packet.protocol * 0x10001U;
		return packet;
	}
	packet.port = rfc_number(ip, packet.offset + 2, 2);
	packet.ends = rfc_number(ip, packet.offset, 4);
	return packet;
}
