// SPDX-License-Identifier: GPL-2.0
/*
 * open_file: see open_file.h
 *
 * Not a seq_file: that may show a row twice, and cannot tell when a row has
 * reached its reader, on which consuming depends. Here some rows are made,
 * copied out, and only then the next ones are made; so a read of any size passes
 * over a million rows at one go. A read that ends, or waits for its memory to be
 * paged in, keeps one row at most: the one it has a part of. The others are made
 * anew when they are wanted, so that none is reserved for somebody who may never
 * come back.
 */
#include "open_file.h"

#include <linux/bottom_half.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include "batch.h"
#include "info.h"
#include "memory.h"
#include "rowkey.h"
#include "rowtext.h"
#include "table.h"

static_assert(ROWTEXT_VALUES_MAX == VIEW_COLUMNS_MAX);
static_assert(VIEW_ROWS_MAX * ROWTEXT_MAX >= INFO_TEXT_MAX);

/* Bytes of a row, about: to make no more rows than are wanted. */
#define ROW_BYTES 64

/**
 * struct open_file - one open file
 * @lock: for all that follows
 * @table: what it shows; held by whoever opened the file
 * @view: the columns, or NULL for NAME_info
 * @which: enum table_view, or another number for NAME_info
 * @pos: of the next byte to be read
 * @peeks: reading does not consume, though the file clears
 * @started: the header, or NAME_info, has been made
 * @row: the next one
 * @rows: what is in @text; reserved, in a file that clears
 * @whole: how many of @rows have been delivered
 * @ends: of each of @rows in @text
 * @text: what is being delivered
 * @length: of it
 * @delivered: of it
 * @line: a line that is being written and has no end yet
 * @line_length: of it
 * @write_error: what the next write says, after one that stopped short
 * @batch: that is being written
 */
struct open_file {
	struct mutex lock;
	struct traffic_table *table;
	struct view *view;
	unsigned int which;

	loff_t pos;
	bool peeks;
	bool started;
	u32 row;
	struct view_rows rows;
	u32 whole;
	u16 ends[VIEW_ROWS_MAX];
	size_t length;
	size_t delivered;
	char text[VIEW_ROWS_MAX * ROWTEXT_MAX];

	size_t line_length;
	int write_error;
	struct batch_line batch;
	char line[ROWTEXT_MAX];
};

/**
 * open_file_create() - somebody opens a file
 * @table: what it shows; stays until open_file_destroy()
 * @which: enum table_view, or TABLE_VIEWS for NAME_info
 *
 * Context: may sleep. Return: the open file, or NULL.
 */
struct open_file *open_file_create(struct traffic_table *table,
				   unsigned int which)
{
	struct open_file *open = kvzalloc(sizeof(*open), GFP_MANY_PAGES);

	if (!open)
		return NULL;
	mutex_init(&open->lock);
	open->table = table;
	open->which = which;
	if (which < TABLE_VIEWS)
		open->view = &table->views[which];
	return open;
}

/**
 * open_file_table() - what an open file shows
 * @open: the open file
 */
struct traffic_table *open_file_table(const struct open_file *open)
{
	return open->table;
}

/**
 * open_file_is_stream() - whether it is of those that clear, and so do not seek
 * @open: the open file
 */
bool open_file_is_stream(const struct open_file *open)
{
	return open->view && open->table->flags & XT_TRAFFIC_CLEARONREAD;
}

/* Whether reading consumes. */
static bool clears(const struct open_file *open)
{
	return open_file_is_stream(open) && !open->peeks;
}

/* What is in @open->rows has been delivered, or shows nothing. */
static void be_done_with_rows(struct open_file *open)
{
	if (clears(open) && open->rows.count)
		view_consume(open->view, &open->rows);
	open->rows.count = 0;
}

/* Forgets all but the first @keep rows, to be made anew. */
static void drop_rows(struct open_file *open, u32 keep)
{
	if (keep >= open->rows.count)
		return;
	if (clears(open))
		view_give_back(open->view, &open->rows, keep);
	open->rows.count = keep;
	open->row = open->rows.first + keep;
	open->length = keep ? open->ends[keep - 1] : 0;
}

/**
 * open_file_destroy() - and closes it
 * @open: the open file
 *
 * What was reserved and not delivered is shown again.
 */
void open_file_destroy(struct open_file *open)
{
	drop_rows(open, open->whole);
	be_done_with_rows(open);
	mutex_destroy(&open->lock);
	kvfree(open);
}

static char *put_row(const struct open_file *open, char *to, u32 row,
		     const u64 *values)
{
	if (view_kinds[open->which].by_port)
		to = rowtext_put_number(to, row);
	else
		to = rowkey_put(to, &open->table->addresses, row);
	return rowtext_put_values(to, values, open->view->count);
}

static void note_taken(const struct open_file *open, u32 row)
{
	if (clears(open) && !view_kinds[open->which].by_port)
		index_note_taken(&open->table->addresses, row);
}

static void put_rows(struct open_file *open)
{
	const struct view_rows *rows = &open->rows;
	char *to = open->text;
	u32 i;

	for (i = 0; i < rows->count; i++) {
		if (view_shows(rows->values[i], open->view->count)) {
			to = put_row(open, to, rows->first + i,
				     rows->values[i]);
			note_taken(open, rows->first + i);
		}
		open->ends[i] = to - open->text;
	}
	open->length = to - open->text;
}

/* Return: 1, 0 when there is no row to show any more, or an error. */
static int make_rows(struct open_file *open, size_t wanted)
{
	const u32 most = min_t(size_t, 1 + wanted / ROW_BYTES, VIEW_ROWS_MAX);

	while (view_next_row(open->view, &open->row)) {
		if (clears(open))
			view_take(open->view, open->row, most, &open->rows);
		else if (open->peeks)
			view_hold(open->view, open->row, most, &open->rows);
		else
			view_read(open->view, open->row, most, &open->rows);
		open->row += open->rows.count;
		put_rows(open);
		if (open->peeks)
			view_release(open->view, &open->rows);
		if (open->length)
			return 1;
		be_done_with_rows(open);	/* they show nothing */
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* What was counted before a pass began is in it; what comes later may be. */
static void make_start(struct open_file *open)
{
	if (open->view) {
		ledger_settle(open->view->ledger);
		open->length = strscpy(open->text,
				       view_kinds[open->which].header,
				       sizeof(open->text));
	} else {
		table_settle(open->table);
		open->length = info_put(open->table, open->text);
	}
	open->started = true;
}

/*
 * @wanted is how many bytes of text are. Return: 1 when @open->text is to be
 * delivered, 0 at the end, or an error.
 */
static int make_text(struct open_file *open, size_t wanted)
{
	if (open->delivered < open->length)
		return 1;
	be_done_with_rows(open);
	open->delivered = 0;
	open->length = 0;
	open->whole = 0;
	if (!open->started) {
		make_start(open);
		return 1;
	}
	return open->view ? make_rows(open, wanted) : 0;
}

static void advance(struct open_file *open, size_t bytes)
{
	open->delivered += bytes;
	open->pos += bytes;
	while (open->whole < open->rows.count &&
	       open->ends[open->whole] <= open->delivered)
		open->whole++;
}

/* Files that clear do not seek. */
static int seek(struct open_file *open, loff_t pos)
{
	int made;

	if (pos < open->pos) {
		open->pos = 0;
		open->started = false;
		open->row = 0;
		open->rows.count = 0;
		open->whole = 0;
		open->length = 0;
		open->delivered = 0;
	}
	while (open->pos < pos) {
		made = make_text(open, pos - open->pos);
		if (made <= 0)
			return made;
		advance(open, min_t(loff_t, pos - open->pos,
				    open->length - open->delivered));
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static bool has_reserved_several(const struct open_file *open)
{
	return clears(open) && open->rows.count > open->whole + 1;
}

/* Return: 1, or -EFAULT when there is no memory to copy to. */
static int copy_text(struct open_file *open, struct iov_iter *to)
{
	const bool several = has_reserved_several(open);

	if (several)
		pagefault_disable();
	advance(open, copy_to_iter(open->text + open->delivered,
				   open->length - open->delivered, to));
	if (several)
		pagefault_enable();

	if (open->delivered == open->length || !iov_iter_count(to))
		return 1;
	if (!several)
		return -EFAULT;
	drop_rows(open, open->whole + 1);
	return 1;
}

static void drop_rows_not_begun(struct open_file *open)
{
	const size_t start = open->whole ? open->ends[open->whole - 1] : 0;

	drop_rows(open, open->whole + (open->delivered > start));
	if (open->whole == open->rows.count)
		be_done_with_rows(open);
}

static ssize_t deliver(struct open_file *open, struct iov_iter *to)
{
	const size_t wanted = iov_iter_count(to);
	size_t copied = 0;
	int made = 0;

	while (copied < wanted && !(copied && signal_pending(current))) {
		made = make_text(open, wanted - copied);
		if (made > 0)
			made = copy_text(open, to);
		copied = wanted - iov_iter_count(to);
		if (made <= 0)
			break;
		cond_resched();
	}
	drop_rows_not_begun(open);
	return copied ? copied : made;
}

/**
 * open_file_read() - read
 * @open: the open file
 * @pos: where; moved on. Not looked at in a file that clears
 * @to: where to
 *
 * In a file that clears, a row is consumed when its last byte has been copied, unless
 * "peek" has been written.
 *
 * Context: may sleep. Return: bytes copied, 0 at the end, or a negative error.
 */
ssize_t open_file_read(struct open_file *open, loff_t *pos,
		       struct iov_iter *to)
{
	ssize_t copied;

	if (mutex_lock_interruptible(&open->lock))
		return -ERESTARTSYS;
	copied = open_file_is_stream(open) ? 0 : seek(open, *pos);
	if (!copied)
		copied = deliver(open, to);
	if (copied > 0)
		*pos += copied;
	mutex_unlock(&open->lock);
	return copied;
}

static int change_row(const struct open_file *open, const struct rowtext *row,
		      u32 number)
{
	return row->subtract ? view_subtract(open->view, number, row->values) :
			       view_restore(open->view, number, row->values);
}

static int apply_port_row(const struct open_file *open,
			  const struct rowtext *row)
{
	u32 port;

	if (!rowtext_parse_port(row->key, row->key_length, &port))
		return -EINVAL;
	return change_row(open, row, port);
}

/* Nothing can be subtracted from an address that has no row. */
static u32 get_row(const struct index *index, bool subtract,
		   const __be32 *address)
{
	u32 row;

	local_bh_disable();
	row = subtract ? index_find(index, address, index->words == 4) :
			 index_touch(index, address, MEMORY_READER);
	local_bh_enable();
	return row;
}

static int apply_address_row(const struct open_file *open,
			     const struct rowtext *row)
{
	struct traffic_table *table = open->table;
	union nf_inet_addr key;
	u32 number;
	int err;

	if (!rowkey_parse(row->key, row->key_length, &table->addresses, &key))
		return -EINVAL;
	if (!view_shows(row->values, open->view->count))
		return 0;
	mutex_lock(&table->recycling.writing);
	number = get_row(&table->addresses, row->subtract,
			 (__force __be32 *)key.all);
	if (number == INDEX_NO_ROW) {
		err = row->subtract ? -EINVAL : -ENOSPC;
	} else {
		err = change_row(open, row, number);
		index_note_taken(&table->addresses, number);
	}
	mutex_unlock(&table->recycling.writing);
	return err;
}

static int apply_row(struct open_file *open)
{
	struct rowtext row;

	if (!rowtext_parse(open->line, open->line_length, open->view->count,
			   &row))
		return -EINVAL;
	if (view_kinds[open->which].by_port)
		return apply_port_row(open, &row);
	return apply_address_row(open, &row);
}

static int clear(struct open_file *open)
{
	struct traffic_table *table = open->table;
	int err;

	ledger_settle(open->view->ledger);
	mutex_lock(&table->batches_lock);
	/* Rows that show nothing any more are not silent since long. */
	mutex_lock(&table->recycling.writing);
	err = view_clear(open->view);
	if (!err) {
		table_begin(table);
		/* They were of other counters. */
		memset(table->batches, 0, sizeof(table->batches));
	}
	mutex_unlock(&table->recycling.writing);
	mutex_unlock(&table->batches_lock);
	return err;
}

/* Before anything has been read. */
static int peek(struct open_file *open)
{
	if (open->started)
		return -EINVAL;
	open->peeks = true;
	return 0;
}

static int begin_batch(struct open_file *open, const struct batch_line *place,
		       u64 generation)
{
	struct traffic_table *table = open->table;
	int err = 0;

	mutex_lock(&table->batches_lock);
	if (atomic64_read(&table->generation) == generation) {
		batch_begin(&table->batches[open->which], place);
		open->batch = *place;
	} else {
		err = -ESTALE;
	}
	mutex_unlock(&table->batches_lock);
	return err;
}

/* Nobody is killed between a row that is applied and the note that it has been. */
static int apply_row_of_batch(struct open_file *open)
{
	struct batch *batch = &open->table->batches[open->which];
	int err = 0;

	mutex_lock(&open->table->batches_lock);
	if (batch->id != open->batch.id)
		err = -ESTALE;
	else if (open->batch.line >= batch->next)
		err = apply_row(open);
	if (!err) {
		open->batch.line++;
		batch->next = max(batch->next, open->batch.line);
	}
	mutex_unlock(&open->table->batches_lock);
	return err;
}

/* Whether @open->line is @text; @text may have a newline at its end. */
static bool line_is(const struct open_file *open, const char *text)
{
	return open->line_length == strcspn(text, "\n") &&
	       !memcmp(open->line, text, open->line_length);
}

static int apply_line(struct open_file *open)
{
	struct batch_line place;
	u64 generation;

	if (line_is(open, "clear"))
		return clear(open);
	if (line_is(open, view_kinds[open->which].header))
		return 0;
	if (line_is(open, "peek"))
		return peek(open);
	if (batch_parse(open->line, open->line_length, &place, &generation))
		return begin_batch(open, &place, generation);
	return open->batch.id ? apply_row_of_batch(open) : apply_row(open);
}

/*
 * Takes bytes into the line, up to its newline, and applies it then. Return:
 * how many bytes were taken, or an error; a line that is wrong is forgotten.
 */
static ssize_t take_line(struct open_file *open, const char __user *from,
			 size_t count)
{
	char *start = open->line + open->line_length;
	const size_t room = sizeof(open->line) - open->line_length;
	const char *newline;
	ssize_t taken;
	int err;

	taken = min(count, room);
	if (copy_from_user(start, from, taken))
		return -EFAULT;
	newline = memchr(start, '\n', taken);
	if (newline) {
		taken = newline + 1 - start;
		open->line_length = newline - open->line;
		err = apply_line(open);
	} else {
		open->line_length += taken;
		err = taken == room ? -EINVAL : 0;
		if (!err)
			return taken;
	}
	open->line_length = 0;
	return err ? err : taken;
}

static ssize_t take_lines(struct open_file *open, const char __user *from,
			  size_t count)
{
	size_t total = 0;
	ssize_t taken;

	taken = open->write_error;
	open->write_error = 0;
	while (!taken && total < count) {
		taken = take_line(open, from + total, count - total);
		if (taken < 0)
			break;
		total += taken;
		taken = signal_pending(current) ? -EINTR : 0;
		cond_resched();
	}
	if (taken < 0 && !total)
		return taken;
	if (taken == -EINVAL || taken == -ENOSPC || taken == -ESTALE)
		open->write_error = taken;
	return total;
}

/**
 * open_file_write() - write: rows to restore or to subtract, "clear", "peek", batches
 * @open: the open file, not of NAME_info
 * @from: the bytes
 * @count: how many
 *
 * Stops before a bad line; the next write says what is wrong with it.
 *
 * Context: may sleep. Return: bytes taken, or a negative error: -EINVAL for a
 * line that is none, is outside of the network or would make a number pass its
 * range; -ENOSPC when there is no row or no memory for it; -ESTALE for a batch when
 * the counters have begun anew, or another batch.
 */
ssize_t open_file_write(struct open_file *open, const char __user *from,
			size_t count)
{
	ssize_t taken;

	if (mutex_lock_interruptible(&open->lock))
		return -ERESTARTSYS;
	taken = take_lines(open, from, count);
	mutex_unlock(&open->lock);
	return taken;
}
