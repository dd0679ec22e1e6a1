/* SPDX-License-Identifier: GPL-2.0 */
/*
 * columns: which counter means what, in each ledger of a table.
 *
 * Used where packets are counted (count.c) and where files are laid out
 * (table.c). What one packet adds to stands in one group of four columns.
 */
#ifndef TRAFFIC_COLUMNS_H
#define TRAFFIC_COLUMNS_H

#include <linux/build_bug.h>
#include "ledger.h"
#include "packet.h"

enum direction {
	DIRECTION_IN,
	DIRECTION_OUT,
	DIRECTIONS,
};

enum unit {
	UNIT_BYTES,
	UNIT_PACKETS,
	UNITS,
};

/* --traffic: a group a class, ICMP being part of OTHER; in it IN, then OUT. */
#define TRAFFIC_GROUPS PACKET_ICMP
#define TRAFFIC_COLUMN(direction, unit) ((direction) * UNITS + (unit))

static_assert(DIRECTIONS * UNITS == LEDGER_GROUP_COLUMNS);
static_assert(UNIT_BYTES + 1 == UNIT_PACKETS);	/* as ledger_enter() has it */

/* --ipconn and --portconn: two classes a group. */
#define CONN_GROUPS 2
#define CONN_GROUP(class) ((class) / 2)
#define CONN_COLUMN(class, direction) ((class) % 2 * DIRECTIONS + (direction))

static_assert(PACKET_CLASSES * DIRECTIONS == CONN_GROUPS * LEDGER_GROUP_COLUMNS);

/* The same, counted through the whole row. */
#define TRAFFIC_ROW_COLUMN(class, direction, unit) \
	((class) * LEDGER_GROUP_COLUMNS + \
	 TRAFFIC_COLUMN(direction, unit))
#define CONN_ROW_COLUMN(class, direction) \
	(CONN_GROUP(class) * LEDGER_GROUP_COLUMNS + \
	 CONN_COLUMN(class, direction))

#endif /* TRAFFIC_COLUMNS_H */
