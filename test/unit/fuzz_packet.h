/* SPDX-License-Identifier: GPL-2.0 */
/* What an input of fuzz_packet begins with; fuzz_seeds.c writes such inputs. */
#ifndef FUZZ_PACKET_H
#define FUZZ_PACKET_H

#include <linux/types.h>

/**
 * struct fuzz_head - layout and metadata of the packet that follows
 * @gso_type: as in the skb
 * @gso_size: as in the skb
 * @gso_segs: as in the skb
 * @linear: bytes behind the IP header that are linear
 * @listed: bytes of the end that are in the list of skbs
 * @inner_network: offset from the link layer
 * @inner_transport: the same
 * @link: bytes of link layer, in units of 8
 * @pieces: in how many fragments and list entries the rest is cut
 * @encapsulation: bit 0 as in the skb
 * @ipv6: bit 0: the packet's family
 */
struct fuzz_head {
	u32 gso_type;
	u16 gso_size;
	u16 gso_segs;
	u16 linear;
	u16 listed;
	u16 inner_network;
	u16 inner_transport;
	u8 link;
	u8 pieces;
	u8 encapsulation;
	u8 ipv6;
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* FUZZ_PACKET_H */
