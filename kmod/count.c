// SPDX-License-Identifier: GPL-2.0
/*
 * count: see count.h
 *
 * A side of a packet is counted in all tables it belongs to or in none: first
 * every counter is located, which may take memory, then all are added to. What
 * finds no row or no memory is added to the table's uncounted totals. So what was shown,
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

static __always_inline struct flow_key key_of(const struct flows *flows,
					      const struct sk_buff *skb,
					      u32 ends, const bool ipv6)
{
	const u32 *from = (__force u32 *)count_address(skb, true, ipv6);
	const u32 *to = (__force u32 *)count_address(skb, false, ipv6);

	return ipv6 ? flows_key_ipv6(flows, from, to, ends) :
		      flows_key_ipv4(flows, *from, *to, ends);
}

static struct opening read_opening(struct traffic_table *table,
				   const struct sk_buff *skb,
				   struct packet_header header)
{
	const bool ipv6 = table_is_ipv6(table);
	const struct packet_flow flow = packet_read_flow(skb, header, ipv6);
	struct flows *flows = table->flows[flow.class];
	struct opening opening = {
		.opens = flow.event == PACKET_OPENS,
		.class = flow.class,
		.port = flow.port,
	};

	if (flow.event == PACKET_OPENS_IF_NEW)
		opening.opens = flows_open(flows,
					   key_of(flows, skb, flow.ends, ipv6),
					   ktime_get_seconds());
	else if (flow.event == PACKET_CLOSES)
		flows_close(flows, key_of(flows, skb, flow.ends, ipv6));
	return opening;
}

static bool locate(struct traffic_table *table, enum table_ledger which,
		   u32 row, u32 group, struct ledger_cell *cell)
{
	*cell = ledger_locate(&table->ledgers[which], row, group);
	return cell->group;
}

static void count_side(struct traffic_table *table, struct packet packet,
		       struct opening opening, const __be32 *address,
		       enum direction direction)
{
	const u32 conn_column = CONN_COLUMN(opening.class, direction);
	const u32 conn_group = CONN_GROUP(opening.class);
	const bool by_ip = opening.opens && table->flags & XT_TRAFFIC_IPCONN;
	const bool by_port = opening.opens &&
			     table->flags & XT_TRAFFIC_PORTCONN;
	const bool by_size = table->flags & XT_TRAFFIC_TRAFFIC;
	const u32 row = by_size || by_ip ?
				index_touch(&table->addresses, address,
					    MEMORY_SHARED) : 0;
	struct ledger_cell traffic, ipconn, portconn;

	if (row == INDEX_NO_ROW ||
	    (by_size && !locate(table, LEDGER_TRAFFIC, row, packet.class,
				&traffic)) ||
	    (by_ip && !locate(table, LEDGER_IPCONN, row, conn_group,
			      &ipconn)) ||
	    (by_port && !locate(table, LEDGER_PORTCONN, opening.port,
				conn_group, &portconn))) {
		atomic64_add(packet.segments, &table->uncounted_packets);
		atomic64_add(packet.bytes, &table->uncounted_bytes);
		return;
	}

	if (by_size) {
		ledger_add(traffic, TRAFFIC_COLUMN(direction, UNIT_BYTES),
			   packet.bytes);
		ledger_add(traffic, TRAFFIC_COLUMN(direction, UNIT_PACKETS),
			   packet.segments);
	}
	if (by_ip)
		ledger_add(ipconn, conn_column, 1);
	if (by_port)
		ledger_add(portconn, conn_column, 1);
}

static void count_sides(struct traffic_table *table, const struct sk_buff *skb,
			struct packet_header header, unsigned int sides,
			struct opening opening)
{
	const bool ipv6 = table_is_ipv6(table);
	const struct packet packet = packet_read(skb, header, ipv6);

	if (sides & SIDE_SOURCE)
		count_side(table, packet, opening,
			   count_address(skb, true, ipv6), DIRECTION_OUT);
	if (sides & SIDE_DESTINATION)
		count_side(table, packet, opening,
			   count_address(skb, false, ipv6), DIRECTION_IN);
}

/**
 * count_any() - count() for every packet
 * @table: where
 * @skb: a packet that belongs into the table
 * @sides: the sides to count
 *
 * Context: process context (nf_tables in OUTPUT) or softirq.
 */
void count_any(struct traffic_table *table, const struct sk_buff *skb,
	       unsigned int sides)
{
	const struct packet_header header =
		packet_header(skb, table_is_ipv6(table));
	struct opening opening = {};

	local_bh_disable();
	if (table_has_flows(table))
		opening = read_opening(table, skb, header);
	count_sides(table, skb, header, sides, opening);
	local_bh_enable();
}

/* Into the page of this CPU, or that which all CPUs share. */
static __always_inline bool
count_found(const struct traffic_table *table, const struct sk_buff *skb,
	    unsigned int sides, const bool ipv6, const bool shared)
{
	const u32 row = index_find(&table->addresses,
				   count_address(skb, sides & SIDE_SOURCE,
						 ipv6), ipv6);

	return row != INDEX_NO_ROW &&
	       count_in_row(table, skb, row, sides, ipv6, shared);
}

static bool count_found_shared(const struct traffic_table *table,
			       const struct sk_buff *skb, unsigned int sides)
{
	return table_is_ipv6(table) ?
		       count_found(table, skb, sides, true, true) :
		       count_found(table, skb, sides, false, true);
}

/**
 * count_shared() - count() where this CPU has no page, or the address no row
 * @table: where; it counts sizes
 * @skb: a packet that opens and closes no connection
 * @sides: the side to count
 *
 * While memory is short, that is so for every packet of many addresses.
 *
 * Context: bottom halves off.
 */
void count_shared(struct traffic_table *table, const struct sk_buff *skb,
		  unsigned int sides)
{
	if (!ledger_is_short(&table->ledgers[LEDGER_TRAFFIC]) ||
	    !count_found_shared(table, skb, sides))
		count_sides(table, skb,
			    packet_header(skb, table_is_ipv6(table)), sides,
			    (struct opening){});
}

/**
 * count_searched_ipv4() - count() where the row has to be searched
 * @table: where; it counts sizes
 * @skb: an IPv4 packet that opens and closes no connection
 * @sides: the side to count
 *
 * Context: bottom halves off.
 */
void count_searched_ipv4(struct traffic_table *table, const struct sk_buff *skb,
			 unsigned int sides)
{
	if (!count_found(table, skb, sides, false, false))
		count_shared(table, skb, sides);
}

/**
 * count_searched_ipv6() - count() where the row has to be searched
 * @table: where; it counts sizes
 * @skb: an IPv6 packet that opens and closes no connection
 * @sides: the side to count
 *
 * Context: bottom halves off.
 */
void count_searched_ipv6(struct traffic_table *table, const struct sk_buff *skb,
			 unsigned int sides)
{
	if (!count_found(table, skb, sides, true, false))
		count_shared(table, skb, sides);
}

/* Return: false when the packet opens or closes a connection, or may do so. */
static __always_inline bool is_quiet(const struct traffic_table *table,
				     const struct sk_buff *skb, u32 now,
				     const bool ipv6)
{
	struct packet_flow flow;
	struct flows *flows;

	if (!packet_read_linear_flow(skb, packet_header(skb, ipv6), ipv6,
				     &flow))
		return false;
	if (flow.event != PACKET_OPENS_IF_NEW)
		return flow.event == PACKET_PLAIN;
	flows = table->flows[flow.class];
	return flows_refresh(flows, key_of(flows, skb, flow.ends, ipv6), now);
}

static __always_inline void count_flow_of(struct traffic_table *table,
					  const struct sk_buff *skb,
					  unsigned int sides, const bool ipv6)
{
	if (is_quiet(table, skb, ktime_get_seconds(), ipv6))
		count_quiet(table, skb, sides, ipv6);
	else
		count_any(table, skb, sides);
}

/**
 * count_flow_ipv4() - count() where connections count, too
 * @table: where
 * @skb: an IPv4 packet that belongs into the table
 * @sides: the side to count
 *
 * Context: bottom halves off.
 */
void count_flow_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		     unsigned int sides)
{
	count_flow_of(table, skb, sides, false);
}

/**
 * count_flow_ipv6() - count() where connections count, too
 * @table: where
 * @skb: an IPv6 packet that belongs into the table
 * @sides: the side to count
 *
 * Context: bottom halves off.
 */
void count_flow_ipv6(struct traffic_table *table, const struct sk_buff *skb,
		     unsigned int sides)
{
	count_flow_of(table, skb, sides, true);
}

static __always_inline void count_both_of(struct traffic_table *table,
					  const struct sk_buff *skb,
					  const bool ipv6)
{
	if (table_has_flows(table) &&
	    !is_quiet(table, skb, ktime_get_seconds(), ipv6)) {
		count_any(table, skb, SIDES);
		return;
	}
	count_quiet(table, skb, SIDE_SOURCE, ipv6);
	count_quiet(table, skb, SIDE_DESTINATION, ipv6);
}

/**
 * count_both_ipv4() - count() with both sides inside
 * @table: where
 * @skb: an IPv4 packet that belongs into the table
 *
 * Context: bottom halves off.
 */
void count_both_ipv4(struct traffic_table *table, const struct sk_buff *skb)
{
	count_both_of(table, skb, false);
}

/**
 * count_both_ipv6() - count() with both sides inside
 * @table: where
 * @skb: an IPv6 packet that belongs into the table
 *
 * Context: bottom halves off.
 */
void count_both_ipv6(struct traffic_table *table, const struct sk_buff *skb)
{
	count_both_of(table, skb, true);
}
