// SPDX-License-Identifier: GPL-2.0
/* train_check: see train_check.h */
#include "train_check.h"

#include "harness.h"
#include "reading.h"
#include "skb_build.h"

struct train train;

void set_gso(struct sk_buff *skb, unsigned int type, u16 size, u16 segs)
{
	skb_shinfo(skb)->gso_type = type;
	skb_shinfo(skb)->gso_size = size;
	skb_shinfo(skb)->gso_segs = segs;
}

/* Segments and bytes are those of the train. */
void check_train(const struct sk_buff *skb)
{
	const struct reading reading = read_skb(skb, train_is_ipv6(&train));

	CHECK_EQUAL(reading.packet.segments, train.packets);
	CHECK_EQUAL(reading.packet.bytes, train.bytes);
}

/* In heads of every length around the headers, whatever gso_segs says. */
void check_merged(unsigned int type, u16 size)
{
	const u32 header = max(train.header.length, train.merged.length);
	const u32 length = header + train.payload.length;
	struct sk_buff *skb;
	u32 head, frags;

	for (head = train_is_ipv6(&train) ? 40 : 20; head <= min(length, header + 4); head++) {
		frags = 1 + head % MAX_SKB_FRAGS;
		skb = train_merge(&train, head, frags);
		set_gso(skb, type, size, train.packets);
		check_train(skb);
		set_gso(skb, type, size, 0);
		check_train(skb);
		set_gso(skb, type | SKB_GSO_DODGY, size, 0);
		check_train(skb);
		set_gso(skb, type | SKB_GSO_DODGY, size, 1);
		check_train(skb);
		set_gso(skb, type | SKB_GSO_DODGY, size, 0xffff);
		check_train(skb);
		skb_free(skb);
	}
}
