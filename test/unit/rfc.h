/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rfc: a packet as the RFCs and the man page have it, read slowly from its plain bytes
 * and not through the structs that the tested code reads them with.
 */
#ifndef RFC_H
#define RFC_H

#include <linux/types.h>

/**
 * struct rfc_packet - what is to be said of a packet
 * @protocol: of the upper layer, or where reading ends in front of it
 * @offset: where the upper layer starts
 * @present: it starts in this packet
 * @class: enum packet_class, but PACKET_ICMP
 * @event: enum packet_event
 * @flow_class: enum packet_class; the class of the flow
 * @port: of the flow; 0 if there is none
 * @ends: of the flow, as in struct packet_flow
 */
struct rfc_packet {
	u8 protocol;
	u32 offset;
	bool present;
	u8 class;
	u8 event;
	u8 flow_class;
	u16 port;
	u32 ends;
};

struct rfc_packet rfc_read(const u8 *ip, u32 length, bool ipv6);
u8 rfc_class_of(u8 protocol);
u32 rfc_number(const u8 *bytes, u32 offset, u32 length);

#endif /* RFC_H */
