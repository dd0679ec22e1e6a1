/* SPDX-License-Identifier: GPL-2.0 */
/*
 * count: what a packet adds to a table.
 */
#ifndef TRAFFIC_COUNT_H
#define TRAFFIC_COUNT_H

struct sk_buff;
struct traffic_table;

/* Which sides of a packet lie inside the network. */
#define SIDE_SOURCE		1U
#define SIDE_DESTINATION	2U
#define SIDES			(SIDE_SOURCE | SIDE_DESTINATION)

void count_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		unsigned int sides);

#endif /* TRAFFIC_COUNT_H */
