/* SPDX-License-Identifier: GPL-2.0 */
/*
 * count: what a packet adds to a table.
 */
#ifndef TRAFFIC_COUNT_H
#define TRAFFIC_COUNT_H

#include <linux/ip.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include "columns.h"
#include "packet.h"
#include "table.h"

/* Which sides of a packet lie inside the network. */
#define SIDE_SOURCE		1U
#define SIDE_DESTINATION	2U
#define SIDES			(SIDE_SOURCE | SIDE_DESTINATION)

static_assert(DIRECTION_OUT == SIDE_SOURCE);

void count_any_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		    unsigned int sides);
void count_flow_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		     unsigned int sides);
void count_both_ipv4(struct traffic_table *table, const struct sk_buff *skb);
void count_shared_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		       unsigned int sides);

/*
 * For a packet with one side inside that opens and closes no connection; into
 * the page that all CPUs share, or that of this CPU. Return: false unless it is
 * one packet on the wire, and there is that page.
 */
static __always_inline bool
count_traffic_ipv4(const struct traffic_table *table, const struct sk_buff *skb,
		   unsigned int sides, const bool shared)
{
	const struct ledger *ledger = &table->ledgers[LEDGER_TRAFFIC];
	const struct iphdr *iph = ip_hdr(skb);
	const unsigned int out = sides & SIDE_SOURCE;
	union ledger_counter *counters;
	struct ledger_page *page;
	struct ledger_own *own;
	u32 row, slot, bytes;

	if (!(table->flags & XT_TRAFFIC_TRAFFIC))
		return true;
	if (unlikely(skb_is_gso(skb)) ||
	    !index_row(&table->addresses,
		       be32_to_cpu(out ? iph->saddr : iph->daddr), &row))
		return false;
	slot = ledger_slot(row, TRAFFIC_GROUPS,
			   packet_class_of_protocol[iph->protocol]);
	own = this_cpu_ptr(ledger->own);
	page = ledger_page_at(shared ? ledger->shared : own->directories, slot);
	if (unlikely(!page))
		return false;
	counters = ledger_row_of(page, row)->columns + TRAFFIC_COLUMN(out, 0);
	bytes = skb->len - skb_network_offset(skb);
	if (shared) {
		atomic64_add(bytes, &counters[UNIT_BYTES].shared);
		atomic64_inc(&counters[UNIT_PACKETS].shared);
	} else {
		ledger_enter(own, counters, bytes);
	}
	return true;
}

/* For a packet that opens and closes no connection. */
static __always_inline void count_quiet_ipv4(struct traffic_table *table,
					     const struct sk_buff *skb,
					     unsigned int sides)
{
	if (!count_traffic_ipv4(table, skb, sides, false))
		count_shared_ipv4(table, skb, sides);
}

/**
 * count_ipv4() - count a packet
 * @table: where
 * @skb: an IPv4 packet that belongs into the table
 * @sides: the sides to count
 *
 * Inlined is the way of nearly all packets; nothing is called on it.
 *
 * Context: process context (nf_tables in OUTPUT) or softirq.
 */
static __always_inline void count_ipv4(struct traffic_table *table,
				       const struct sk_buff *skb,
				       unsigned int sides)
{
	if (unlikely(!in_softirq()))
		count_any_ipv4(table, skb, sides);
	else if (sides == SIDES)
		count_both_ipv4(table, skb);
	else if (table_has_flows(table) &&
		 !packet_is_plain_tcp_ipv4(skb))
		count_flow_ipv4(table, skb, sides);
	else
		count_quiet_ipv4(table, skb, sides);
}

#endif /* TRAFFIC_COUNT_H */
