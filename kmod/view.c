// SPDX-License-Identifier: GPL-2.0
/*
 * view: see view.h; why the order of the accesses is right stands in ledger.c
 */
#include "view.h"

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "ledger.h"

static_assert(LEDGER_PAGE_ROWS % VIEW_ROWS_MAX == 0);
static_assert(VIEW_ROWS_MAX <= 32);	/* view_shown() has a bit for each */

/**
 * view_next_row() - go on to a row that may have something to show
 * @view: the view
 * @row: where to start; moved on where pages are missing
 *
 * Context: may sleep. Return: false when there is no such row.
 */
bool view_next_row(const struct view *view, u32 *row)
{
	const struct ledger *ledger = view->ledger;

	while (*row < ledger->rows) {
		/* Within a chunk it has been looked at already. */
		if (*row % LEDGER_PAGE_ROWS || ledger_chunk_in_use(ledger, *row))
			return true;
		*row += LEDGER_PAGE_ROWS;
		cond_resched();
	}
	return false;
}

static u32 slot_of(const struct view *view, u32 row, u32 column)
{
	return ledger_slot(row, view->ledger->groups,
			   column / LEDGER_GROUP_COLUMNS);
}

static struct ledger_page *offset_page(const struct view *view, u32 row,
				       u32 column)
{
	return ledger_page_at(view->ledger->offsets,
			      slot_of(view, row, column));
}

static void sum_rows(const struct view *view, u32 row, u32 count,
		     u64 (*values)[VIEW_COLUMNS_MAX])
{
	u32 i;

	for (i = 0; i < view->count; i++)
		ledger_sum_column(view->ledger, row, view->columns[i], count,
				  &values[0][i], VIEW_COLUMNS_MAX);
}

/*
 * Packets never take a number to 2^63, but one may be restored that is higher, and
 * then taken past 2^64 by packets. It would look small: the most that can be written
 * is shown in its place, until something is taken off it.
 */
static bool has_passed(const struct view *view, u32 row, u32 i, u64 sum)
{
	const struct ledger *ledger = view->ledger;
	const unsigned long *high = READ_ONCE(ledger->high);

	return high && !(sum >> 63) &&
	       test_bit(ledger_high_bit(ledger, row, view->columns[i]), high);
}

/* Under take_lock. */
static void read_rows(const struct view *view, u32 row, u32 count,
		      u64 (*values)[VIEW_COLUMNS_MAX])
{
	u32 n, i;

	sum_rows(view, row, count, values);
	if (!READ_ONCE(view->ledger->high))
		return;
	for (n = 0; n < count; n++)
		for (i = 0; i < view->count; i++)
			if (has_passed(view, row + n, i, values[n][i]))
				values[n][i] = U64_MAX;
}

static void choose_rows(const struct view *view, u32 row, u32 most,
			struct view_rows *rows)
{
	const u32 end = round_down(row, LEDGER_PAGE_ROWS) + LEDGER_PAGE_ROWS;

	rows->first = row;
	rows->count = min(min(end, view->ledger->rows) - row,
			  min_t(u32, most, VIEW_ROWS_MAX));
}

/**
 * view_read() - what some rows show
 * @view: the view
 * @row: the first row
 * @most: how many rows are wanted, at least 1
 * @rows: filled in, maybe with fewer rows
 *
 * Context: any.
 */
void view_read(const struct view *view, u32 row, u32 most,
	       struct view_rows *rows)
{
	choose_rows(view, row, most, rows);
	sum_rows(view, row, rows->count, rows->values);
	/* Before the offset of a number that needs it (test/litmus/high.litmus). */
	if (likely(!READ_ONCE(view->ledger->high)))
		return;
	spin_lock(&view->ledger->take_lock);
	read_rows(view, row, rows->count, rows->values);
	spin_unlock(&view->ledger->take_lock);
}

/**
 * view_shown() - which rows show something
 * @view: the view
 * @row: the first of VIEW_ROWS_MAX rows of a page
 *
 * Context: any. Return: a bit for each row, the lowest for the first.
 */
u32 view_shown(const struct view *view, u32 row)
{
	u64 sums[VIEW_ROWS_MAX];
	u32 shown = 0, count, i, n;

	if (row >= view->ledger->rows)
		return 0;
	count = min_t(u32, view->ledger->rows - row, VIEW_ROWS_MAX);
	for (i = 0; i < view->count; i++) {
		ledger_sum_column(view->ledger, row, view->columns[i], count,
				  sums, 1);
		for (n = 0; n < count; n++)
			shown |= (u32)!!sums[n] << n;
	}
	return shown;
}

static bool make_offset(const struct view *view, u32 row, u32 column)
{
	struct ledger *ledger = view->ledger;

	return ledger_touch_page(ledger, ledger->offsets,
				 slot_of(view, row, column), GFP_KERNEL,
				 MEMORY_READER);
}

/* Sleeps, hence before the lock is taken. */
static int make_offset_for(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (values[i] && !make_offset(view, row, view->columns[i]))
			return -ENOSPC;
	return 0;
}

/* These under take_lock. */

/* Keeps @high, before the offset is moved. */
static void note_change(const struct view *view, u32 row, u32 i, u64 value,
			bool up)
{
	const u32 column = view->columns[i];
	struct ledger *ledger = view->ledger;
	unsigned long *high = READ_ONCE(ledger->high);
	bool passed;
	u64 sum;

	if (!high)
		return;
	ledger_sum_column(ledger, row, column, 1, &sum, 1);
	passed = has_passed(view, row, i, sum);
	if (up)
		passed |= check_add_overflow(sum, value, &sum);
	else
		passed &= !check_sub_overflow(sum, value, &sum);
	__assign_bit(ledger_high_bit(ledger, row, column), high,
		     passed || sum >> 63);
}

static void move_offset(const struct view *view, u32 row, u32 i, u64 by)
{
	const u32 column = view->columns[i];
	struct ledger_group *group =
		ledger_row_of(offset_page(view, row, column), row);
	atomic64_t *offset =
		&group->columns[column % LEDGER_GROUP_COLUMNS].offset;

	atomic64_set_release(offset, atomic64_read(offset) + by);
}

static void take_column(const struct view *view, u32 i, struct view_rows *rows)
{
	struct ledger_page *page =
		offset_page(view, rows->first, view->columns[i]);
	u32 n;

	for (n = 0; n < rows->count; n++) {
		/* Counted only just now: left for the next time. */
		if (!page)
			rows->values[n][i] = 0;
		if (!rows->values[n][i])
			continue;
		note_change(view, rows->first + n, i, rows->values[n][i], false);
		move_offset(view, rows->first + n, i, rows->values[n][i]);
	}
}

static void take_off(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++) {
		if (!values[i])
			continue;
		note_change(view, row, i, values[i], false);
		move_offset(view, row, i, values[i]);
	}
}

static void put_on(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++) {
		if (!values[i])
			continue;
		note_change(view, row, i, values[i], true);
		move_offset(view, row, i, -values[i]);
	}
}

static void change_reserving(const struct view *view,
			     const struct view_rows *rows, int by)
{
	if (view->ledger->recycled)
		view->ledger->reserving[rows->first / LEDGER_PAGE_ROWS] += by;
}

/**
 * view_hold() - what some rows show, that do not become other addresses' meanwhile
 * @view: the view
 * @row: the first row
 * @most: how many rows are wanted, at least 1
 * @rows: filled in, maybe with fewer rows
 *
 * view_release() is due, soon: until then these rows are not given up.
 *
 * Context: process.
 */
void view_hold(struct view *view, u32 row, u32 most, struct view_rows *rows)
{
	choose_rows(view, row, most, rows);
	spin_lock(&view->ledger->take_lock);
	read_rows(view, row, rows->count, rows->values);
	change_reserving(view, rows, 1);
	spin_unlock(&view->ledger->take_lock);
}

/**
 * view_release() - let rows be given up again
 * @view: the view
 * @rows: from view_hold(); stay as they are
 *
 * Context: process.
 */
void view_release(struct view *view, const struct view_rows *rows)
{
	spin_lock(&view->ledger->take_lock);
	change_reserving(view, rows, -1);
	spin_unlock(&view->ledger->take_lock);
}

/**
 * view_take() - reserve what some rows show
 * @view: the view, of a ledger that is consumed or has all its offsets
 * @row: the first row
 * @most: how many rows are wanted, at least 1
 * @rows: filled in, maybe with fewer rows
 *
 * Nobody else is shown the numbers from here on. view_give_back() or
 * view_consume() is due.
 *
 * Context: process.
 */
void view_take(struct view *view, u32 row, u32 most, struct view_rows *rows)
{
	u32 i;

	choose_rows(view, row, most, rows);
	spin_lock(&view->ledger->take_lock);
	read_rows(view, row, rows->count, rows->values);
	for (i = 0; i < view->count; i++)
		take_column(view, i, rows);
	rows->clears = view->clears;
	change_reserving(view, rows, 1);
	spin_unlock(&view->ledger->take_lock);
}

/**
 * view_give_back() - show what was reserved again
 * @view: the view
 * @rows: from view_take()
 * @from: the first one to give back, counted in @rows; if there is one before
 *        it, view_consume() is still due
 *
 * What was cleared while it was reserved stays cleared.
 *
 * Context: process.
 */
void view_give_back(struct view *view, struct view_rows *rows, u32 from)
{
	u32 i;

	spin_lock(&view->ledger->take_lock);
	for (i = from; i < rows->count && rows->clears == view->clears; i++)
		put_on(view, rows->first + i, rows->values[i]);
	if (!from)
		change_reserving(view, rows, -1);
	rows->count = from;
	spin_unlock(&view->ledger->take_lock);
}

/**
 * view_consume() - be done with what was reserved
 * @view: the view
 * @rows: from view_take()
 *
 * Context: process.
 */
void view_consume(struct view *view, struct view_rows *rows)
{
	spin_lock(&view->ledger->take_lock);
	change_reserving(view, rows, -1);
	rows->count = 0;
	spin_unlock(&view->ledger->take_lock);
}

/* TOTAL of each direction has to stay below 2^64 as well. */
static bool may_restore(const u64 *shown, const u64 *values, u32 count)
{
	u64 total[2] = {}, sum;
	u32 i;

	for (i = 0; i < count; i++)
		if (check_add_overflow(shown[i], values[i], &sum) ||
		    check_add_overflow(total[i % 2], sum, &total[i % 2]))
			return false;
	return true;
}

static bool may_subtract(const u64 *shown, const u64 *values, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (values[i] > shown[i])
			return false;
	return true;
}

static int change(struct view *view, u32 row, const u64 *values,
		  bool (*may)(const u64 *shown, const u64 *values, u32 count),
		  void (*move)(const struct view *view, u32 row,
			       const u64 *values))
{
	u64 shown[1][VIEW_COLUMNS_MAX];
	int err;

	err = make_offset_for(view, row, values);
	if (err)
		return err;

	spin_lock(&view->ledger->take_lock);
	read_rows(view, row, 1, shown);
	if (may(shown[0], values, view->count))
		move(view, row, values);
	else
		err = -EINVAL;
	spin_unlock(&view->ledger->take_lock);
	return err;
}

/* With room for others that restore at the same time. */
static bool may_get_high(const struct view *view, u32 row, const u64 *values)
{
	u64 shown[1][VIEW_COLUMNS_MAX];
	u32 i;

	sum_rows(view, row, 1, shown);
	for (i = 0; i < view->count; i++)
		if (shown[0][i] >> 61 || values[i] >> 61)
			return true;
	return false;
}

/**
 * view_restore() - add to what a row shows
 * @view: the view
 * @row: the row
 * @values: @view->count numbers
 *
 * Context: may sleep. Return: 0; -ENOSPC when there is no memory; -EINVAL when
 * a number or a total would pass 2^64. Nothing has changed on error.
 */
int view_restore(struct view *view, u32 row, const u64 *values)
{
	if (may_get_high(view, row, values) && !ledger_make_high(view->ledger))
		return -ENOSPC;
	return change(view, row, values, may_restore, put_on);
}

/**
 * view_subtract() - take off what a row shows
 * @view: the view
 * @row: the row
 * @values: @view->count numbers
 *
 * Context: may sleep. Return: 0; -ENOSPC when there is no memory; -EINVAL when
 * a number would fall below zero. Nothing has changed on error.
 */
int view_subtract(struct view *view, u32 row, const u64 *values)
{
	return change(view, row, values, may_subtract, take_off);
}

/* Reservations made before or during a clearing are not given back. */
static void forget_claims(struct view *view)
{
	spin_lock(&view->ledger->take_lock);
	view->clears++;
	spin_unlock(&view->ledger->take_lock);
}

static int make_offset_chunk(const struct view *view, u32 chunk)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (ledger_slot_in_use(view->ledger,
				       slot_of(view, chunk, view->columns[i])) &&
		    !make_offset(view, chunk, view->columns[i]))
			return -ENOSPC;
	return 0;
}

static void clear_rows(struct view *view, u32 row, struct view_rows *rows)
{
	/* The second time, what is above 2^64. */
	u32 times = READ_ONCE(view->ledger->high) ? 2 : 1;

	while (times--) {
		view_take(view, row, VIEW_ROWS_MAX, rows);
		view_consume(view, rows);
	}
}

/**
 * view_clear() - show zero everywhere
 * @view: the view
 *
 * Context: may sleep. Return: 0, or -ENOSPC when there is no memory to note
 * it; nothing has changed then.
 */
int view_clear(struct view *view)
{
	struct view_rows *rows;
	u32 row;
	int err;

	for (row = 0; view_next_row(view, &row); row += LEDGER_PAGE_ROWS) {
		err = make_offset_chunk(view, row);
		if (err)
			return err;
		cond_resched();
	}
	rows = kmalloc(sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return -ENOSPC;

	forget_claims(view);
	for (row = 0; view_next_row(view, &row); row += VIEW_ROWS_MAX) {
		clear_rows(view, row, rows);
		cond_resched();
	}
	forget_claims(view);
	kfree(rows);
	return 0;
}

/**
 * view_is_spent() - whether a row shows nothing, and will not do so by itself
 * @view: the view, of a ledger whose rows are recycled
 * @row: the row, in which nothing is counted or restored meanwhile
 *
 * Context: process. Return: false as well when a reader might give something
 * back to the row.
 */
bool view_is_spent(const struct view *view, u32 row)
{
	struct ledger *ledger = view->ledger;
	u64 shown[1][VIEW_COLUMNS_MAX];
	bool spent;

	spin_lock(&ledger->take_lock);
	read_rows(view, row, 1, shown);
	spent = !view_shows(shown[0], view->count) &&
		!ledger->reserving[row / LEDGER_PAGE_ROWS];
	spin_unlock(&ledger->take_lock);
	return spent;
}
