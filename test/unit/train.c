// SPDX-License-Identifier: GPL-2.0
/* train: see train.h */
#include "train.h"

#include <assert.h>
#include "skb_build.h"

/* Begin anew; the caller then adds the headers to train->header. */
void train_start(struct train *train)
{
	train->header.length = 0;
	train->merged.length = 0;
	train->inner_network = 0;
	train->inner_transport = 0;
	train->payload.length = 0;
	train->packets = 0;
	train->bytes = 0;
}

static bool is_ipv6(const struct frame *frame)
{
	return frame->bytes[0] >> 4 == 6;
}

/* What no longer fits in 16 bits is 0, in a BIG TCP packet. */
static void write_length(struct frame *frame)
{
	const u32 length = frame->length <= 0xffff ? frame->length : 0;

	if (!is_ipv6(frame))
		frame_set_u16(frame, FRAME_TOTAL_LENGTH, length);
	else
		frame_set_u16(frame, FRAME_PAYLOAD_LENGTH, length ? length - 40 : 0);
}

bool train_is_ipv6(const struct train *train)
{
	return is_ipv6(&train->header);
}

static u32 read_length(const struct frame *frame)
{
	return is_ipv6(frame) ? frame_get_u16(frame, FRAME_PAYLOAD_LENGTH) + 40U
			      : frame_get_u16(frame, FRAME_TOTAL_LENGTH);
}

/* Send one more packet of @payload bytes. */
void train_add(struct train *train, u32 payload)
{
	static struct frame sent;

	assert(train->packets < TRAIN_MAX);
	train->sizes[train->packets++] = payload;
	frame_add_random(&train->payload, payload);

	sent.length = 0;
	frame_add(&sent, train->header.bytes, train->header.length);
	frame_add(&sent, train->payload.bytes + train->payload.length - payload, payload);
	assert(sent.length <= 0xffff);
	write_length(&sent);
	train->bytes += read_length(&sent);
}

/* Send @payload bytes in packets of @size; the last one takes what is left. */
void train_fill(struct train *train, u32 payload, u32 size)
{
	for (; payload > size; payload -= size)
		train_add(train, size);
	train_add(train, payload);
}

static void join(const struct train *train, struct frame *joined)
{
	const struct frame *header = train->merged.length ? &train->merged : &train->header;

	joined->length = 0;
	frame_add(joined, header->bytes, header->length);
	frame_add(joined, train->payload.bytes, train->payload.length);
	write_length(joined);
}

/* As TCP's GRO and GSO hold it: one header, all payload. */
struct sk_buff *train_merge(const struct train *train, u32 head, u32 frags)
{
	static struct frame joined;

	struct sk_buff *skb;

	join(train, &joined);
	skb = skb_build(joined.bytes, joined.length, min(head, joined.length), frags);
	skb->encapsulation = train->inner_network != 0;
	skb->inner_network_header = train->inner_network;
	skb->inner_transport_header = train->inner_transport;
	return skb;
}

/* The first @linear bytes, then a listed skb for the payload of each packet. */
static struct sk_buff *merge_as_list(const struct train *train, u32 linear, u32 first)
{
	static struct frame joined;
	struct sk_buff *skb;
	u32 at = linear, i;

	join(train, &joined);
	skb = skb_build(joined.bytes, linear, linear, 1);
	for (i = first; i < train->packets; at += train->sizes[i++])
		skb_list(skb,
			 skb_build(joined.bytes + at, train->sizes[i], train->sizes[i] / 2, 1));
	assert(at == joined.length);
	return skb;
}

/* As the GRO of fragment lists holds it: the first packet lists the others. */
struct sk_buff *train_merge_list(const struct train *train)
{
	return merge_as_list(train, train->header.length + train->sizes[0], 1);
}

/* As SCTP holds it: the header lists the payload of every packet. */
struct sk_buff *train_merge_behind_header(const struct train *train)
{
	return merge_as_list(train, train->header.length, 0);
}
