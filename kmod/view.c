// SPDX-License-Identifier: GPL-2.0
/*
 * view: see view.h; why the order of the accesses is right stands in ledger.c
 */
#include "view.h"

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "ledger.h"

/**
 * view_next_row() - go on to a row that may have something to show
 * @view: the view
 * @row: where to start; moved on where pages are missing
 *
 * Context: any. Return: false when there is no such row.
 */
bool view_next_row(const struct view *view, u32 *row)
{
	const struct ledger *ledger = view->ledger;

	while (*row < ledger->rows) {
		/* Within a chunk it has been looked at already. */
		if (*row % LEDGER_PAGE_ROWS || ledger_chunk_in_use(ledger, *row))
			return true;
		*row += LEDGER_PAGE_ROWS;
	}
	return false;
}

static u32 slot_of(const struct view *view, u32 row, u32 column)
{
	return ledger_slot(row, view->ledger->groups,
			   column / LEDGER_GROUP_COLUMNS);
}

/* What a column is taken from, or NULL where that has not been made. */
static atomic64_t *shared_of(const struct view *view, u32 row, u32 column)
{
	struct ledger_page *page;

	page = ledger_page_at(view->ledger->shared, slot_of(view, row, column));
	if (!page)
		return NULL;
	return &ledger_row_of(page, row)
			->columns[column % LEDGER_GROUP_COLUMNS].shared;
}

/**
 * view_read() - what a row shows
 * @view: the view
 * @row: the row
 * @values: @view->count numbers; filled in
 *
 * Context: any; also under take_lock. Return: whether one is not zero.
 */
bool view_read(const struct view *view, u32 row, u64 *values)
{
	u64 sums[LEDGER_COLUMNS_MAX];
	bool something = false;
	u32 i;

	ledger_sum_row(view->ledger, row, sums);
	for (i = 0; i < view->count; i++) {
		values[i] = sums[view->columns[i]];
		something |= values[i];
	}
	return something;
}

static bool make_shared(const struct view *view, u32 row, u32 column)
{
	struct ledger *ledger = view->ledger;

	return ledger_touch_page(ledger, ledger->shared,
				 slot_of(view, row, column), GFP_KERNEL,
				 MEMORY_READER);
}

/* Sleeps, hence before the lock is taken. */
static int make_shared_for(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (values[i] && !make_shared(view, row, view->columns[i]))
			return -ENOSPC;
	return 0;
}

/* These three under take_lock. */

/* What was counted since make_shared_for(): left for the next time. */
static bool leave_unmade(const struct view *view, u32 row, u64 *values)
{
	bool something = false;
	u32 i;

	for (i = 0; i < view->count; i++) {
		if (!shared_of(view, row, view->columns[i]))
			values[i] = 0;
		something |= values[i];
	}
	return something;
}

static void take_off(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (values[i])
			atomic64_fetch_sub_release(values[i],
						   shared_of(view, row,
							     view->columns[i]));
}

static void put_on(const struct view *view, u32 row, const u64 *values)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (values[i])
			atomic64_add(values[i],
				     shared_of(view, row, view->columns[i]));
}

/**
 * view_take() - reserve what a row shows
 * @view: the view
 * @row: the row
 * @claim: filled in
 *
 * Nobody else is shown the numbers from here on; they are consumed unless
 * view_give_back() follows.
 *
 * Context: may sleep. Return: 1; 0 when the row shows nothing; -ENOSPC when
 * there is no memory to note it (nothing has changed then).
 */
int view_take(struct view *view, u32 row, struct view_claim *claim)
{
	struct ledger *ledger = view->ledger;
	bool something;
	int err;

	if (!view_read(view, row, claim->values))
		return 0;
	err = make_shared_for(view, row, claim->values);
	if (err)
		return err;

	spin_lock(&ledger->take_lock);
	view_read(view, row, claim->values);
	something = leave_unmade(view, row, claim->values);
	take_off(view, row, claim->values);
	claim->row = row;
	claim->clears = view->clears;
	spin_unlock(&ledger->take_lock);
	return something;
}

/**
 * view_give_back() - show what was reserved again
 * @view: the view
 * @claim: from view_take()
 *
 * What was cleared while it was reserved stays cleared.
 *
 * Context: process.
 */
void view_give_back(struct view *view, const struct view_claim *claim)
{
	spin_lock(&view->ledger->take_lock);
	if (claim->clears == view->clears)
		put_on(view, claim->row, claim->values);
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
	u64 shown[VIEW_COLUMNS_MAX];
	int err;

	err = make_shared_for(view, row, values);
	if (err)
		return err;

	spin_lock(&view->ledger->take_lock);
	view_read(view, row, shown);
	if (may(shown, values, view->count))
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

static int make_shared_chunk(const struct view *view, u32 chunk)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (ledger_slot_in_use(view->ledger,
				       slot_of(view, chunk, view->columns[i])) &&
		    !make_shared(view, chunk, view->columns[i]))
			return -ENOSPC;
	return 0;
}

static void clear_chunk(struct view *view, u32 chunk)
{
	const u32 end = min(chunk + LEDGER_PAGE_ROWS, view->ledger->rows);
	u64 shown[VIEW_COLUMNS_MAX];
	u32 row;

	spin_lock(&view->ledger->take_lock);
	for (row = chunk; row < end; row++)
		if (view_read(view, row, shown) &&
		    leave_unmade(view, row, shown))
			take_off(view, row, shown);
	spin_unlock(&view->ledger->take_lock);
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
	u32 row;
	int err;

	for (row = 0; view_next_row(view, &row); row += LEDGER_PAGE_ROWS) {
		err = make_shared_chunk(view, row);
		if (err)
			return err;
		cond_resched();
	}

	forget_claims(view);
	for (row = 0; view_next_row(view, &row); row += LEDGER_PAGE_ROWS) {
		clear_chunk(view, row);
		cond_resched();
	}
	forget_claims(view);
	return 0;
}
