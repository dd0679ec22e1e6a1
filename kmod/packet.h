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
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/minmax.h>
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
 * struct flow_key - the two ends of a flow, the same for both directions
 * @lower: the address that is the smaller number as it stands in the packet
 * @upper: the other one
 * @ports: both ports, that of @lower first; for OTHER the IP protocol, twice
 *
 * TCP, UDP and OTHER are remembered apart, so the protocol need not be told
 * for those that have ports.
 */
struct flow_key {
	u32 lower;
	u32 upper;
	u32 ports;
};

/**
 * struct packet_flow - the flow of one packet
 * @event: enum packet_event
 * @class: enum packet_class
 * @port: destination port in host byte order; 0 for ICMP and OTHER
 * @key: set when @event is PACKET_OPENS_IF_NEW or PACKET_CLOSES
 */
struct packet_flow {
	u8 event;
	u8 class;
	u16 port;
	struct flow_key key;
};

extern const u8 packet_class_of_protocol[256];

struct packet packet_read_merged_ipv4(const struct sk_buff *skb);

/**
 * packet_read_ipv4() - class and size on the wire of an IPv4 packet
 * @skb: a packet at an IPv4 hook: its network header is linear and the packet
 *       is trimmed to its IP length
 */
static inline struct packet packet_read_ipv4(const struct sk_buff *skb)
{
	if (unlikely(skb_is_gso(skb)))
		return packet_read_merged_ipv4(skb);
	return (struct packet){
		.bytes = skb->len - skb_network_offset(skb),
		.segments = 1,
		.class = packet_class_of_protocol[ip_hdr(skb)->protocol],
	};
}

/* A later fragment, or a raw socket's header that says it ends in itself. */
static inline bool packet_has_transport_ipv4(const struct iphdr *iph)
{
	return !(iph->frag_off & cpu_to_be16(IP_OFFSET)) && iph->ihl >= 5;
}

static inline struct flow_key packet_make_key(const struct iphdr *iph,
					      u16 sport, u16 dport)
{
	const u32 from = (__force u32)iph->saddr;
	const u32 to = (__force u32)iph->daddr;
	const u32 ports = (u32)sport << 16 | dport;
	const u32 reversed = (u32)dport << 16 | sport;
	const bool reverse = ((u64)from << 32 | ports) >
			     ((u64)to << 32 | reversed);

	return (struct flow_key){
		.lower = min(from, to),
		.upper = max(from, to),
		.ports = reverse ? reversed : ports,
	};
}

/* It may lie outside of the linear part of the packet, or of the packet. */
static inline const void *packet_transport_ipv4(const struct iphdr *iph)
{
	return (const u8 *)iph + iph->ihl * 4;
}

static inline bool packet_tcp_is_plain(const struct tcphdr *th)
{
	return !(tcp_flag_word(th) &
		 (TCP_FLAG_SYN | TCP_FLAG_FIN | TCP_FLAG_RST));
}

/**
 * packet_is_plain_tcp_ipv4() - whether this is one of the many
 * @skb: as for packet_read_ipv4()
 *
 * Return: true only if it is TCP and opens and closes no connection. (Neither
 * does a later fragment, whatever is read here.)
 */
static __always_inline bool packet_is_plain_tcp_ipv4(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th = packet_transport_ipv4(iph);

	return iph->protocol == IPPROTO_TCP &&
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

static inline struct packet_flow
packet_flow_of_tcp(const struct iphdr *iph, const struct tcphdr *th, u32 length)
{
	struct packet_flow flow = { .class = PACKET_TCP };

	flow.event = packet_event_of_tcp(th);
	if (likely(flow.event == PACKET_PLAIN))
		return flow;
	if (th->doff < sizeof(*th) / 4 || th->doff * 4 > length)
		return (struct packet_flow){ .class = PACKET_TCP };
	flow.port = be16_to_cpu(th->dest);
	flow.key = packet_make_key(iph, be16_to_cpu(th->source), flow.port);
	return flow;
}

static inline struct packet_flow
packet_flow_of_udp(const struct iphdr *iph, const struct udphdr *uh)
{
	const u16 port = be16_to_cpu(uh->dest);

	return (struct packet_flow){
		.event = PACKET_OPENS_IF_NEW,
		.class = PACKET_UDP,
		.port = port,
		.key = packet_make_key(iph, be16_to_cpu(uh->source), port),
	};
}

static inline bool packet_is_icmp_query(u8 type)
{
	return type == ICMP_ECHO || type == ICMP_TIMESTAMP ||
	       type == ICMP_INFO_REQUEST || type == ICMP_ADDRESS;
}

/**
 * packet_flow_ipv4() - what an IPv4 packet means for connections
 * @iph: its header
 * @transport: what is behind that
 * @readable: how much of it may be read; all there is, or what the longest
 *            header takes
 * @length: how much of it there is
 *
 * Later fragments and packets whose transport header is cut short are
 * PACKET_PLAIN.
 */
static __always_inline struct packet_flow
packet_flow_ipv4(const struct iphdr *iph, const void *transport, int readable,
		 u32 length)
{
	if (!packet_has_transport_ipv4(iph))
		return (struct packet_flow){ .event = PACKET_PLAIN };

	switch (iph->protocol) {
	case IPPROTO_TCP:
		if (readable >= (int)sizeof(struct tcphdr))
			return packet_flow_of_tcp(iph, transport, length);
		break;
	case IPPROTO_UDP:
		if (readable >= (int)sizeof(struct udphdr))
			return packet_flow_of_udp(iph, transport);
		break;
	case IPPROTO_ICMP:
		if (readable >= (int)sizeof(struct icmphdr) &&
		    packet_is_icmp_query(((struct icmphdr *)transport)->type))
			return (struct packet_flow){
				.event = PACKET_OPENS,
				.class = PACKET_ICMP,
			};
		break;
	default:
		return (struct packet_flow){
			.event = PACKET_OPENS_IF_NEW,
			.class = PACKET_OTHER,
			.key = packet_make_key(iph, iph->protocol,
					       iph->protocol),
		};
	}
	return (struct packet_flow){ .event = PACKET_PLAIN };
}

/* What has to be readable before packet_flow_ipv4() can tell everything. */
#define PACKET_TRANSPORT_MAX sizeof(struct tcphdr)

/**
 * packet_read_linear_flow_ipv4() - packet_flow_ipv4() where nothing is copied
 * @skb: as for packet_read_ipv4()
 * @flow: filled in
 *
 * Return: false unless the linear part holds enough of the packet.
 */
static __always_inline bool
packet_read_linear_flow_ipv4(const struct sk_buff *skb,
			     struct packet_flow *flow)
{
	const u8 *transport = packet_transport_ipv4(ip_hdr(skb));
	const int readable = skb_tail_pointer(skb) - transport;

	if (unlikely(readable < (int)PACKET_TRANSPORT_MAX &&
		     skb_is_nonlinear(skb)))
		return false;
	*flow = packet_flow_ipv4(ip_hdr(skb), transport, readable,
				 readable + skb->data_len);
	return true;
}

struct packet_flow packet_read_flow_ipv4(const struct sk_buff *skb);

#endif /* TRAFFIC_PACKET_H */
