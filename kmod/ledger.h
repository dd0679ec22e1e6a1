/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ledger: rows and columns of 64-bit counters that only ever grow.
 *
 * Knows row and column numbers; does not know addresses, protocols or files.
 * How it is stored, and why nothing is lost or doubled, is told in ledger.c.
 */
#ifndef TRAFFIC_LEDGER_H
#define TRAFFIC_LEDGER_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/prefetch.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/local64.h>
#include "memory.h"

/*
 * A counter has one CPU that writes it (own), or everybody does (shared); an
 * offset is what readers have taken off the two.
 */
union ledger_counter {
	local64_t own;
	atomic64_t shared;
	atomic64_t offset;
};

/*
 * Columns come in groups of four, half a cache line: what one packet adds to
 * lies together, and a page of one group holds neighbouring rows.
 */
#define LEDGER_GROUP_COLUMNS	4

struct ledger_group {
	union ledger_counter columns[LEDGER_GROUP_COLUMNS];
};

/*
 * A page is 1 KiB, so that one address alone (of a /24, say) takes no more than
 * 3 KiB for all its counters; a directory is 4 KiB.
 */
#define LEDGER_ROW_SHIFT	5
#define LEDGER_PAGE_ROWS	(1U << LEDGER_ROW_SHIFT)
#define LEDGER_SLOT_SHIFT	9
#define LEDGER_SLOTS		(1U << LEDGER_SLOT_SHIFT)

struct ledger_page {
	struct ledger_group rows[LEDGER_PAGE_ROWS];
};

struct ledger_directory {
	struct ledger_page *pages[LEDGER_SLOTS];
};

/**
 * struct ledger_entry - what is to be posted
 * @counters: two that follow one another
 * @value: to be added to the first; 1 is added to the second
 */
struct ledger_entry {
	union ledger_counter *counters;
	u64 value;
};

/*
 * What a CPU enters in its journal it posts to its pages so many packets later.
 * By then the counters have arrived from memory: the CPU has not waited for
 * them, and has fetched those of several packets at once. A packet takes some
 * 30 ns of a CPU, the slowest memory some 200 ns.
 */
#define LEDGER_ENTRIES 8

/**
 * struct ledger_own - what a CPU has for itself
 * @entries: the journal; an unused one goes to @nowhere
 * @next: which of them is the next to be posted, and made anew: its offset in
 *        bytes
 * @nowhere: counters that mean nothing
 * @directories: of its pages; one that is still missing is ledger_no_pages, so
 *               that finding a page needs one test only
 */
struct ledger_own {
	struct ledger_entry entries[LEDGER_ENTRIES];
	unsigned long next;
	union ledger_counter nowhere[2];
	struct ledger_directory *directories[];
};

/**
 * struct ledger - a table of counters
 * @own: what each CPU has for itself
 * @shared: directories of the pages that all CPUs share
 * @offsets: directories of the pages of offsets
 * @memory: pays for every page
 * @rows: number of rows
 * @groups: number of column groups
 * @directories: how many there are, shared, of offsets, and of each CPU
 * @consumed: make the page of offsets before anything is counted, so that
 *            consuming never wants for memory
 * @recycled: rows are given up and used again
 * @reserving: if so, how many readers have reserved what some of these rows
 *             show, by row / LEDGER_PAGE_ROWS; under @take_lock
 * @counting: CPUs that have pages of their own; bits are only ever set
 * @bytes: charged to @memory for pages; 0 until something has been counted
 * @take_lock: for changing offsets; nothing sleeps under it
 * @high: a bit for each row and column, in that order: the number was 2^63 or more when
 *        a reader last changed it; NULL until one may get there, which others see at
 *        any time. The bits are under @take_lock
 */
struct ledger {
	struct ledger_own __percpu *own;
	struct ledger_directory **shared;
	struct ledger_directory **offsets;
	struct memory_bound *memory;
	u32 rows;
	u32 groups;
	u32 directories;
	bool consumed;
	bool recycled;
	u32 *reserving;
	cpumask_var_t counting;
	atomic_long_t bytes;
	spinlock_t take_lock;
	unsigned long *high;
};

/**
 * struct ledger_cell - where a packet adds that may have to make a page
 * @group: the counters, or NULL
 * @shared: whether other CPUs add to them too
 */
struct ledger_cell {
	struct ledger_group *group;
	bool shared;
};

extern struct ledger_directory ledger_no_pages;

int ledger_init(struct ledger *ledger, u32 rows, u32 groups, bool consumed,
		bool recycled, struct memory_bound *memory);
bool ledger_make_high(struct ledger *ledger);
void ledger_destroy(struct ledger *ledger);
unsigned long ledger_bytes(const struct ledger *ledger);
void ledger_settle(struct ledger *ledger);
struct ledger_cell ledger_locate(struct ledger *ledger, u32 row, u32 group);
struct ledger_page *ledger_touch_page(struct ledger *ledger,
				      struct ledger_directory **directories,
				      u32 slot, gfp_t gfp, enum memory_use use);
bool ledger_slot_in_use(const struct ledger *ledger, u32 slot);
bool ledger_chunk_in_use(const struct ledger *ledger, u32 row);
void ledger_sum_column(const struct ledger *ledger, u32 row, u32 column,
		       u32 count, u64 *sums, u32 stride);

/* Where the bit of a cell stands in @high. */
static inline unsigned long ledger_high_bit(const struct ledger *ledger,
					    u32 row, u32 column)
{
	return (unsigned long)row * ledger->groups * LEDGER_GROUP_COLUMNS +
	       column;
}

/* Where the page of a row's group stands, counted through the directories. */
static inline u32 ledger_slot(u32 row, u32 groups, u32 group)
{
	return (row >> LEDGER_ROW_SHIFT) * groups + group;
}

/* A CPU adds to its own pages with bottom halves off since it looked here. */
static inline struct ledger_page *
ledger_page_at(struct ledger_directory *const *directories, u32 slot)
{
	const struct ledger_directory *directory =
		READ_ONCE(directories[slot >> LEDGER_SLOT_SHIFT]);

	return READ_ONCE(directory->pages[slot & (LEDGER_SLOTS - 1)]);
}

/* Whether a CPU is refused pages of its own, as of now. */
static inline bool ledger_is_short(const struct ledger *ledger)
{
	return memory_is_short(ledger->memory, sizeof(struct ledger_page),
			       MEMORY_OWN);
}

static inline struct ledger_group *ledger_row_of(struct ledger_page *page,
						 u32 row)
{
	return &page->rows[row & (LEDGER_PAGE_ROWS - 1)];
}

/**
 * ledger_add() - count
 * @cell: from ledger_locate()
 * @column: within the group
 * @value: to add
 *
 * Context: bottom halves off since ledger_locate().
 */
static inline void ledger_add(struct ledger_cell cell, u32 column, u64 value)
{
	union ledger_counter *counter = &cell.group->columns[column];

	if (cell.shared)
		atomic64_add(value, &counter->shared);
	else
		local64_add(value, &counter->own);
}

static inline void ledger_post(struct ledger_entry entry)
{
	local64_add(entry.value, &entry.counters[0].own);
	local64_inc(&entry.counters[1].own);
}

/**
 * ledger_enter() - have this CPU count, soon
 * @own: of this CPU
 * @counters: two of a page of its own
 * @value: to add to the first; 1 is added to the second
 *
 * Readers call ledger_settle() first, so it makes no difference to them.
 *
 * Context: bottom halves off since the page was found.
 */
static __always_inline void ledger_enter(struct ledger_own *own,
					 union ledger_counter *counters,
					 u64 value)
{
	const struct ledger_entry entry = { counters, value };
	struct ledger_entry *place, due;

	/* There a task may be switched to another within this. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		ledger_post(entry);
		return;
	}
	place = (void *)own->entries + own->next;
	own->next = (own->next + sizeof(entry)) % sizeof(own->entries);
	due = *place;
	WRITE_ONCE(place->counters, counters);	/* is_settled() looks on */
	place->value = value;
	prefetchw(counters);
	ledger_post(due);
}

#endif /* TRAFFIC_LEDGER_H */
