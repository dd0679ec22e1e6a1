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

/* The port to which a packet opens a connection is a row; or it opens none. */
#define OPENS_NONE (-1)

/**
 * struct opening - the connection that a packet opens
 * @port: its row in the table of ports, or OPENS_NONE
 * @class: enum packet_class
 */
struct opening {
	int port;
	u32 class;
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
		.port = opens(table, &flow) ? flow.port : OPENS_NONE,
		.class = flow.class,
	};
}

static bool locate_connection(struct traffic_table *table, u32 row,
			      struct opening opening, struct ledger_cell *ip,
			      struct ledger_cell *port)
{
	const u32 group = CONN_GROUP(opening.class);
	u32 port_row;

	if (table->flags & XT_TRAFFIC_IPCONN &&
	    !ledger_locate(&table->ledgers[LEDGER_IPCONN], row, group, ip))
		return false;
	if (table->flags & XT_TRAFFIC_PORTCONN &&
	    (!index_row(&table->ports, opening.port, &port_row) ||
	     !ledger_locate(&table->ledgers[LEDGER_PORTCONN], port_row, group,
			    port)))
		return false;
	return true;
}

static void add_connection(const struct traffic_table *table,
			   enum packet_class class, enum direction direction,
			   const struct ledger_cell *ip,
			   const struct ledger_cell *port)
{
	const u32 column = CONN_COLUMN(class, direction);

	if (table->flags & XT_TRAFFIC_IPCONN)
		ledger_add(ip, column, 1);
	if (table->flags & XT_TRAFFIC_PORTCONN)
		ledger_add(port, column, 1);
}

static void count_side(struct traffic_table *table, struct packet packet,
		       struct opening opening, u32 address,
		       enum direction direction)
{
	struct ledger_cell traffic, ip_conn, port_conn;
	u32 row;

	if (!index_row(&table->addresses, address, &row))
		goto uncounted;
	if (table->flags & XT_TRAFFIC_TRAFFIC &&
	    !ledger_locate(&table->ledgers[LEDGER_TRAFFIC], row,
			   TRAFFIC_GROUP(packet.class), &traffic))
		goto uncounted;
	if (opening.port != OPENS_NONE &&
	    !locate_connection(table, row, opening, &ip_conn, &port_conn))
		goto uncounted;

	if (table->flags & XT_TRAFFIC_TRAFFIC) {
		ledger_add(&traffic, TRAFFIC_COLUMN(direction, UNIT_BYTES),
			   packet.bytes);
		ledger_add(&traffic, TRAFFIC_COLUMN(direction, UNIT_PACKETS),
			   packet.segments);
	}
	if (opening.port != OPENS_NONE)
		add_connection(table, opening.class, direction, &ip_conn,
			       &port_conn);
	return;
uncounted:
	atomic64_add(packet.segments, &table->uncounted_packets);
	atomic64_add(packet.bytes, &table->uncounted_bytes);
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
	const struct packet packet = packet_read_ipv4(skb);
	struct opening opening = { .port = OPENS_NONE };

	local_bh_disable();
	if (table->flags & (XT_TRAFFIC_IPCONN | XT_TRAFFIC_PORTCONN))
		opening = read_opening(table, skb);
	if (sides & SIDE_SOURCE)
		count_side(table, packet, opening,
			   be32_to_cpu(ip_hdr(skb)->saddr), DIRECTION_OUT);
	if (sides & SIDE_DESTINATION)
		count_side(table, packet, opening,
			   be32_to_cpu(ip_hdr(skb)->daddr), DIRECTION_IN);
	local_bh_enable();
}

/* Return: false when the packet opens or closes a connection, or may do so. */
static __always_inline bool is_quiet(const struct traffic_table *table,
				     const struct sk_buff *skb, u32 now)
{
	const u8 *transport = packet_transport_ipv4(ip_hdr(skb));
	const int readable = skb_tail_pointer(skb) - transport;
	struct packet_flow flow;

	if (unlikely(readable < (int)PACKET_TRANSPORT_MAX &&
		     skb_is_nonlinear(skb)))
		return false;
	flow = packet_flow_ipv4(ip_hdr(skb), transport, readable,
				readable + skb->data_len);
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
	const u32 now = ktime_get_seconds();

	if (!is_quiet(table, skb, now) ||
	    !count_traffic_ipv4(table, skb, sides))
		count_any_ipv4(table, skb, sides);
}
