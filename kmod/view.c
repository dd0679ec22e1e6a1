// SPDX-License-Identifier: GPL-2.0
/*
 * view: see view.h; why the order of the accesses is right stands in ledger.c
 */
#include "view.h"

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

/* The offset of a column, or NULL where nothing has been taken or restored. */
static atomic64_t *offset_of(const struct view *view, u32 row, u32 column)
{
	struct ledger_page *page;

	page = ledger_page_at(view->ledger->offsets, slot_of(view, row, column));
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
 * Context: any; also under offsets_lock. Return: whether one is not zero.
 */
bool view_read(const struct view *view, u32 row, u64 *values)
{
	u64 sums[LEDGER_COLUMNS_MAX];
	const atomic64_t *offset;
	bool something = false;
	u32 i;

	for (i = 0; i < view->count; i++) {
		offset = offset_of(view, row, view->columns[i]);
		values[i] = offset ? atomic64_read_acquire(offset) : 0;
	}
	ledger_sum_row(view->ledger, row, sums);
	for (i = 0; i < view->count; i++) {
		values[i] = sums[view->columns[i]] - values[i];
		something |= values[i];
	}
	return something;
}

/* Sleeps, hence before the lock is taken. */
static int make_offsets(const struct view *view, u32 row)
{
	struct ledger *ledger = view->ledger;
	u32 i;

	for (i = 0; i < view->count; i++)
		if (!ledger_touch_page(ledger, ledger->offsets,
				       slot_of(view, row, view->columns[i]),
				       GFP_KERNEL, MEMORY_READER))
			return -ENOSPC;
	return 0;
}

/* Under offsets_lock, after make_offsets(). */
static void move_offsets(const struct view *view, u32 row, const u64 *values,
			 int sign)
{
	atomic64_t *offset;
	u32 i;

	for (i = 0; i < view->count; i++) {
		offset = offset_of(view, row, view->columns[i]);
		atomic64_set_release(offset,
				     atomic64_read(offset) + sign * values[i]);
	}
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
	err = make_offsets(view, row);
	if (err)
		return err;

	spin_lock(&ledger->offsets_lock);
	something = view_read(view, row, claim->values);
	move_offsets(view, row, claim->values, 1);
	claim->row = row;
	claim->clears = view->clears;
	spin_unlock(&ledger->offsets_lock);
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
	spin_lock(&view->ledger->offsets_lock);
	if (claim->clears == view->clears)
		move_offsets(view, claim->row, claim->values, -1);
	spin_unlock(&view->ledger->offsets_lock);
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

static int change(struct view *view, u32 row, const u64 *values, int sign,
		  bool (*may)(const u64 *shown, const u64 *values, u32 count))
{
	u64 shown[VIEW_COLUMNS_MAX];
	int err;

	err = make_offsets(view, row);
	if (err)
		return err;

	spin_lock(&view->ledger->offsets_lock);
	view_read(view, row, shown);
	if (may(shown, values, view->count))
		move_offsets(view, row, values, sign);
	else
		err = -EINVAL;
	spin_unlock(&view->ledger->offsets_lock);
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
	return change(view, row, values, -1, may_restore);
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
	return change(view, row, values, 1, may_subtract);
}

/* Reservations made before or during a clearing are not given back. */
static void forget_claims(struct view *view)
{
	spin_lock(&view->ledger->offsets_lock);
	view->clears++;
	spin_unlock(&view->ledger->offsets_lock);
}

static bool has_offsets(const struct view *view, u32 row)
{
	u32 i;

	for (i = 0; i < view->count; i++)
		if (!offset_of(view, row, view->columns[i]))
			return false;
	return true;
}

static void clear_chunk(struct view *view, u32 chunk)
{
	const u32 end = min(chunk + LEDGER_PAGE_ROWS, view->ledger->rows);
	u64 shown[VIEW_COLUMNS_MAX];
	u32 row;

	spin_lock(&view->ledger->offsets_lock);
	for (row = chunk; row < end; row++)
		if (view_read(view, row, shown))
			move_offsets(view, row, shown, 1);
	spin_unlock(&view->ledger->offsets_lock);
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
		err = make_offsets(view, row);
		if (err)
			return err;
		cond_resched();
	}

	forget_claims(view);
	for (row = 0; view_next_row(view, &row); row += LEDGER_PAGE_ROWS) {
		/* Pages that are newer than the loop above count anew. */
		if (has_offsets(view, row))
			clear_chunk(view, row);
		cond_resched();
	}
	forget_claims(view);
	return 0;
}
