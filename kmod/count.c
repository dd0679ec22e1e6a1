// SPDX-License-Identifier: GPL-2.0
/*
 * count: see count.h
 *
 * A side of a packet is counted in all tables it belongs to or in none: first
 * every counter is located, which may take memory, then all are added to. What
 * finds no memory is added to the table's uncounted totals. So what was shown,
 * what is left and what is uncounted is together what arrived.
 */
#include "count.h"

#include <linux/bottom_half.h>
#include <linux/timekeeping.h>

/**
 * struct opening - the connection that a packet opens
 * @opens: whether it does
 * @class: enum packet_class
 * @port: its row in the table of ports
 */
struct opening {
	bool opens;
	u8 class;
	u16 port;
};

static bool opens(struct traffic_table *table, const struct packet_flow *flow)
{
	switch (flow->event) {
	case PACKET_OPENS:
		return true;
	case PACKET_OPENS_IF_NEW:
		return flows_open(table->flows[flow->class], flow->key,
				  ktime_get_seconds());
	case PACKET_CLOSES:
		flows_close(table->flows[flow->class], flow->key);
	}
	return false;
}

static struct opening read_opening(struct traffic_table *table,
				   const struct sk_buff *skb)
{
	const struct packet_flow flow = packet_read_flow_ipv4(skb);

	return (struct opening){
		.opens = opens(table, &flow),
		.class = flow.class,
		.port = flow.port,
	};
}

static void count_side(struct traffic_table *table, struct packet packet,
		       struct opening opening, u32 address,
		       enum direction direction)
{
	const u32 conn_column = CONN_COLUMN(opening.class, direction);
	const u32 conn_group = CONN_GROUP(opening.class);
	struct ledger_cell traffic = {}, ipconn = {}, portconn = {};
	u32 row, port_row;

	if (!index_row(&table->addresses, address, &row) ||
	    !index_row(&table->ports, opening.port, &port_row))
		goto uncounted;
	if (table->flags & XT_TRAFFIC_TRAFFIC) {
		traffic = ledger_locate(&table->ledgers[LEDGER_TRAFFIC], row,
					packet.class);
		if (!traffic.group)
			goto uncounted;
	}
	if (opening.opens && table->flags & XT_TRAFFIC_IPCONN) {
		ipconn = ledger_locate(&table->ledgers[LEDGER_IPCONN], row,
				       conn_group);
		if (!ipconn.group)
			goto uncounted;
	}
	if (opening.opens && table->flags & XT_TRAFFIC_PORTCONN) {
		portconn = ledger_locate(&table->ledgers[LEDGER_PORTCONN],
					 port_row, conn_group);
		if (!portconn.group)
			goto uncounted;
	}

	if (traffic.group) {
		ledger_add(traffic, TRAFFIC_COLUMN(direction, UNIT_BYTES),
			   packet.bytes);
		ledger_add(traffic, TRAFFIC_COLUMN(direction, UNIT_PACKETS),
			   packet.segments);
	}
	if (ipconn.group)
		ledger_add(ipconn, conn_column, 1);
	if (portconn.group)
		ledger_add(portconn, conn_column, 1);
	return;
uncounted:
	atomic64_add(packet.segments, &table->uncounted_packets);
	atomic64_add(packet.bytes, &table->uncounted_bytes);
}

static void count_sides(struct traffic_table *table, const struct sk_buff *skb,
			unsigned int sides, struct opening opening)
{
	const struct packet packet = packet_read_ipv4(skb);
	const struct iphdr *iph = ip_hdr(skb);

	if (sides & SIDE_SOURCE)
		count_side(table, packet, opening, be32_to_cpu(iph->saddr),
			   DIRECTION_OUT);
	if (sides & SIDE_DESTINATION)
		count_side(table, packet, opening, be32_to_cpu(iph->daddr),
			   DIRECTION_IN);
}

/**
 * count_any_ipv4() - count_ipv4() for every packet
 * @table: where
 * @skb: an IPv4 packet that belongs into the table
 * @sides: the sides to count
 *
 * Context: process context (nf_tables in OUTPUT) or softirq.
 */
void count_any_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		    unsigned int sides)
{
	struct opening opening = {};

	local_bh_disable();
	if (table_has_flows(table))
		opening = read_opening(table, skb);
	count_sides(table, skb, sides, opening);
	local_bh_enable();
}

/**
 * count_shared_ipv4() - count_ipv4() where this CPU has no page
 * @table: where
 * @skb: an IPv4 packet that opens and closes no connection
 * @sides: the side to count
 *
 * While memory is short, that is so for every packet of many addresses.
 *
 * Context: bottom halves off.
 */
void count_shared_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		       unsigned int sides)
{
	if (!ledger_is_short(&table->ledgers[LEDGER_TRAFFIC]) ||
	    !count_traffic_ipv4(table, skb, sides, true))
		count_sides(table, skb, sides, (struct opening){});
}

/* Return: false when the packet opens or closes a connection, or may do so. */
static __always_inline bool is_quiet(const struct traffic_table *table,
				     const struct sk_buff *skb, u32 now)
{
	struct packet_flow flow;

	if (!packet_read_linear_flow_ipv4(skb, &flow))
		return false;
	if (flow.event == PACKET_OPENS_IF_NEW)
		return flows_refresh(table->flows[flow.class], flow.key, now);
	return flow.event == PACKET_PLAIN;
}

/**
 * count_flow_ipv4() - count_ipv4() where connections count, too
 * @table: where
 * @skb: an IPv4 packet that belongs into the table
 * @sides: the side to count
 *
 * Context: bottom halves off.
 */
void count_flow_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		     unsigned int sides)
{
	if (is_quiet(table, skb, ktime_get_seconds()))
		count_quiet_ipv4(table, skb, sides);
	else
		count_any_ipv4(table, skb, sides);
}

/**
 * count_both_ipv4() - count_ipv4() with both sides inside
 * @table: where
 * @skb: an IPv4 packet that belongs into the table
 *
 * Context: bottom halves off.
 */
void count_both_ipv4(struct traffic_table *table, const struct sk_buff *skb)
{
	if (table_has_flows(table) &&
	    !is_quiet(table, skb, ktime_get_seconds())) {
		count_any_ipv4(table, skb, SIDES);
		return;
	}
	count_quiet_ipv4(table, skb, SIDE_SOURCE);
	count_quiet_ipv4(table, skb, SIDE_DESTINATION);
}
