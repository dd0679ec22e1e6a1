/* SPDX-License-Identifier: GPL-2.0 */
/*
 * packet: the bytes of a packet to what the accounting wants to know of it.
 *
 * Knows headers and segments; does not know tables, rules or counters. Also
 * compiled for user space by test/unit. Every function here only reads the
 * skb, may run in any context, and never reads outside the packet.
 */
#ifndef TRAFFIC_PACKET_H
#define TRAFFIC_PACKET_H

#include <linux/skbuff.h>
#include <linux/types.h>

/* OTHER is 0, so that it is what a table of protocols says by default. */
enum packet_class {
	PACKET_OTHER,
	PACKET_TCP,
	PACKET_UDP,
	PACKET_ICMP,
	PACKET_CLASSES,
};

/**
 * struct packet - what one packet stands for
 * @class: enum packet_class
 * @segments: packets on the wire, at least 1
 * @bytes: IP bytes of all of them, each with its headers
 */
struct packet {
	u8 class;
	u32 segments;
	u64 bytes;
};

/* What a packet means for the memory of flows and for the connections. */
enum packet_event {
	PACKET_PLAIN,		/* nothing */
	PACKET_OPENS,		/* opens a connection by itself */
	PACKET_OPENS_IF_NEW,	/* opens one unless its flow is remembered */
	PACKET_CLOSES,		/* makes its flow forgotten */
};

/**
 * struct flow_key - the two ends of a flow, the same for both directions
 * @lower: the end with the smaller value: address << 16 | port; the IP
 *         protocol in bits 48-55
 * @upper: the other end
 *
 * TCP, UDP and OTHER are remembered apart, so that the protocol tells only
 * the flows of OTHER from one another.
 */
struct flow_key {
	u64 lower;
	u64 upper;
};

/**
 * struct packet_flow - the flow of one packet
 * @event: enum packet_event
 * @port: destination port in host byte order; 0 for ICMP and OTHER
 * @key: set when @event is PACKET_OPENS_IF_NEW or PACKET_CLOSES
 */
struct packet_flow {
	u8 event;
	u16 port;
	struct flow_key key;
};

void packet_read_ipv4(const struct sk_buff *skb, struct packet *packet);
void packet_read_flow_ipv4(const struct sk_buff *skb, enum packet_class class,
			   struct packet_flow *flow);

#endif /* TRAFFIC_PACKET_H */
