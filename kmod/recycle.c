// SPDX-License-Identifier: GPL-2.0
/*
 * recycle: see recycle.h
 *
 * Addresses come and go (IPv6 makes new ones every day), and rows are bounded.
 * Where reading consumes, an address leaves nothing behind once it has been read
 * and is silent: then its row may serve another one. Only when the table is
 * crowded does anybody look for such rows, a slice of the table at a time.
 *
 * Counters are not reset, as they only ever grow: a row that shows nothing has
 * had all taken that was counted, and its next address starts from there.
 *
 * Why no count lands on another address
 *
 * Ask. A row that shows nothing has had nothing counted since something was last
 *   taken from it. When that is conntimeout seconds ago, it is asked to leave
 *   (LEAVING). A packet that finds it LEAVING makes it LIVE before it counts
 *   there.
 *
 * Wait. Packets count with bottom halves off since they found the row, which is
 *   an RCU reader. So after a grace period whoever found it LIVE has counted,
 *   and after settling the ledgers that can be seen. From then on nobody counts
 *   there without having made it LIVE.
 *
 * Look again. Under take_lock the row shows nothing still, and no reader has
 *   reserved anything around it that he could give back; whoever restores holds
 *   the mutex. So what has been counted there is consumed for good. If the row
 *   is still LEAVING after that (cmpxchg), nothing has been counted, and from
 *   here on nobody finds it: it is GONE.
 *
 * Free. After one more grace period nobody is looking at the entry either. The
 *   next address gets the row by taking it from the list of free ones under the
 *   index's lock, and is counted there after it is found in the index. A reader
 *   that is shown something there by then finds the new key. (test/litmus/key.litmus)
 */
#include "recycle.h"

#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include "table.h"

/* Rows looked at before others get their turn; and what grace periods are for. */
#define SLICE_ROWS (1U << 16)

/* How often the whole table is looked at: a row is silent this much longer. */
#define PERIOD_DIVISOR	4
#define PERIOD_MAX	60U	/* seconds */

static struct hashed *hashed_of(const struct traffic_table *table)
{
	return table->addresses.hashed;
}

static u32 shown_rows(const struct traffic_table *table, u32 row)
{
	u32 shown = 0;
	unsigned int i;

	for (i = 0; i < TABLE_VIEWS; i++)
		if (!view_kinds[i].by_port)
			shown |= view_shown(&table->views[i], row);
	return shown;
}

/* While a row shows nothing, nothing has been counted since it was last taken. */
static bool is_silent(const struct traffic_table *table, u32 row, u64 now)
{
	const u64 taken = READ_ONCE(hashed_entry(hashed_of(table), row)->taken);
	const u64 cleared = atomic64_read(&table->began);

	/* Both ends are rounded down. */
	return max(taken, cleared) + table->options.conntimeout < now;
}

/* Nobody wants the table any more, and recycle_stop() waits: so may a rule. */
static bool is_over(const struct traffic_table *table)
{
	return !kref_read(&table->users);
}

static u32 ask_to_leave(const struct traffic_table *table, u32 from, u32 end)
{
	const u64 now = ktime_get_boottime_seconds();
	u32 row, shown = 0, asked = 0;

	for (row = from; row < end && !is_over(table); row++, shown >>= 1) {
		if (row % VIEW_ROWS_MAX == 0) {
			shown = shown_rows(table, row);
			cond_resched();
		}
		if (!(shown & 1) && is_silent(table, row, now))
			asked += hashed_ask_to_leave(hashed_entry(hashed_of(table), row));
	}
	return asked;
}

static bool is_spent(const struct traffic_table *table, u32 row)
{
	unsigned int i;

	for (i = 0; i < TABLE_VIEWS; i++)
		if (!view_kinds[i].by_port && table_has_view(table, i) &&
		    !view_is_spent(&table->views[i], row))
			return false;
	return true;
}

static u32 let_go(struct traffic_table *table, u32 from, u32 end)
{
	const u64 now = ktime_get_boottime_seconds();
	struct hashed_entry *entry;
	u32 row, gone = 0;

	mutex_lock(&table->recycling.writing);
	for (row = from; row < end && !is_over(table); row++) {
		cond_resched();
		entry = hashed_entry(hashed_of(table), row);
		if (READ_ONCE(entry->state) != HASHED_LEAVING)
			continue;
		if (is_spent(table, row) && is_silent(table, row, now))
			gone += hashed_let_go(hashed_of(table), row);
		else
			hashed_let_stay(entry);
	}
	mutex_unlock(&table->recycling.writing);
	return gone;
}

static void free_rows(const struct traffic_table *table, u32 from, u32 end)
{
	u32 row;

	for (row = from; row < end; row++) {
		cond_resched();
		if (READ_ONCE(hashed_entry(hashed_of(table), row)->state) ==
		    HASHED_GONE)
			hashed_free(hashed_of(table), row);
	}
}

static void recycle_rows(struct traffic_table *table, u32 from, u32 end)
{
	table_settle(table);
	if (!ask_to_leave(table, from, end) || is_over(table))
		return;
	synchronize_rcu();
	if (is_over(table))
		return;
	table_settle(table);
	if (!let_go(table, from, end) || is_over(table))
		return;
	synchronize_rcu();
	free_rows(table, from, end);
}

static unsigned long period(const struct traffic_table *table)
{
	return HZ * clamp_t(u32, table->options.conntimeout / PERIOD_DIVISOR, 1,
			    PERIOD_MAX);
}

static void recycle_slice(struct work_struct *work)
{
	struct recycling *recycling =
		container_of(to_delayed_work(work), struct recycling, work);
	struct traffic_table *table =
		container_of(recycling, struct traffic_table, recycling);
	const u32 used = hashed_used(hashed_of(table));
	const u32 from = recycling->row;
	const u32 end = min(used, from + SLICE_ROWS);

	if (!from && !hashed_is_crowded(hashed_of(table)))
		return;
	recycle_rows(table, from, end);
	recycling->row = end < used ? end : 0;
	/* It may have been queued meanwhile, for a second later. */
	mod_delayed_work(tables_queue, &recycling->work,
			 recycling->row ? 0 : period(table));
}

/**
 * recycle_init() - nothing to look for yet
 * @table: a new one; recycle_stop() is due
 */
void recycle_init(struct traffic_table *table)
{
	INIT_DELAYED_WORK(&table->recycling.work, recycle_slice);
	mutex_init(&table->recycling.writing);
}

/**
 * recycle_start() - have rows given up
 * @table: a new one, whose rows are recycled
 */
void recycle_start(struct traffic_table *table)
{
	hashed_call_when_crowded(hashed_of(table), tables_queue,
				 &table->recycling.work);
}

/**
 * recycle_stop() - no more of that
 * @table: a table to which no packet comes any more
 *
 * Context: may sleep.
 */
void recycle_stop(struct traffic_table *table)
{
	cancel_delayed_work_sync(&table->recycling.work);
	mutex_destroy(&table->recycling.writing);
}
