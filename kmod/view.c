// SPDX-License-Identifier: GPL-2.0
/*
 * view: see view.h; why the order of the accesses is right stands in ledger.c
 */
#include "view.h"

#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
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

static void move_offset(struct ledger_page *page, u32 row, u32 column, u64 by)
{
	atomic64_t *offset;

	column %= LEDGER_GROUP_COLUMNS;
	offset = &ledger_row_of(page, row)->columns[column].offset;
	atomic64_set_release(offset, atomic64_read(offset) + by);
}

static void take_column(const struct view *view, u32 i, struct view_rows *rows)
{
	const u32 column = view->columns[i];
	struct ledger_page *page = offset_page(view, rows->first, column);
	u32 n;

	for (n = 0; n < rows->count; n++) {
		/* Counted only just now: left for the next time. */
		if (!page)
			rows->values[n][i] = 0;
		if (rows->values[n][i])
			move_offset(page, rows->first + n, column,
				    rows->values[n][i]);
	}
}

static void take_off(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (values[i])
			move_offset(offset_page(view, row, view->columns[i]),
				    row, view->columns[i], values[i]);
}

static void put_on(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (values[i])
			move_offset(offset_page(view, row, view->columns[i]),
				    row, view->columns[i], -values[i]);
}

static void change_reserving(const struct view *view,
			     const struct view_rows *rows, int by)
{
	if (view->ledger->recycled)
		view->ledger->reserving[rows->first / LEDGER_PAGE_ROWS] += by;
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

	spin_lock(&view->ledger->take_lock);
	view_read(view, row, most, rows);
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
	sum_rows(view, row, 1, shown);
	if (may(shown[0], values, view->count))
		move(view, row, values);
	else
		err = -EINVAL;
	spin_unlock(&view->ledger->take_lock);
	return err;
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
		view_take(view, row, VIEW_ROWS_MAX, rows);
		view_consume(view, rows);
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
	sum_rows(view, row, 1, shown);
	spent = !view_shows(shown[0], view->count) &&
		!ledger->reserving[row / LEDGER_PAGE_ROWS];
	spin_unlock(&ledger->take_lock);
	return spent;
}
