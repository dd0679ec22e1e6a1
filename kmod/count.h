/* SPDX-License-Identifier: GPL-2.0 */
/*
 * count: what a packet adds to a table.
 *
 * Most functions here are for both families: they are told which one when they
 * are compiled.
 */
#ifndef TRAFFIC_COUNT_H
#define TRAFFIC_COUNT_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include "columns.h"
#include "index.h"
#include "packet.h"
#include "table.h"

/* Which sides of a packet lie inside the network. */
#define SIDE_SOURCE		1U
#define SIDE_DESTINATION	2U
#define SIDES			(SIDE_SOURCE | SIDE_DESTINATION)

static_assert(DIRECTION_OUT == SIDE_SOURCE);

void count_any(struct traffic_table *table, const struct sk_buff *skb,
	       unsigned int sides);
void count_shared(struct traffic_table *table, const struct sk_buff *skb,
		  unsigned int sides);
void count_searched_ipv4(struct traffic_table *table, const struct sk_buff *skb,
			 unsigned int sides);
void count_searched_ipv6(struct traffic_table *table, const struct sk_buff *skb,
			 unsigned int sides);
void count_flow_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		     unsigned int sides);
void count_flow_ipv6(struct traffic_table *table, const struct sk_buff *skb,
		     unsigned int sides);
void count_both_ipv4(struct traffic_table *table, const struct sk_buff *skb);
void count_both_ipv6(struct traffic_table *table, const struct sk_buff *skb);

/* The address of one side, as it stands in the packet. */
static __always_inline const __be32 *
count_address(const struct sk_buff *skb, unsigned int source, const bool ipv6)
{
	if (ipv6)
		return source ? ipv6_hdr(skb)->saddr.s6_addr32 :
				ipv6_hdr(skb)->daddr.s6_addr32;
	return source ? &ip_hdr(skb)->saddr : &ip_hdr(skb)->daddr;
}

/*
 * For a packet with one side inside that opens and closes no connection; into
 * the page that all CPUs share, or that of this CPU. Return: false unless it is
 * one packet on the wire, and there is that page.
 */
static __always_inline bool
count_in_row(const struct traffic_table *table, const struct sk_buff *skb,
	     u32 row, unsigned int sides, const bool ipv6, const bool shared)
{
	const struct ledger *ledger = &table->ledgers[LEDGER_TRAFFIC];
	const unsigned int out = sides & SIDE_SOURCE;
	union ledger_counter *counters;
	struct ledger_page *page;
	struct ledger_own *own;
	u32 slot, bytes;

	if (unlikely(skb_is_gso(skb)))
		return false;
	slot = ledger_slot(row, TRAFFIC_GROUPS,
			   packet_class_of_protocol[packet_header(skb, ipv6).protocol]);
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
static __always_inline void count_quiet(struct traffic_table *table,
					const struct sk_buff *skb,
					unsigned int sides, const bool ipv6)
{
	const u32 how = table->flags & (XT_TRAFFIC_TRAFFIC | TABLE_SEARCHED);
	const __be32 *address = count_address(skb, sides & SIDE_SOURCE, ipv6);

	if (!(how & XT_TRAFFIC_TRAFFIC))
		return;
	if (ipv6)
		count_searched_ipv6(table, skb, sides);
	else if (how & TABLE_SEARCHED)
		count_searched_ipv4(table, skb, sides);
	else if (!count_in_row(table, skb,
			       index_plain_row(&table->addresses, *address),
			       sides, false, false))
		count_shared(table, skb, sides);
}

static __always_inline void count_flow(struct traffic_table *table,
				       const struct sk_buff *skb,
				       unsigned int sides, const bool ipv6)
{
	if (ipv6)
		count_flow_ipv6(table, skb, sides);
	else
		count_flow_ipv4(table, skb, sides);
}

static __always_inline void count_both(struct traffic_table *table,
				       const struct sk_buff *skb,
				       const bool ipv6)
{
	if (ipv6)
		count_both_ipv6(table, skb);
	else
		count_both_ipv4(table, skb);
}

/**
 * count() - count a packet
 * @table: where
 * @skb: a packet that belongs into the table
 * @sides: the sides to count
 * @ipv6: its family
 *
 * Inlined is the way of nearly all packets. Nothing is called on it, unless the
 * index has to be searched, or IPv6 has extensions.
 *
 * Context: process context (nf_tables in OUTPUT) or softirq.
 */
static __always_inline void count(struct traffic_table *table,
				  const struct sk_buff *skb,
				  unsigned int sides, const bool ipv6)
{
	if (unlikely(!in_softirq()))
		count_any(table, skb, sides);
	else if (sides == SIDES)
		count_both(table, skb, ipv6);
	else if (table_has_flows(table) &&
		 !packet_is_plain_tcp(skb, packet_header(skb, ipv6)))
		count_flow(table, skb, sides, ipv6);
	else
		count_quiet(table, skb, sides, ipv6);
}

#endif /* TRAFFIC_COUNT_H */
