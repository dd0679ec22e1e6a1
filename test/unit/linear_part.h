/* SPDX-License-Identifier: GPL-2.0 */
/* linear_part: the quick way through packet.h, as count_flow_ipv4() takes it. */
#ifndef LINEAR_PART_H
#define LINEAR_PART_H

#include "packet.h"

/* Return: false when the linear part does not hold enough of the packet. */
static inline bool linear_part_read(const struct sk_buff *skb, struct packet_flow *flow)
{
	const u8 *transport = packet_transport_ipv4(ip_hdr(skb));
	const int readable = skb_tail_pointer(skb) - transport;

	if (readable < (int)PACKET_TRANSPORT_MAX && skb_is_nonlinear(skb))
		return false;
	*flow = packet_flow_ipv4(ip_hdr(skb), transport, readable, readable + skb->data_len);
	return true;
}

#endif /* LINEAR_PART_H */
