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

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <net/ip.h>

/* OTHER is 0, so that it is what a table of protocols says by default. */
enum packet_class {
	PACKET_OTHER,
	PACKET_TCP,
	PACKET_UDP,
	PACKET_ICMP,	/* for connections only; otherwise OTHER */
	PACKET_CLASSES,
};

/**
 * struct packet - what one packet stands for
 * @bytes: IP bytes on the wire, of all its segments, each with its headers
 * @segments: packets on the wire, at least 1
 * @class: enum packet_class, but PACKET_ICMP
 *
 * 16 bytes, so that it is handed over in registers.
 */
struct packet {
	u64 bytes;
	u32 segments;
	u8 class;
};

/* What a packet means for the memory of flows and for the connections. */
enum packet_event {
	PACKET_PLAIN,		/* nothing */
	PACKET_OPENS,		/* opens a connection by itself */
	PACKET_OPENS_IF_NEW,	/* opens one unless its flow is remembered */
	PACKET_CLOSES,		/* makes its flow forgotten */
};

/**
 * struct packet_header - the header of the upper layer
 * @offset: where it starts, counted from the network header
 * @protocol: which one it is; also when it is not in this packet
 * @present: it starts in this packet: neither is this a later fragment, nor is
 *           what stands in front of it cut short
 */
struct packet_header {
	u32 offset;
	u8 protocol;
	bool present;
};

/**
 * struct packet_flow - the flow of one packet
 * @event: enum packet_event
 * @class: enum packet_class
 * @port: destination port in host byte order; 0 for ICMP and OTHER
 * @ends: what tells flows between two addresses apart, set when @event is
 *        PACKET_OPENS_IF_NEW or PACKET_CLOSES: source port and destination
 *        port; for OTHER the IP protocol, twice
 *
 * TCP, UDP and OTHER are remembered apart, so the protocol need not be told for
 * those that have ports. 8 bytes, so that it is handed over in a register.
 */
struct packet_flow {
	u8 event;
	u8 class;
	u16 port;
	u32 ends;
};

extern const u8 packet_class_of_protocol[256];

struct packet_header packet_walk_header_ipv6(const struct sk_buff *skb);
struct packet packet_read_merged_ipv4(const struct sk_buff *skb,
				      struct packet_header header);
struct packet packet_read_merged_ipv6(const struct sk_buff *skb,
				      struct packet_header header);

/**
 * packet_header_ipv4() - find the upper layer of an IPv4 packet
 * @skb: a packet at an IPv4 hook: its network header is linear and the packet
 *       is trimmed to its IP length
 */
static __always_inline struct packet_header
packet_header_ipv4(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	return (struct packet_header){
		.offset = iph->ihl * 4,
		.protocol = iph->protocol,
		/* A raw socket's header may say that it ends in itself. */
		.present = !(iph->frag_off & cpu_to_be16(IP_OFFSET)) &&
			   iph->ihl >= 5,
	};
}

/**
 * packet_header_ipv6() - find the upper layer of an IPv6 packet
 * @skb: a packet at an IPv6 hook: its network header is linear and the packet
 *       is trimmed to its IP length
 */
static __always_inline struct packet_header
packet_header_ipv6(const struct sk_buff *skb)
{
	const u8 protocol = ipv6_hdr(skb)->nexthdr;

	if (likely(protocol == IPPROTO_TCP || protocol == IPPROTO_UDP))
		return (struct packet_header){
			.offset = sizeof(struct ipv6hdr),
			.protocol = protocol,
			.present = true,
		};
	return packet_walk_header_ipv6(skb);
}

static __always_inline struct packet_header
packet_header(const struct sk_buff *skb, const bool ipv6)
{
	return ipv6 ? packet_header_ipv6(skb) : packet_header_ipv4(skb);
}

/**
 * packet_read() - class and size on the wire of a packet
 * @skb: the packet
 * @header: from packet_header()
 * @ipv6: its family
 */
static inline struct packet packet_read(const struct sk_buff *skb,
					struct packet_header header,
					const bool ipv6)
{
	if (unlikely(skb_is_gso(skb)))
		return ipv6 ? packet_read_merged_ipv6(skb, header) :
			      packet_read_merged_ipv4(skb, header);
	return (struct packet){
		.bytes = skb->len - skb_network_offset(skb),
		.segments = 1,
		.class = packet_class_of_protocol[header.protocol],
	};
}

static inline bool packet_tcp_is_plain(const struct tcphdr *th)
{
	return !(tcp_flag_word(th) &
		 (TCP_FLAG_SYN | TCP_FLAG_FIN | TCP_FLAG_RST));
}

/* It may lie outside of the linear part of the packet, or of the packet. */
static inline const void *packet_transport(const struct sk_buff *skb,
					   struct packet_header header)
{
	return skb_network_header(skb) + header.offset;
}

/**
 * packet_is_plain_tcp() - whether this is one of the many
 * @skb: the packet
 * @header: from packet_header()
 *
 * Return: true only if it is TCP and opens and closes no connection. (Neither
 * does a later fragment, whatever is read here.)
 */
static __always_inline bool packet_is_plain_tcp(const struct sk_buff *skb,
						struct packet_header header)
{
	const struct tcphdr *th = packet_transport(skb, header);

	return header.protocol == IPPROTO_TCP &&
	       (u8 *)(th + 1) <= skb_tail_pointer(skb) &&
	       packet_tcp_is_plain(th);
}

static inline u8 packet_event_of_tcp(const struct tcphdr *th)
{
	if (packet_tcp_is_plain(th))
		return PACKET_PLAIN;
	if (th->fin || th->rst)
		return PACKET_CLOSES;
	return th->ack ? PACKET_PLAIN : PACKET_OPENS_IF_NEW;
}

static inline struct packet_flow packet_flow_of_tcp(const struct tcphdr *th,
						    u32 length)
{
	struct packet_flow flow = { .class = PACKET_TCP };

	flow.event = packet_event_of_tcp(th);
	if (likely(flow.event == PACKET_PLAIN))
		return flow;
	if (th->doff < sizeof(*th) / 4 || th->doff * 4 > length)
		return (struct packet_flow){ .class = PACKET_TCP };
	flow.port = be16_to_cpu(th->dest);
	flow.ends = (u32)be16_to_cpu(th->source) << 16 | flow.port;
	return flow;
}

static inline struct packet_flow packet_flow_of_udp(const struct udphdr *uh)
{
	const u16 port = be16_to_cpu(uh->dest);

	return (struct packet_flow){
		.event = PACKET_OPENS_IF_NEW,
		.class = PACKET_UDP,
		.port = port,
		.ends = (u32)be16_to_cpu(uh->source) << 16 | port,
	};
}

static inline bool packet_is_icmp_query(u8 type, const bool ipv6)
{
	if (ipv6)
		return type == ICMPV6_ECHO_REQUEST;
	return type == ICMP_ECHO || type == ICMP_TIMESTAMP ||
	       type == ICMP_INFO_REQUEST || type == ICMP_ADDRESS;
}

/* The header that ICMP of both families starts with. */
static inline struct packet_flow packet_flow_of_icmp(const struct icmphdr *ih,
						     const bool ipv6)
{
	return (struct packet_flow){
		.event = packet_is_icmp_query(ih->type, ipv6) ? PACKET_OPENS :
								PACKET_PLAIN,
		.class = PACKET_ICMP,
	};
}

static inline struct packet_flow packet_flow_of_other(u8 protocol)
{
	return (struct packet_flow){
		.event = PACKET_OPENS_IF_NEW,
		.class = PACKET_OTHER,
		.ends = (u32)protocol << 16 | protocol,
	};
}

/**
 * packet_flow() - what a packet means for connections
 * @header: from packet_header()
 * @transport: what is there
 * @readable: how much of it may be read; all there is, or what the longest
 *            header takes
 * @length: how much of it there is
 * @ipv6: the packet's family
 *
 * Later fragments and packets whose transport header is cut short are
 * PACKET_PLAIN.
 */
static __always_inline struct packet_flow
packet_flow(struct packet_header header, const void *transport, int readable,
	    u32 length, const bool ipv6)
{
	if (!header.present)
		return (struct packet_flow){ .event = PACKET_PLAIN };

	if (header.protocol == IPPROTO_TCP) {
		if (readable >= (int)sizeof(struct tcphdr))
			return packet_flow_of_tcp(transport, length);
	} else if (header.protocol == IPPROTO_UDP) {
		if (readable >= (int)sizeof(struct udphdr))
			return packet_flow_of_udp(transport);
	} else if (header.protocol == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
		if (readable >= (int)sizeof(struct icmphdr))
			return packet_flow_of_icmp(transport, ipv6);
	} else {
		return packet_flow_of_other(header.protocol);
	}
	return (struct packet_flow){ .event = PACKET_PLAIN };
}

/* What has to be readable before packet_flow() can tell everything. */
#define PACKET_TRANSPORT_MAX sizeof(struct tcphdr)

/**
 * packet_read_linear_flow() - packet_flow() where nothing is copied
 * @skb: the packet
 * @header: from packet_header()
 * @ipv6: its family
 * @flow: filled in
 *
 * Return: false unless the linear part holds enough of the packet.
 */
static __always_inline bool
packet_read_linear_flow(const struct sk_buff *skb, struct packet_header header,
			const bool ipv6, struct packet_flow *flow)
{
	const u8 *transport = packet_transport(skb, header);
	const int readable = skb_tail_pointer(skb) - transport;

	if (unlikely(readable < (int)PACKET_TRANSPORT_MAX &&
		     skb_is_nonlinear(skb)))
		return false;
	*flow = packet_flow(header, transport, readable,
			    readable + skb->data_len, ipv6);
	return true;
}

struct packet_flow packet_read_flow(const struct sk_buff *skb,
				    struct packet_header header, bool ipv6);

#endif /* TRAFFIC_PACKET_H */
