// SPDX-License-Identifier: GPL-2.0
/*
 * packet: see packet.h
 *
 * A merged packet (GRO, GSO, BIG TCP) is taken apart on paper only: how many
 * segments it stands for, and how many bytes of header each of them repeats.
 */
#include "packet.h"

#include <linux/sctp.h>

const u8 packet_class_of_protocol[256] = {
	[IPPROTO_TCP] = PACKET_TCP,
	[IPPROTO_UDP] = PACKET_UDP,
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

/**
 * packet_read_merged_ipv4() - packet_read_ipv4() of a packet for many
 * @skb: a packet that segmentation offload is to split, or has put together
 */
struct packet packet_read_merged_ipv4(const struct sk_buff *skb)
{
	const u32 nhoff = skb_network_offset(skb);
	const u32 length = skb->len - nhoff;
	const u32 header = repeated_header(skb, nhoff, ip_hdrlen(skb));
	u32 segments = 1;

	if (header < length)	/* or forged: the stack cannot split it either */
		segments = count_segments(skb, length - header);
	return (struct packet){
		.bytes = length + (u64)(segments - 1) * header,
		.segments = segments,
		.class = packet_class_of_protocol[ip_hdr(skb)->protocol],
	};
}

/**
 * packet_read_flow_ipv4() - packet_flow_ipv4() of any packet
 * @skb: as for packet_read_ipv4()
 */
struct packet_flow packet_read_flow_ipv4(const struct sk_buff *skb)
{
	const int thoff = skb_network_offset(skb) + ip_hdrlen(skb);
	const int length = (int)skb->len - thoff;
	u8 copy[PACKET_TRANSPORT_MAX];
	const int readable = min_t(int, length, sizeof(copy));
	const void *transport;

	transport = skb_header_pointer(skb, thoff, readable, copy);
	return packet_flow_ipv4(ip_hdr(skb), transport,
				transport ? readable : 0, length);
}
