/* SPDX-License-Identifier: GPL-2.0 */
/* reading: what packet.c and packet.h say of a packet's bytes, in every layout. */
#ifndef READING_H
#define READING_H

#include "flows.h"
#include "frame.h"
#include "packet.h"

/**
 * struct reading - all that was said of one packet
 * @packet: by packet_read()
 * @flow: by packet_read_flow()
 * @key: of the flow if it has one, by flows_key_ipv4() or flows_key_ipv6(); two
 *       flows have the same one with a chance of 1 in 2^64
 * @plain_tcp: by packet_is_plain_tcp(); depends on the layout
 */
struct reading {
	struct packet packet;
	struct packet_flow flow;
	struct flow_key key;
	bool plain_tcp;
};

struct reading read_skb(const struct sk_buff *skb, bool ipv6);
struct reading read_ipv4(const struct frame *frame);
struct reading read_ipv6(const struct frame *frame);
bool reading_same_key(const struct reading *a, const struct reading *b);
void reading_check_opens_nothing(const struct reading *reading);

#endif /* READING_H */
