// SPDX-License-Identifier: GPL-2.0
/*
 * count: see count.h
 *
 * Knows which column a packet belongs to; does not know rules or files.
 *
 * A side of a packet is counted in all tables it belongs to or in none: first
 * every counter is located, which may take memory, then all are added to. What
 * finds no memory is added to the table's uncounted totals. So what was shown,
 * what is left and what is uncounted is together what arrived.
 */
#include "count.h"

#include <linux/bottom_half.h>
#include <linux/ip.h>
#include <linux/preempt.h>
#include <linux/timekeeping.h>
#include "columns.h"
#include "packet.h"
#include "table.h"

/**
 * struct opening - the connection a packet opens, if any
 * @opens: whether it does
 * @port: its row in the table of ports
 */
struct opening {
	bool opens;
	u16 port;
};

static void read_opening(struct traffic_table *table, const struct sk_buff *skb,
			 enum packet_class class, struct opening *opening)
{
	struct packet_flow flow;

	packet_read_flow_ipv4(skb, class, &flow);
	opening->port = flow.port;
	opening->opens = false;
	switch (flow.event) {
	case PACKET_OPENS:
		opening->opens = true;
		break;
	case PACKET_OPENS_IF_NEW:
		opening->opens = flows_open(table->flows[class], &flow.key,
					    ktime_get_seconds());
		break;
	case PACKET_CLOSES:
		flows_close(table->flows[class], &flow.key);
		break;
	}
}

static noinline void add_uncounted(struct traffic_table *table,
				   const struct packet *packet)
{
	atomic64_add(packet->segments, &table->uncounted_packets);
	atomic64_add(packet->bytes, &table->uncounted_bytes);
}

static noinline void add_connection(const struct traffic_table *table,
				    const struct ledger_cell *ip,
				    const struct ledger_cell *port,
				    enum packet_class class,
				    enum direction direction)
{
	const u32 column = CONN_COLUMN(class, direction);

	if (table->flags & XT_TRAFFIC_IPCONN)
		ledger_add(ip, column, 1);
	if (table->flags & XT_TRAFFIC_PORTCONN)
		ledger_add(port, column, 1);
}

static noinline bool locate_connection(struct traffic_table *table, u32 row,
				       u32 port, enum packet_class class,
				       struct ledger_cell *ip_cell,
				       struct ledger_cell *port_cell)
{
	const u32 group = CONN_GROUP(class);
	u32 port_row;

	if (table->flags & XT_TRAFFIC_IPCONN &&
	    !ledger_locate(&table->ledgers[LEDGER_IPCONN], row, CONN_GROUPS,
			   group, ip_cell))
		return false;
	if (table->flags & XT_TRAFFIC_PORTCONN &&
	    (!index_row(&table->ports, port, &port_row) ||
	     !ledger_locate(&table->ledgers[LEDGER_PORTCONN], port_row,
			    CONN_GROUPS, group, port_cell)))
		return false;
	return true;
}

static __always_inline void count_side(struct traffic_table *table,
				       const struct packet *packet,
				       const struct opening *opening,
				       u32 address, enum direction direction)
{
	struct ledger_cell traffic, ip, port;
	u32 row;

	if (!index_row(&table->addresses, address, &row))
		goto uncounted;
	if (table->flags & XT_TRAFFIC_TRAFFIC &&
	    !ledger_locate(&table->ledgers[LEDGER_TRAFFIC], row, TRAFFIC_GROUPS,
			   TRAFFIC_GROUP(packet->class), &traffic))
		goto uncounted;
	if (opening->opens &&
	    !locate_connection(table, row, opening->port, packet->class, &ip,
			       &port))
		goto uncounted;

	if (table->flags & XT_TRAFFIC_TRAFFIC) {
		ledger_add(&traffic, TRAFFIC_COLUMN(direction, UNIT_BYTES),
			   packet->bytes);
		ledger_add(&traffic, TRAFFIC_COLUMN(direction, UNIT_PACKETS),
			   packet->segments);
	}
	if (opening->opens)
		add_connection(table, &ip, &port, packet->class, direction);
	return;
uncounted:
	add_uncounted(table, packet);
}

static void count_sides(struct traffic_table *table, const struct sk_buff *skb,
			unsigned int sides)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct opening opening = {};
	struct packet packet;

	packet_read_ipv4(skb, &packet);
	if (table->flags & (XT_TRAFFIC_IPCONN | XT_TRAFFIC_PORTCONN))
		read_opening(table, skb, packet.class, &opening);
	if (sides & SIDE_SOURCE)
		count_side(table, &packet, &opening, be32_to_cpu(iph->saddr),
			   DIRECTION_OUT);
	if (sides & SIDE_DESTINATION)
		count_side(table, &packet, &opening, be32_to_cpu(iph->daddr),
			   DIRECTION_IN);
}

/**
 * count_ipv4() - count a packet
 * @table: where
 * @skb: an IPv4 packet that belongs into the table
 * @sides: the sides to count
 *
 * Context: process context (nf_tables in OUTPUT) or softirq.
 */
void count_ipv4(struct traffic_table *table, const struct sk_buff *skb,
		unsigned int sides)
{
	/* They are off already nearly always, and it costs to say so again. */
	if (likely(in_softirq())) {
		count_sides(table, skb, sides);
		return;
	}
	local_bh_disable();
	count_sides(table, skb, sides);
	local_bh_enable();
}
