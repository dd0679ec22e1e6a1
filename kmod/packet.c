// SPDX-License-Identifier: GPL-2.0
/*
 * packet: see packet.h
 *
 * A merged packet (GRO, GSO, BIG TCP) is taken apart on paper only: how many
 * segments it stands for, and how many bytes of header each of them repeats.
 */
#include "packet.h"

#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/minmax.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

static const u8 class_of_protocol[256] = {
	[IPPROTO_TCP] = PACKET_TCP,
	[IPPROTO_UDP] = PACKET_UDP,
	[IPPROTO_ICMP] = PACKET_ICMP,
};

/*
 * Bytes from the start of the network header to the end of the innermost
 * header that every segment repeats; @thoff is where the outer transport
 * header starts, both as offsets from the network header.
 *
 * UFO repeats the IP header alone: its segments are fragments, and the UDP
 * header is part of what is cut in pieces. What a network card has merged (LRO)
 * is TCP, and says nothing in gso_type.
 */
static u32 repeated_header(const struct sk_buff *skb, u32 nhoff, u32 thoff)
{
	const unsigned int type = skb_shinfo(skb)->gso_type;
	const struct tcphdr *th;
	struct tcphdr _th;

	if (skb->encapsulation &&
	    skb_inner_transport_offset(skb) > (int)(nhoff + thoff))
		thoff = skb_inner_transport_offset(skb) - nhoff;

	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6) || !type) {
		th = skb_header_pointer(skb, nhoff + thoff, sizeof(_th), &_th);
		return th ? thoff + th->doff * 4 : thoff;
	}
	if (type & SKB_GSO_UDP_L4)
		return thoff + sizeof(struct udphdr);
	if (type & SKB_GSO_SCTP)
		return thoff + sizeof(struct sctphdr);
	return thoff;
}

static u32 frags_listed(const struct sk_buff *skb)
{
	const struct sk_buff *frag;
	u32 count = 0;

	skb_walk_frags(skb, frag)
		count++;
	return count;
}

/*
 * Segments of a merged packet with @payload bytes behind the repeated header.
 *
 * Whoever merged it knows best: a card may have merged segments of several
 * sizes. But a guest or a raw socket can say anything, or nothing.
 */
static u32 count_segments(const struct sk_buff *skb, u32 payload)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);

	if (shinfo->gso_segs && !(shinfo->gso_type & SKB_GSO_DODGY))
		return shinfo->gso_segs;
	if (shinfo->gso_size == GSO_BY_FRAGS)
		return max(frags_listed(skb), 1U);
	return max(DIV_ROUND_UP(payload, shinfo->gso_size), 1U);
}

static noinline void read_merged(const struct sk_buff *skb, u32 nhoff,
				 u32 thoff, struct packet *packet)
{
	const u32 length = skb->len - nhoff;
	const u32 header = repeated_header(skb, nhoff, thoff);

	if (header >= length)	/* forged: the stack cannot split it either */
		return;
	packet->segments = count_segments(skb, length - header);
	packet->bytes = length + (u64)(packet->segments - 1) * header;
}

/**
 * packet_read_ipv4() - class and size on the wire of an IPv4 packet
 * @skb: a packet at an IPv4 hook: its network header is linear and the packet
 *       is trimmed to its IP length
 * @packet: filled in
 */
void packet_read_ipv4(const struct sk_buff *skb, struct packet *packet)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u32 nhoff = skb_network_offset(skb);

	packet->class = class_of_protocol[iph->protocol];
	packet->segments = 1;
	packet->bytes = skb->len - nhoff;
	if (unlikely(skb_is_gso(skb)))
		read_merged(skb, nhoff, ip_hdrlen(skb), packet);
}

static void set_key(struct flow_key *key, const struct iphdr *iph, u16 sport,
		    u16 dport)
{
	const u64 from = (u64)be32_to_cpu(iph->saddr) << 16 | sport;
	const u64 to = (u64)be32_to_cpu(iph->daddr) << 16 | dport;

	key->lower = min(from, to) | (u64)iph->protocol << 48;
	key->upper = max(from, to);
}

static void read_flow_tcp(const struct sk_buff *skb, const struct iphdr *iph,
			  u32 thoff, struct packet_flow *flow)
{
	const struct tcphdr *th;
	struct tcphdr _th;

	th = skb_header_pointer(skb, thoff, sizeof(_th), &_th);
	if (!th || th->doff < sizeof(_th) / 4 || thoff + th->doff * 4 > skb->len)
		return;
	if (th->fin || th->rst)
		flow->event = PACKET_CLOSES;
	else if (th->syn && !th->ack)
		flow->event = PACKET_OPENS_IF_NEW;
	else
		return;
	flow->port = be16_to_cpu(th->dest);
	set_key(&flow->key, iph, be16_to_cpu(th->source), flow->port);
}

static void read_flow_udp(const struct sk_buff *skb, const struct iphdr *iph,
			  u32 thoff, struct packet_flow *flow)
{
	const struct udphdr *uh;
	struct udphdr _uh;

	uh = skb_header_pointer(skb, thoff, sizeof(_uh), &_uh);
	if (!uh)
		return;
	flow->event = PACKET_OPENS_IF_NEW;
	flow->port = be16_to_cpu(uh->dest);
	set_key(&flow->key, iph, be16_to_cpu(uh->source), flow->port);
}

static bool is_query(u8 icmp_type)
{
	return icmp_type == ICMP_ECHO || icmp_type == ICMP_TIMESTAMP ||
	       icmp_type == ICMP_INFO_REQUEST || icmp_type == ICMP_ADDRESS;
}

static void read_flow_icmp(const struct sk_buff *skb, u32 thoff,
			   struct packet_flow *flow)
{
	const struct icmphdr *icmph;
	struct icmphdr _icmph;

	icmph = skb_header_pointer(skb, thoff, sizeof(_icmph), &_icmph);
	if (icmph && is_query(icmph->type))
		flow->event = PACKET_OPENS;
}

/**
 * packet_read_flow_ipv4() - what an IPv4 packet means for connections
 * @skb: as for packet_read_ipv4()
 * @class: what packet_read_ipv4() said
 * @flow: filled in
 *
 * Later fragments and packets whose transport header is cut short are
 * PACKET_PLAIN. A raw socket can send an IP header length below 20: there is
 * no saying where the transport header is.
 */
void packet_read_flow_ipv4(const struct sk_buff *skb, enum packet_class class,
			   struct packet_flow *flow)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u32 thoff = skb_network_offset(skb) + ip_hdrlen(skb);

	flow->event = PACKET_PLAIN;
	flow->port = 0;
	if (iph->frag_off & cpu_to_be16(IP_OFFSET) || iph->ihl < 5)
		return;

	switch (class) {
	case PACKET_TCP:
		read_flow_tcp(skb, iph, thoff, flow);
		break;
	case PACKET_UDP:
		read_flow_udp(skb, iph, thoff, flow);
		break;
	case PACKET_ICMP:
		read_flow_icmp(skb, thoff, flow);
		break;
	default:
		flow->event = PACKET_OPENS_IF_NEW;
		set_key(&flow->key, iph, 0, 0);
	}
}
