/* SPDX-License-Identifier: GPL-2.0 */
/*
 * train: packets that follow each other on the wire and that the stack holds as
 * one. The truth about a merged packet: each packet of the train is written out,
 * byte for byte, and its length read back from its own IP header, before the
 * train is handed over as one skb.
 */
#ifndef TRAIN_H
#define TRAIN_H

#include <linux/skbuff.h>
#include "frame.h"

#define TRAIN_MAX 65536

struct train {
	struct frame header;  /* what every packet begins with */
	struct frame merged;  /* what the one skb begins with, where that differs */
	u16 inner_network;    /* where the tunnelled packet starts; 0: there is none */
	u16 inner_transport;  /* and its transport header, in the one skb */
	u32 packets;	      /* on the wire */
	u64 bytes;	      /* on the wire */
	u32 sizes[TRAIN_MAX]; /* of what is behind the header */
	struct frame payload; /* all of that */
};

void train_start(struct train *train);
void train_add(struct train *train, u32 payload);
void train_fill(struct train *train, u32 payload, u32 size);

bool train_is_ipv6(const struct train *train);
struct sk_buff *train_merge(const struct train *train, u32 head, u32 frags);
struct sk_buff *train_merge_list(const struct train *train);
struct sk_buff *train_merge_behind_header(const struct train *train);

#endif /* TRAIN_H */
