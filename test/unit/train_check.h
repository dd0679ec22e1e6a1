/* SPDX-License-Identifier: GPL-2.0 */
/* train_check: what packet.c says of a merged packet, held against its train. */
#ifndef TRAIN_CHECK_H
#define TRAIN_CHECK_H

#include "train.h"

/* The one that is looked at. */
extern struct train train;

void set_gso(struct sk_buff *skb, unsigned int type, u16 size, u16 segs);
void check_train(const struct sk_buff *skb);
void check_merged(unsigned int type, u16 size);

#endif /* TRAIN_CHECK_H */
