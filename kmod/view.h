/* SPDX-License-Identifier: GPL-2.0 */
/*
 * view: the columns of a ledger that one file shows, and what readers and
 * writers of that file do to them.
 *
 * Knows columns and what is taken from them; does not know text, addresses or
 * packets. No function here waits for counting or makes counting wait. Those
 * that say so may sleep.
 */
#ifndef TRAFFIC_VIEW_H
#define TRAFFIC_VIEW_H

#include <linux/types.h>

struct ledger;

#define VIEW_COLUMNS_MAX 8

/* So many rows are read or taken at once. */
#define VIEW_ROWS_MAX 32

/**
 * struct view - one file's columns
 * @ledger: where they are
 * @columns: their numbers there, in the file's order
 * @count: how many
 * @clears: changes with every clearing; under the ledger's take_lock
 */
struct view {
	struct ledger *ledger;
	const u8 *columns;
	u32 count;
	u32 clears;
};

/**
 * struct view_rows - what rows of a page show
 * @first: the first of them
 * @count: how many
 * @clears: of the view, when they were taken
 * @values: the numbers, in the order of the view's columns
 */
struct view_rows {
	u32 first;
	u32 count;
	u32 clears;
	u64 values[VIEW_ROWS_MAX][VIEW_COLUMNS_MAX];
};

/* Whether a row of these numbers is shown at all. */
static inline bool view_shows(const u64 *values, u32 count)
{
	u64 any = 0;

	while (count)
		any |= values[--count];
	return any;
}

bool view_next_row(const struct view *view, u32 *row);
u32 view_shown(const struct view *view, u32 row);
void view_read(const struct view *view, u32 row, u32 most,
	       struct view_rows *rows);
void view_hold(struct view *view, u32 row, u32 most, struct view_rows *rows);
void view_release(struct view *view, const struct view_rows *rows);
void view_take(struct view *view, u32 row, u32 most, struct view_rows *rows);
void view_give_back(struct view *view, struct view_rows *rows, u32 from);
void view_consume(struct view *view, struct view_rows *rows);
int view_restore(struct view *view, u32 row, const u64 *values);
int view_subtract(struct view *view, u32 row, const u64 *values);
int view_clear(struct view *view);
bool view_is_spent(const struct view *view, u32 row);

#endif /* TRAFFIC_VIEW_H */
