/* SPDX-License-Identifier: GPL-2.0 */
/* reading: what packet.c and packet.h say of a packet's bytes, in every layout. */
#ifndef READING_H
#define READING_H

#include "frame.h"
#include "packet.h"

/**
 * struct reading - all that was said of one packet
 * @packet: by packet_read_ipv4()
 * @flow: by packet_read_flow_ipv4()
 * @plain_tcp: by packet_is_plain_tcp_ipv4(); depends on the layout
 */
struct reading {
	struct packet packet;
	struct packet_flow flow;
	bool plain_tcp;
};

struct reading read_skb(const struct sk_buff *skb);
struct reading read_frame(const struct frame *frame);
bool reading_same_key(const struct reading *a, const struct reading *b);

#endif /* READING_H */
