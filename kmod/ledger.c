// SPDX-License-Identifier: GPL-2.0
/*
 * ledger: see ledger.h
 *
 * Every CPU counts into pages of its own, so that counting is an addition to a
 * cache line that no other CPU writes: no lock, no locked instruction. A page
 * holds one group of columns for LEDGER_PAGE_ROWS neighbouring rows and is made
 * when the first of them is counted; it is found through a directory of pages,
 * and lives as long as the ledger. Where memory is short, all CPUs share a
 * page and add to it atomically.
 *
 * Readers have pages too, of offsets: they add what they consume there, and
 * subtract what they restore, so that nothing but addition is ever done to what
 * is counted: shown = sum over CPUs + shared - offset, modulo 2^64. (What passes
 * 2^64, which takes somebody who restores, is shown as the most there is: view.c.)
 *
 * Why no count is lost or doubled
 *
 * Install. A page is zeroed, then published by cmpxchg() from NULL, a full
 *   barrier; whoever finds it by READ_ONCE() depends on the address and so sees
 *   the zeroes. Of two that install the same page, one loses its cmpxchg(),
 *   frees its own and goes on with the other's: there is never a second page
 *   for a place, and none is ever taken away, so nothing counted in one is lost.
 *   (test/litmus/install.litmus)
 *
 * Add. Bottom halves are off from finding a page to adding to it, so this CPU
 *   does not change, and a softirq cannot come in between. Where it can (a
 *   PREEMPT_RT kernel may switch tasks there), local64_add() is one instruction,
 *   or atomic, on every CPU that has it; nothing else writes the counter.
 *
 * Enter and post. Most packets are entered in their CPU's journal first, by that
 *   CPU alone, with bottom halves off (not at all on PREEMPT_RT); each entry
 *   takes the place of one that is posted at once, so it is posted once.
 *   Whoever reads has every journal posted before, by the CPU itself while it
 *   enters nothing, or for a CPU that is offline, and kept so meanwhile. Whoever
 *   finds an entry used up (acquire) finds it posted, too (release). So what was
 *   counted before the reading began is read. No entry outlives the pages it
 *   points to: both go with the ledger. (test/litmus/settle.litmus)
 *
 * Sum. A CPU's own counters only grow, and a reader sees each of them at some
 *   moment between the start and the end of its pass. Twice read, a counter
 *   never goes back. A CPU is among those that count before it publishes its first
 *   page (set_bit(), then a full barrier): who does not find it reads as of before,
 *   and whoever sees what was taken of it finds it. (test/litmus/counting.litmus)
 *
 * Take. Under take_lock a reader finds what is shown and adds just that to the
 *   offset, which nobody changes without the lock. Two takers exclude one
 *   another, so each unit that was counted stands in exactly one of: what was
 *   taken, what is still shown. Giving back takes what was taken off the offset
 *   again; so does restoring. Consuming needs nothing more.
 *   (test/litmus/consume.litmus)
 *
 * Show without the lock. A reader loads the offset (acquire), then the counters;
 *   a taker has read those before it changed the offset (release). So the reader
 *   finds at least what the taker did, and what it shows is not below zero.
 *   (test/litmus/take.litmus)
 */
#include "ledger.h"
#include "memory.h"

#include <linux/bitops.h>
#include <linux/bottom_half.h>
#include <linux/cache.h>
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

/* Stands for every directory that is still missing; never written. */
struct ledger_directory ledger_no_pages __ro_after_init;

static struct ledger_directory **alloc_directories(u32 count)
{
	struct ledger_directory **directories;
	u32 i;

	directories = kcalloc(count, sizeof(*directories), GFP_KERNEL_ACCOUNT);
	if (!directories)
		return NULL;
	for (i = 0; i < count; i++)
		directories[i] = &ledger_no_pages;
	return directories;
}

static size_t own_size(const struct ledger *ledger)
{
	const struct ledger_own *own;

	return struct_size(own, directories, ledger->directories);
}

static void init_own(struct ledger_own *own, u32 directories)
{
	u32 i;

	for (i = 0; i < LEDGER_ENTRIES; i++)
		own->entries[i].counters = own->nowhere;
	for (i = 0; i < directories; i++)
		own->directories[i] = &ledger_no_pages;
}

static int alloc_own(struct ledger *ledger)
{
	unsigned int cpu;

	ledger->own = __alloc_percpu_gfp(own_size(ledger), SMP_CACHE_BYTES,
					 GFP_MANY_PAGES);
	if (!ledger->own)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		init_own(per_cpu_ptr(ledger->own, cpu), ledger->directories);
	return 0;
}

static u32 count_chunks(const struct ledger *ledger)
{
	return DIV_ROUND_UP(ledger->rows, LEDGER_PAGE_ROWS);
}

static unsigned int next_counting(const struct ledger *ledger, int cpu)
{
	/*
	 * Bits are set meanwhile: who does not see one yet, has not seen a count of
	 * that CPU either (see get_own()).
	 */
	return data_race(cpumask_next(cpu, ledger->counting));
}

#define for_each_counting_cpu(cpu, ledger)		\
	for ((cpu) = next_counting(ledger, -1);		\
	     (cpu) < nr_cpu_ids;			\
	     (cpu) = next_counting(ledger, cpu))

/* What a ledger takes before anything is counted. */
static unsigned long fixed_bytes(const struct ledger *ledger)
{
	return 2 * ledger->directories * sizeof(*ledger->shared) +
	       num_possible_cpus() * own_size(ledger) + cpumask_size() +
	       (ledger->recycled ? count_chunks(ledger) : 0) *
		       sizeof(*ledger->reserving);
}

/**
 * ledger_init() - make an empty ledger
 * @ledger: to initialise; all zero before
 * @rows: number of rows
 * @groups: number of column groups
 * @consumed: see struct ledger
 * @recycled: rows are given up and used again
 * @memory: pays for the pages; must outlive the ledger
 *
 * Context: may sleep. Return: 0, -ENOMEM, or -ENOSPC when the bound does not
 * allow it; ledger_destroy() is due in every case.
 */
int ledger_init(struct ledger *ledger, u32 rows, u32 groups, bool consumed,
		bool recycled, struct memory_bound *memory)
{
	ledger->rows = rows;
	ledger->groups = groups;
	ledger->consumed = consumed;
	ledger->recycled = recycled;
	ledger->memory = memory;
	ledger->directories =
		DIV_ROUND_UP(count_chunks(ledger) * groups, LEDGER_SLOTS);
	spin_lock_init(&ledger->take_lock);

	if (!memory_charge(memory, fixed_bytes(ledger), MEMORY_TABLE)) {
		ledger->memory = NULL;
		return -ENOSPC;
	}
	ledger->shared = alloc_directories(ledger->directories);
	ledger->offsets = alloc_directories(ledger->directories);
	if (ledger->recycled) {
		ledger->reserving = kvcalloc(count_chunks(ledger),
					     sizeof(*ledger->reserving),
					     GFP_MANY_PAGES);
		if (!ledger->reserving)
			return -ENOMEM;
	}
	if (!ledger->shared || !ledger->offsets || alloc_own(ledger))
		return -ENOMEM;
	return zalloc_cpumask_var(&ledger->counting, GFP_KERNEL) ? 0 : -ENOMEM;
}

/**
 * ledger_make_high() - be ready for numbers of 2^63 and more
 * @ledger: the ledger
 *
 * Context: may sleep. Return: false when there is no memory for @ledger->high.
 */
bool ledger_make_high(struct ledger *ledger)
{
	const size_t bytes =
		BITS_TO_LONGS(ledger_high_bit(ledger, ledger->rows, 0)) *
		sizeof(*ledger->high);
	unsigned long *high;

	if (READ_ONCE(ledger->high))
		return true;
	if (!memory_charge(ledger->memory, bytes, MEMORY_READER))
		return false;
	high = kvzalloc(bytes, GFP_MANY_PAGES);
	if (high && !cmpxchg(&ledger->high, NULL, high)) {
		atomic_long_add(bytes, &ledger->bytes);
		return true;
	}
	memory_uncharge(ledger->memory, bytes);
	kvfree(high);
	return high;
}

static void free_directories(struct ledger_directory **directories, u32 count)
{
	u32 i, slot;

	if (!directories)
		return;
	for (i = 0; i < count; i++) {
		if (directories[i] == &ledger_no_pages)
			continue;
		for (slot = 0; slot < LEDGER_SLOTS; slot++)
			kfree(directories[i]->pages[slot]);
		kfree(directories[i]);
		cond_resched();
	}
}

/**
 * ledger_destroy() - free everything
 * @ledger: initialised, or all zero; nobody may use it any more
 *
 * Context: may sleep.
 */
void ledger_destroy(struct ledger *ledger)
{
	unsigned int cpu;

	if (!ledger->memory)
		return;
	if (ledger->own) {
		for_each_possible_cpu(cpu)
			free_directories(per_cpu_ptr(ledger->own, cpu)->directories,
					 ledger->directories);
		free_percpu(ledger->own);
	}
	free_directories(ledger->shared, ledger->directories);
	kfree(ledger->shared);
	free_directories(ledger->offsets, ledger->directories);
	kfree(ledger->offsets);
	kvfree(ledger->reserving);
	kvfree(ledger->high);
	free_cpumask_var(ledger->counting);
	memory_uncharge(ledger->memory, ledger_bytes(ledger));
}

/**
 * ledger_bytes() - memory that is charged for it
 * @ledger: initialised, or all zero
 */
unsigned long ledger_bytes(const struct ledger *ledger)
{
	return ledger->memory ? fixed_bytes(ledger) +
				atomic_long_read(&ledger->bytes) : 0;
}

static void *alloc_charged(struct ledger *ledger, size_t bytes, gfp_t gfp,
			   enum memory_use use)
{
	void *memory = memory_alloc(ledger->memory, bytes, gfp, use);

	if (memory)
		atomic_long_add(bytes, &ledger->bytes);
	return memory;
}

static void free_charged(struct ledger *ledger, void *memory, size_t bytes)
{
	kfree(memory);
	memory_uncharge(ledger->memory, bytes);
	atomic_long_sub(bytes, &ledger->bytes);
}

static struct ledger_directory *
touch_directory(struct ledger *ledger, struct ledger_directory **place,
		gfp_t gfp, enum memory_use use)
{
	struct ledger_directory *mine, *other;

	other = READ_ONCE(*place);
	if (other != &ledger_no_pages)
		return other;
	mine = alloc_charged(ledger, sizeof(*mine), gfp, use);
	if (!mine)
		return NULL;
	other = cmpxchg(place, &ledger_no_pages, mine);
	if (other == &ledger_no_pages)
		return mine;
	free_charged(ledger, mine, sizeof(*mine));
	return other;
}

/**
 * ledger_touch_page() - find a page, or make it
 * @ledger: the ledger
 * @directories: @ledger->shared, or those of this CPU
 * @slot: from ledger_slot()
 * @gfp: how to allocate
 * @use: what the memory is for
 *
 * Context: as @gfp says; for the directories of this CPU with bottom halves
 * off. Return: the page, or NULL when there is no memory.
 */
struct ledger_page *ledger_touch_page(struct ledger *ledger,
				      struct ledger_directory **directories,
				      u32 slot, gfp_t gfp, enum memory_use use)
{
	struct ledger_page **place, *mine, *other;
	struct ledger_directory *directory;

	directory = touch_directory(ledger,
				    &directories[slot >> LEDGER_SLOT_SHIFT],
				    gfp, use);
	if (!directory)
		return NULL;
	place = &directory->pages[slot & (LEDGER_SLOTS - 1)];
	other = READ_ONCE(*place);
	if (other)
		return other;
	mine = alloc_charged(ledger, sizeof(*mine), gfp, use);
	if (!mine)
		return NULL;
	other = cmpxchg(place, NULL, mine);
	if (!other)
		return mine;
	free_charged(ledger, mine, sizeof(*mine));
	return other;
}

/* Before the first page of a place that may have to be consumed. */
static bool may_make_page(struct ledger *ledger, u32 slot)
{
	return !ledger->consumed ||
	       ledger_touch_page(ledger, ledger->offsets, slot, GFP_NOWAIT,
				 MEMORY_SHARED);
}

static struct ledger_page *get_shared(struct ledger *ledger, u32 slot)
{
	struct ledger_page *page = ledger_page_at(ledger->shared, slot);

	if (page || !may_make_page(ledger, slot))
		return page;
	return ledger_touch_page(ledger, ledger->shared, slot, GFP_NOWAIT,
				 MEMORY_SHARED);
}

static struct ledger_page *get_own(struct ledger *ledger, u32 slot)
{
	struct ledger_directory **own = this_cpu_ptr(ledger->own)->directories;
	const unsigned int cpu = smp_processor_id();
	struct ledger_page *page;

	page = ledger_page_at(own, slot);
	if (page)
		return page;
	/* Asked again with every packet while memory is short. */
	if (ledger_is_short(ledger))
		return NULL;
	if (!may_make_page(ledger, slot))
		return NULL;
	/*
	 * First, so that whoever sees a count finds the CPU. Who looks without seeing
	 * it reads as if before.
	 */
	if (!cpumask_test_cpu(cpu, ledger->counting))
		cpumask_set_cpu(cpu, ledger->counting);
	return ledger_touch_page(ledger, own, slot, GFP_NOWAIT, MEMORY_OWN);
}

/**
 * ledger_locate() - find where to add, or make it
 * @ledger: the ledger
 * @row: below @ledger->rows
 * @group: below @ledger->groups
 *
 * A scan of the network must not drain the reserve for atomic allocations,
 * hence GFP_NOWAIT.
 *
 * Context: bottom halves off, until the adding is done.
 * Return: no group when there is no memory for the page.
 */
struct ledger_cell ledger_locate(struct ledger *ledger, u32 row, u32 group)
{
	const u32 slot = ledger_slot(row, ledger->groups, group);
	struct ledger_page *page = get_own(ledger, slot);
	struct ledger_cell cell = { .shared = !page };

	if (!page)
		page = get_shared(ledger, slot);
	if (page)
		cell.group = ledger_row_of(page, row);
	return cell;
}

/* Asked from afar. */
static bool is_settled(const struct ledger_own *own)
{
	u32 i;

	for (i = 0; i < LEDGER_ENTRIES; i++)
		/* Pairs with settle(): used up means posted. */
		if (smp_load_acquire(&own->entries[i].counters) != own->nowhere)
			return false;
	return true;
}

/* By the CPU itself, where it enters nothing; or for one that is offline. */
static void settle(struct ledger_own *own)
{
	u32 i;

	for (i = 0; i < LEDGER_ENTRIES; i++) {
		ledger_post(own->entries[i]);
		/* Pairs with is_settled(). */
		smp_store_release(&own->entries[i].counters, own->nowhere);
	}
}

static long settle_here(void *own)
{
	local_bh_disable();
	settle(own);
	local_bh_enable();
	return 0;
}

struct settling {
	struct ledger_own *own;
	bool done;
};

/* Bottom halves are off where packets are entered: not in the middle of that. */
static void settle_in_interrupt(void *data)
{
	struct settling *settling = data;

	settling->done = !softirq_count();
	if (settling->done)
		settle(settling->own);
}

/*
 * An interrupt is taken even where a task of real-time priority leaves no other
 * one any time; three of them do not all find the CPU at work for packets unless
 * it hardly does anything else. Then a task is waited for: as long as it takes where
 * one of real-time priority works for packets, and is not throttled
 * (sched_rt_runtime_us), like everything that the kernel has every CPU do.
 */
static void settle_on(unsigned int cpu, struct ledger_own *own)
{
	struct settling settling = { .own = own };
	u32 tries;

	for (tries = 0; tries < 3 && !settling.done; tries++)
		smp_call_function_single(cpu, settle_in_interrupt, &settling,
					 true);
	if (!settling.done)
		work_on_cpu(cpu, settle_here, own);
}

/**
 * ledger_settle() - see to it that what has been counted so far can be read
 * @ledger: the ledger
 *
 * A CPU that has counted nothing since the last time is left alone.
 *
 * Context: may sleep.
 */
void ledger_settle(struct ledger *ledger)
{
	struct ledger_own *own;
	unsigned int cpu;

	cpus_read_lock();
	for_each_counting_cpu(cpu, ledger) {
		own = per_cpu_ptr(ledger->own, cpu);
		if (is_settled(own))
			continue;
		if (cpu_online(cpu)) {
			settle_on(cpu, own);
			continue;
		}
		spin_lock(&ledger->take_lock);
		settle(own);
		spin_unlock(&ledger->take_lock);
	}
	cpus_read_unlock();
}

/**
 * ledger_slot_in_use() - whether there is a page in a place
 * @ledger: the ledger
 * @slot: from ledger_slot()
 *
 * Context: any. Return: false when nothing has been counted or restored there.
 */
bool ledger_slot_in_use(const struct ledger *ledger, u32 slot)
{
	unsigned int cpu;

	if (ledger_page_at(ledger->shared, slot) ||
	    ledger_page_at(ledger->offsets, slot))
		return true;
	for_each_counting_cpu(cpu, ledger)
		if (ledger_page_at(per_cpu_ptr(ledger->own, cpu)->directories,
				   slot))
			return true;
	return false;
}

/**
 * ledger_chunk_in_use() - whether the pages around a row have been made
 * @ledger: the ledger
 * @row: any of the LEDGER_PAGE_ROWS rows that share pages
 *
 * Context: any. Return: false when nothing has been counted or restored there.
 */
bool ledger_chunk_in_use(const struct ledger *ledger, u32 row)
{
	u32 group;

	for (group = 0; group < ledger->groups; group++)
		if (ledger_slot_in_use(ledger,
				       ledger_slot(row, ledger->groups, group)))
			return true;
	return false;
}

static u64 read_own(const union ledger_counter *counter)
{
	return local64_read(&counter->own);
}

static u64 read_shared(const union ledger_counter *counter)
{
	return atomic64_read(&counter->shared);
}

static u64 read_offset(const union ledger_counter *counter)
{
	return -atomic64_read_acquire(&counter->offset);
}

static __always_inline void
add_column(struct ledger_page *page, u32 row, u32 column, u32 count, u64 *sums,
	   u32 stride, u64 (*read)(const union ledger_counter *counter))
{
	const struct ledger_group *from;

	if (!page)
		return;
	from = ledger_row_of(page, row);
	for (; count; count--, from++, sums += stride)
		*sums += read(&from->columns[column]);
}

/**
 * ledger_sum_column() - what some rows show in one column
 * @ledger: the ledger
 * @row: the first row
 * @column: counted through the whole row
 * @count: how many rows; all of them in one page
 * @sums: filled in
 * @stride: from one row's number in @sums to the next one's
 *
 * Context: any.
 */
void ledger_sum_column(const struct ledger *ledger, u32 row, u32 column,
		       u32 count, u64 *sums, u32 stride)
{
	const u32 slot = ledger_slot(row, ledger->groups,
				     column / LEDGER_GROUP_COLUMNS);
	unsigned int cpu;
	u32 i;

	column %= LEDGER_GROUP_COLUMNS;
	for (i = 0; i < count; i++)
		sums[i * stride] = 0;
	/* First: see "Show without the lock". */
	add_column(ledger_page_at(ledger->offsets, slot), row, column, count,
		   sums, stride, read_offset);
	add_column(ledger_page_at(ledger->shared, slot), row, column, count,
		   sums, stride, read_shared);
	for_each_counting_cpu(cpu, ledger)
		add_column(ledger_page_at(per_cpu_ptr(ledger->own, cpu)->directories,
					  slot),
			   row, column, count, sums, stride, read_own);
}
