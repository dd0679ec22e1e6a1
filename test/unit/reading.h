/* SPDX-License-Identifier: GPL-2.0 */
/* reading: what packet.c says of the bytes of a packet, in every layout. */
#ifndef READING_H
#define READING_H

#include "frame.h"
#include "packet.h"

struct reading {
	struct packet packet;
	struct packet_flow flow;
};

struct reading read_skb(const struct sk_buff *skb);
struct reading read_frame(const struct frame *frame);
bool reading_same_key(const struct reading *a, const struct reading *b);

#endif /* READING_H */
