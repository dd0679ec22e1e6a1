// SPDX-License-Identifier: GPL-2.0
/*
 * packet: see packet.h
 *
 * A merged packet (GRO, GSO, BIG TCP) is taken apart on paper only: how many
 * segments it stands for, and how many bytes of header each of them repeats.
 */
#include "packet.h"

#include <linux/minmax.h>
#include <linux/sctp.h>
#include <net/ipv6.h>

const u8 packet_class_of_protocol[256] = {
	[IPPROTO_TCP] = PACKET_TCP,
	[IPPROTO_UDP] = PACKET_UDP,
};

/* No kernel makes a chain so long; whoever does shall not keep a CPU busy. */
#define EXTENSIONS_MAX 32

/* AH stands in the chain as well; behind ESP nobody sees anything. */
static bool is_extension(u8 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_FRAGMENT || protocol == IPPROTO_DSTOPTS ||
	       protocol == IPPROTO_AH;
}

/* Every extension starts with its successor and its length. */
static u32 extension_length(u8 protocol, const struct ipv6_opt_hdr *opt)
{
	if (protocol == IPPROTO_FRAGMENT)
		return sizeof(struct frag_hdr);
	if (protocol == IPPROTO_AH)
		return (opt->hdrlen + 2) * 4;	/* RFC 4302 2.2 */
	return (opt->hdrlen + 1) * 8;		/* RFC 8200 4.3 to 4.6 */
}

/* The whole of its header is in the packet already. */
static bool is_later_fragment(u8 protocol, const struct ipv6_opt_hdr *opt)
{
	const struct frag_hdr *fragment = (const void *)opt;

	return protocol == IPPROTO_FRAGMENT &&
	       fragment->frag_off & cpu_to_be16(IP6_OFFSET);
}

/**
 * packet_walk_header_ipv6() - packet_header_ipv6() behind any extensions
 * @skb: as there
 *
 * What stands behind the first part of a fragment is not in the later ones: of
 * them nothing but what the fragment header names is known.
 */
struct packet_header packet_walk_header_ipv6(const struct sk_buff *skb)
{
	const u32 nhoff = skb_network_offset(skb);
	const u32 length = skb->len - nhoff;
	struct packet_header header = {
		.offset = sizeof(struct ipv6hdr),
		.protocol = ipv6_hdr(skb)->nexthdr,
	};
	const struct ipv6_opt_hdr *opt;
	struct frag_hdr copy;
	unsigned int i;
	u32 room;

	for (i = 0; is_extension(header.protocol); i++) {
		room = header.protocol == IPPROTO_FRAGMENT ? sizeof(copy) :
							     sizeof(*opt);
		opt = skb_header_pointer(skb, nhoff + header.offset, room,
					 &copy);
		if (!opt || i == EXTENSIONS_MAX)
			return header;
		header.offset += extension_length(header.protocol, opt);
		if (is_later_fragment(header.protocol, opt)) {
			header.protocol = opt->nexthdr;
			return header;
		}
		header.protocol = opt->nexthdr;
	}
	header.present = header.offset <= length;
	return header;
}

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

/* The fragments that UFO makes of IPv6 get a header that is not there yet. */
static u32 fragment_header(const struct sk_buff *skb)
{
	const int offset = skb->encapsulation ? skb_inner_network_offset(skb) :
						skb_network_offset(skb);
	const u8 *version;
	u8 copy;

	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_UDP) || offset < 0)
		return 0;
	version = skb_header_pointer(skb, offset, sizeof(copy), &copy);
	return version && *version >> 4 == 6 ? sizeof(struct frag_hdr) : 0;
}

static struct packet read_merged(const struct sk_buff *skb, u32 thoff,
				 u8 protocol)
{
	const u32 nhoff = skb_network_offset(skb);
	const u32 length = skb->len - nhoff;
	const u32 header = repeated_header(skb, nhoff, thoff);
	u32 segments = 1, added = 0;

	if (header < length)	/* or forged: the stack cannot split it either */
		segments = count_segments(skb, length - header);
	if (segments > 1)
		added = fragment_header(skb);
	return (struct packet){
		.bytes = length + (u64)(segments - 1) * header +
			 (u64)segments * added,
		.segments = segments,
		.class = packet_class_of_protocol[protocol],
	};
}

/**
 * packet_read_merged_ipv4() - packet_read() of a packet for many
 * @skb: a packet that segmentation offload is to split, or has put together
 * @header: from packet_header_ipv4()
 */
struct packet packet_read_merged_ipv4(const struct sk_buff *skb,
				      struct packet_header header)
{
	return read_merged(skb, header.offset, header.protocol);
}

/*
 * Up to 6.18 or so the kernel puts a hop-by-hop header into a packet of BIG TCP,
 * to say that its length does not fit the IPv6 header, and takes it out again
 * before anybody else sees it (RFC 2675 has its form).
 */
static u32 kernels_own_header(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct {
		struct ipv6_opt_hdr opt;
		u8 type, length;
	} *jumbo, copy;

	if (ip6h->payload_len || ip6h->nexthdr != IPPROTO_HOPOPTS)
		return 0;
	jumbo = skb_header_pointer(skb, skb_network_offset(skb) + sizeof(*ip6h),
				   sizeof(copy), &copy);
	if (!jumbo || jumbo->opt.nexthdr != IPPROTO_TCP || jumbo->opt.hdrlen ||
	    jumbo->type != IPV6_TLV_JUMBO)
		return 0;
	return ipv6_optlen(&jumbo->opt);
}

/**
 * packet_read_merged_ipv6() - packet_read() of a packet for many
 * @skb: a packet that segmentation offload is to split, or has put together
 * @header: from packet_header_ipv6()
 */
struct packet packet_read_merged_ipv6(const struct sk_buff *skb,
				      struct packet_header header)
{
	struct packet packet = read_merged(skb, header.offset, header.protocol);

	packet.bytes -= (u64)packet.segments * kernels_own_header(skb);
	return packet;
}

/**
 * packet_read_flow() - packet_flow() of any packet
 * @skb: the packet
 * @header: from packet_header()
 * @ipv6: its family
 */
struct packet_flow packet_read_flow(const struct sk_buff *skb,
				    struct packet_header header, bool ipv6)
{
	const int thoff = skb_network_offset(skb) + header.offset;
	const int length = (int)skb->len - thoff;
	u8 copy[PACKET_TRANSPORT_MAX];
	const int readable = min_t(int, length, sizeof(copy));
	const void *transport;

	transport = skb_header_pointer(skb, thoff, readable, copy);
	return packet_flow(header, transport, transport ? readable : 0, length,
			   ipv6);
}
