/* SPDX-License-Identifier: GPL-2.0 */
/* skb_build: bytes to an sk_buff of a chosen layout. */
#ifndef SKB_BUILD_H
#define SKB_BUILD_H

#include <linux/skbuff.h>

struct sk_buff *skb_build(const u8 *bytes, u32 length, u32 head, u32 frags);
void skb_list(struct sk_buff *skb, struct sk_buff *listed);
void skb_linearize(struct sk_buff *skb);
void skb_free(struct sk_buff *skb);

#endif /* SKB_BUILD_H */
