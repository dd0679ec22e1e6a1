/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table: a named table of a network namespace, and its life.
 *
 * Knows rules, names and time; does not know packets or text.
 *
 * A table is made by the first rule that names it, shared by all rules that
 * name it with the same options, and lingers when the last one goes. Two locks:
 * tables.lock (a mutex: rules come and go, files are made and removed; it may
 * be held while sleeping for memory, but never waits for a reader) and, inside
 * it, tables.files_lock (a spinlock: which file shows which table).
 */
#ifndef TRAFFIC_TABLE_H
#define TRAFFIC_TABLE_H

#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include "batch.h"
#include "flows.h"
#include "index.h"
#include "ledger.h"
#include "memory.h"
#include "names.h"
#include "packet.h"
#include "recycle.h"
#include "view.h"
#include "xt_traffic.h"

struct net;
struct proc_dir_entry;

enum table_ledger {
	LEDGER_TRAFFIC,
	LEDGER_IPCONN,
	LEDGER_PORTCONN,
	TABLE_LEDGERS,
};

enum table_view {
	VIEW_BYTES,
	VIEW_PACKETS,
	VIEW_IPCONN,
	VIEW_PORTCONN,
	TABLE_VIEWS,
};

/**
 * struct view_kind - what one of a table's files shows
 * @suffix: what follows the table's name in the file's
 * @header: first line
 * @options: the file is there if one of these is set
 * @ledger: where its numbers are
 * @by_port: a row is a port, not an address
 * @count: number of @columns
 * @columns: in the order of the file, IN and OUT in turn
 */
struct view_kind {
	const char *suffix;
	const char *header;
	u32 options;
	enum table_ledger ledger;
	bool by_port;
	u8 count;
	u8 columns[VIEW_COLUMNS_MAX];
};

extern const struct view_kind view_kinds[TABLE_VIEWS];

/*
 * For all that tables have done for them: it may take long, and must not hold up
 * other work of the CPU that takes the packets.
 */
extern struct workqueue_struct *tables_queue;

/* NAME_info comes after the files that show counters. */
enum {
	INFO_FILE = TABLE_VIEWS,
	TABLE_FILES,
};

/**
 * struct tables - all tables of a network namespace
 * @users: the namespace, and every table
 * @net: the namespace; valid until @closing
 * @lock: for the fields marked (l), and for making and removing files
 * @by_name: the tables (l)
 * @files: the files of them all (l), by name; see proc.c
 * @files_lock: for what the files show, and for @closing
 * @closing: the namespace is on its way out, or the module
 * @directory: /proc/net/xt_traffic
 * @reaper: removes tables that have lingered, and files that show none
 * @memory: what they all may allocate
 */
struct tables {
	struct kref users;
	struct net *net;
	struct mutex lock;
	struct rb_root by_name;
	struct rb_root files;
	spinlock_t files_lock;
	bool closing;
	struct proc_dir_entry *directory;
	struct delayed_work reaper;
	struct memory_bound memory;
};

/* In the flags of a table: its rows are not simply addresses in their order. */
#define TABLE_SEARCHED (1U << 31)

static_assert(!(XT_TRAFFIC_FLAGS & TABLE_SEARCHED));

/* There is a row for every port. */
#define TABLE_PORTS (1U << 16)

/**
 * struct traffic_table - a table
 * @flags: XT_TRAFFIC_*, TABLE_SEARCHED; this and what follows is read by every
 *         packet
 * @addresses: rows by address
 * @ledgers: the counters; those of options that are off stay all zero
 * @flows: remembered flows, by enum packet_class; none for ICMP
 * @uncounted_packets: sides of packets that found no row or no memory
 * @uncounted_bytes: the same in bytes
 * @views: what the files show
 * @recycling: rows that are given up
 * @batches_lock: for @batches, and for rows of batches from when it is known whether
 *	they have been taken to when it is noted that they have
 * @batches: the last of each file
 * @options: of the rules; @options.table is not used
 * @tables: of the namespace
 * @name: in @tables->by_name
 * @files: those that show it, or NULL; under @tables->lock
 * @users: open files, and @tables->by_name
 * @rules: rules that use it; under @tables->lock, but read without by info_put()
 * @expires: jiffies, when it goes if @rules is 0
 * @bytes: charged to the namespace besides what ledgers and index charge
 * @generation: ns of real time at which its counters began
 * @began: the same in seconds of boot time
 */
struct traffic_table {
	u32 flags;
	struct index addresses;
	struct ledger ledgers[TABLE_LEDGERS];
	struct flows *flows[PACKET_CLASSES];

	atomic64_t uncounted_packets ____cacheline_aligned_in_smp;
	atomic64_t uncounted_bytes;

	struct view views[TABLE_VIEWS];
	struct recycling recycling;
	struct mutex batches_lock;
	struct batch batches[TABLE_VIEWS];
	struct xt_traffic_info options;
	struct tables *tables;
	struct name name;
	struct shown_file *files[TABLE_FILES];
	struct kref users;
	unsigned int rules;
	unsigned long expires;
	unsigned long bytes;
	atomic64_t generation;
	atomic64_t began;
};

/* Whether connections count, for which flows are remembered. */
static inline bool table_has_flows(const struct traffic_table *table)
{
	return table->flags & (XT_TRAFFIC_IPCONN | XT_TRAFFIC_PORTCONN);
}

static inline bool table_is_ipv6(const struct traffic_table *table)
{
	return table->addresses.words == 4;
}

int tables_start(void);
void tables_stop(void);

int table_attach(struct net *net, u8 family, const struct xt_traffic_info *info,
		 struct traffic_table **table);
void table_detach(struct traffic_table *table);
void table_put(struct traffic_table *table);
unsigned long table_bytes(const struct traffic_table *table);
void table_begin(struct traffic_table *table);
void table_settle(struct traffic_table *table);
bool table_has_view(const struct traffic_table *table, enum table_view which);
void tables_reap_soon(struct tables *tables);

#endif /* TRAFFIC_TABLE_H */
