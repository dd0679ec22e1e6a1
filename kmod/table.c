// SPDX-License-Identifier: GPL-2.0
/*
 * table: see table.h
 *
 * iptables-legacy replaces a whole table of rules for every change, so that all
 * rules attach anew before the old ones detach: attaching to a table that is
 * there compares options and counts, no more. nf_tables detaches later, from a
 * worker, and a namespace's rules may detach after the namespace's tables have
 * closed: a table keeps struct tables alive, and then goes at once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "table.h"

#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "columns.h"
#include "proc.h"

#define LINGER_MAX 86400	/* seconds (man page) */

static unsigned int linger = 30;	/* may be set while it is read */

static int set_linger(const char *text, const struct kernel_param *kp)
{
	unsigned int seconds;
	int err;

	err = kstrtouint(text, 0, &seconds);
	if (err)
		return err;
	if (seconds > LINGER_MAX)
		return -EINVAL;
	WRITE_ONCE(linger, seconds);
	return 0;
}

static const struct kernel_param_ops linger_ops = {
	.set = set_linger,
	.get = param_get_uint,
};
module_param_cb(linger, &linger_ops, &linger, 0644);
MODULE_PARM_DESC(linger, "seconds a table that has counted is kept after its last rule went, 0-86400; 0: not at all (default 30)");

/* The order of the files: TCP, UDP, (ICMP,) OTHER; each IN, OUT. */
#define TRAFFIC_COLUMNS(unit) { \
	TRAFFIC_ROW_COLUMN(PACKET_TCP, DIRECTION_IN, unit), \
	TRAFFIC_ROW_COLUMN(PACKET_TCP, DIRECTION_OUT, unit), \
	TRAFFIC_ROW_COLUMN(PACKET_UDP, DIRECTION_IN, unit), \
	TRAFFIC_ROW_COLUMN(PACKET_UDP, DIRECTION_OUT, unit), \
	TRAFFIC_ROW_COLUMN(PACKET_OTHER, DIRECTION_IN, unit), \
	TRAFFIC_ROW_COLUMN(PACKET_OTHER, DIRECTION_OUT, unit), \
}

#define CONN_COLUMNS { \
	CONN_ROW_COLUMN(PACKET_TCP, DIRECTION_IN), \
	CONN_ROW_COLUMN(PACKET_TCP, DIRECTION_OUT), \
	CONN_ROW_COLUMN(PACKET_UDP, DIRECTION_IN), \
	CONN_ROW_COLUMN(PACKET_UDP, DIRECTION_OUT), \
	CONN_ROW_COLUMN(PACKET_ICMP, DIRECTION_IN), \
	CONN_ROW_COLUMN(PACKET_ICMP, DIRECTION_OUT), \
	CONN_ROW_COLUMN(PACKET_OTHER, DIRECTION_IN), \
	CONN_ROW_COLUMN(PACKET_OTHER, DIRECTION_OUT), \
}

const struct view_kind view_kinds[TABLE_VIEWS] = {
	[VIEW_BYTES] = {
		.suffix = "",
		.header = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER\n",
		.options = XT_TRAFFIC_TRAFFIC,
		.ledger = LEDGER_TRAFFIC,
		.count = 6,
		.columns = TRAFFIC_COLUMNS(UNIT_BYTES),
	},
	[VIEW_PACKETS] = {
		.suffix = "_packets",
		.header = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER\n",
		.options = XT_TRAFFIC_TRAFFIC,
		.ledger = LEDGER_TRAFFIC,
		.count = 6,
		.columns = TRAFFIC_COLUMNS(UNIT_PACKETS),
	},
	[VIEW_IPCONN] = {
		.suffix = "_ipconn",
		.header = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER\n",
		.options = XT_TRAFFIC_IPCONN,
		.ledger = LEDGER_IPCONN,
		.count = 8,
		.columns = CONN_COLUMNS,
	},
	[VIEW_PORTCONN] = {
		.suffix = "_portconn",
		.header = "PORT\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER\n",
		.options = XT_TRAFFIC_PORTCONN,
		.ledger = LEDGER_PORTCONN,
		.by_port = true,
		.count = 8,
		.columns = CONN_COLUMNS,
	},
};

struct workqueue_struct *tables_queue;

static unsigned int tables_net_id __read_mostly;

static struct tables *tables_of(const struct net *net)
{
	return *(struct tables **)net_generic(net, tables_net_id);
}

static void free_tables(struct kref *users)
{
	kfree(container_of(users, struct tables, users));
}

/**
 * table_has_view() - whether a table has a certain file
 * @table: the table
 * @which: the file
 */
bool table_has_view(const struct traffic_table *table, enum table_view which)
{
	return table->flags & view_kinds[which].options;
}

/**
 * table_begin() - its counters begin now
 * @table: the table
 */
void table_begin(struct traffic_table *table)
{
	atomic64_set(&table->generation, ktime_get_real_ns());
	atomic64_set(&table->began, ktime_get_boottime_seconds());
}

/**
 * table_settle() - see to it that what has been counted so far can be read
 * @table: the table
 *
 * Connections are posted as they are counted.
 *
 * Context: may sleep.
 */
void table_settle(struct traffic_table *table)
{
	if (table->flags & XT_TRAFFIC_TRAFFIC)
		ledger_settle(&table->ledgers[LEDGER_TRAFFIC]);
}

static void destroy_table(struct traffic_table *table)
{
	struct tables *tables = table->tables;
	unsigned int i;

	recycle_stop(table);
	for (i = 0; i < PACKET_CLASSES; i++)
		flows_destroy(table->flows[i]);
	for (i = 0; i < TABLE_LEDGERS; i++)
		ledger_destroy(&table->ledgers[i]);
	index_destroy(&table->addresses);
	memory_uncharge(&tables->memory, table->bytes);
	kfree(table);
	kref_put(&tables->users, free_tables);
}

static void release_table(struct kref *users)
{
	destroy_table(container_of(users, struct traffic_table, users));
}

/**
 * table_put() - an open file of a table is closed
 * @table: the table
 *
 * Context: may sleep.
 */
void table_put(struct traffic_table *table)
{
	kref_put(&table->users, release_table);
}

static bool charge(struct traffic_table *table, unsigned long bytes)
{
	/* No further than packets: the tables that are there go on. */
	if (!memory_charge(&table->tables->memory, bytes, MEMORY_TABLE))
		return false;
	table->bytes += bytes;
	return true;
}

/* Whether an address may give up its row. */
static bool recycles(const struct traffic_table *table)
{
	return table->addresses.hashed &&
	       table->flags & XT_TRAFFIC_CLEARONREAD;
}

static int init_addresses(struct traffic_table *table, u8 family)
{
	int err;

	err = index_init(&table->addresses, &table->options, family,
			 &table->tables->memory);
	if (err)
		return err;
	if (!index_is_plain(&table->addresses))
		table->flags |= TABLE_SEARCHED;
	if (recycles(table))
		recycle_start(table);
	return 0;
}

static int init_ledger(struct traffic_table *table, enum table_ledger which,
		       u32 groups)
{
	const bool by_port = which == LEDGER_PORTCONN;

	return ledger_init(&table->ledgers[which],
			   by_port ? TABLE_PORTS : table->addresses.rows,
			   groups, table->flags & XT_TRAFFIC_CLEARONREAD,
			   !by_port && recycles(table),
			   &table->tables->memory);
}

static int init_ledgers(struct traffic_table *table)
{
	int err = 0;

	if (table->flags & XT_TRAFFIC_TRAFFIC)
		err = init_ledger(table, LEDGER_TRAFFIC, TRAFFIC_GROUPS);
	if (!err && table->flags & XT_TRAFFIC_IPCONN)
		err = init_ledger(table, LEDGER_IPCONN, CONN_GROUPS);
	if (!err && table->flags & XT_TRAFFIC_PORTCONN)
		err = init_ledger(table, LEDGER_PORTCONN, CONN_GROUPS);
	return err;
}

/*
 * How many sets of flows: room for 112 flows an address, so that a client may
 * ask for a name every second with the default timeout; at least 57,344 (the
 * one address of a busy server), at most 458,752; and a 32nd of the memory the
 * namespace may have. OTHER (tunnels, mostly) gets a 16th of it.
 */
enum {
	SETS_PER_ADDRESS = 16,
	SETS_MIN = 8192,
	SETS_MAX = 65536,
	SETS_MEMORY_DIVISOR = 32,
	SETS_OTHER_DIVISOR = 16,
};

static u32 count_sets(const struct traffic_table *table)
{
	const unsigned long affordable =
		memory_limit(&table->tables->memory) /
		(SETS_MEMORY_DIVISOR * FLOWS_SET_BYTES);
	u32 sets;

	sets = min_t(u64, (u64)table->addresses.rows * SETS_PER_ADDRESS,
		     SETS_MAX);
	sets = max_t(u32, sets, SETS_MIN);
	sets = clamp_t(unsigned long, sets, SETS_OTHER_DIVISOR, affordable);
	return rounddown_pow_of_two(max_t(u32, sets, SETS_OTHER_DIVISOR));
}

static int init_flows(struct traffic_table *table)
{
	const u32 sets = count_sets(table);
	const u32 sets_of[PACKET_CLASSES] = {
		[PACKET_TCP] = sets,
		[PACKET_UDP] = sets,
		[PACKET_OTHER] = sets / SETS_OTHER_DIVISOR,
	};
	unsigned int i;

	if (!table_has_flows(table))
		return 0;
	for (i = 0; i < PACKET_CLASSES; i++) {
		if (!sets_of[i])
			continue;
		if (!charge(table, sets_of[i] * FLOWS_SET_BYTES))
			return -ENOSPC;
		table->flows[i] = flows_create(sets_of[i],
					       table->options.conntimeout);
		if (!table->flows[i])
			return -ENOMEM;
	}
	return 0;
}

static void init_views(struct traffic_table *table)
{
	unsigned int i;

	for (i = 0; i < TABLE_VIEWS; i++) {
		table->views[i].ledger = &table->ledgers[view_kinds[i].ledger];
		table->views[i].columns = view_kinds[i].columns;
		table->views[i].count = view_kinds[i].count;
	}
}

/* The struct, and its files: some 300 bytes each in procfs and here. */
#define TABLE_BYTES (sizeof(struct traffic_table) + 5 * 512)

static int init_table(struct traffic_table *table, u8 family)
{
	int err;

	if (!charge(table, TABLE_BYTES))
		return -ENOSPC;
	err = init_addresses(table, family);
	if (err)
		return err;
	err = init_ledgers(table);
	if (err)
		return err;
	return init_flows(table);
}

static struct traffic_table *create_table(struct tables *tables, u8 family,
					  const struct xt_traffic_info *info)
{
	struct traffic_table *table;
	int err;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->flags = info->flags;
	table->options = *info;
	table->name.text = table->options.name;
	table->tables = tables;
	kref_get(&tables->users);
	kref_init(&table->users);
	mutex_init(&table->batches_lock);
	init_views(table);
	recycle_init(table);
	table_begin(table);

	err = init_table(table, family);
	if (err) {
		destroy_table(table);
		return ERR_PTR(err);
	}
	return table;
}

/**
 * table_bytes() - memory that is charged for a table
 * @table: the table
 *
 * Context: any.
 */
unsigned long table_bytes(const struct traffic_table *table)
{
	unsigned long bytes = table->bytes + index_bytes(&table->addresses);
	unsigned int i;

	for (i = 0; i < TABLE_LEDGERS; i++)
		bytes += ledger_bytes(&table->ledgers[i]);
	return bytes;
}

static bool has_counted(const struct traffic_table *table)
{
	unsigned int i;

	for (i = 0; i < TABLE_LEDGERS; i++)
		if (atomic_long_read(&table->ledgers[i].bytes))
			return true;
	return atomic64_read(&table->uncounted_packets);
}

/* Under tables->lock. Its readers keep it for themselves. */
static void drop_table(struct traffic_table *table)
{
	names_erase(&table->tables->by_name, &table->name);
	proc_withdraw(table);
	table_put(table);
}

/**
 * tables_reap_soon() - have tables and files looked after, in a moment
 * @tables: of the namespace
 *
 * Context: any but under files_lock. The lock is for closing, after which
 * nothing may be queued.
 */
void tables_reap_soon(struct tables *tables)
{
	spin_lock(&tables->files_lock);
	if (!tables->closing)
		mod_delayed_work(tables_queue, &tables->reaper, 0);
	spin_unlock(&tables->files_lock);
}

static void reap(struct work_struct *work)
{
	struct tables *tables =
		container_of(to_delayed_work(work), struct tables, reaper);
	unsigned long next = MAX_JIFFY_OFFSET, now;
	struct traffic_table *table, *next_table;

	mutex_lock(&tables->lock);
	/* Of one moment: what has not ended yet is waited for. */
	now = jiffies;
	names_for_each_entry_safe(table, next_table, &tables->by_name, name) {
		if (table->rules)
			continue;
		if (time_after_eq(now, table->expires))
			drop_table(table);
		else
			next = min(next, table->expires - now);
		cond_resched();
	}
	proc_sweep(tables);
	mutex_unlock(&tables->lock);

	if (next != MAX_JIFFY_OFFSET)
		queue_delayed_work(tables_queue, &tables->reaper, next);
}

static struct traffic_table *find_table(const struct tables *tables,
					const char *name)
{
	struct name *found = names_find(&tables->by_name, name);

	return found ? container_of(found, struct traffic_table, name) : NULL;
}

/* What is the first thing in which a rule differs from a table, or NULL. */
static const char *differing_option(const struct traffic_table *table,
				    u8 family,
				    const struct xt_traffic_info *b)
{
	static const char *const of_flag[] = {
		"option --traffic", "option --portconn", "option --ipconn", "option --clearonread",
		"option --nointernal", "option ! --nointernal",
	};
	const struct xt_traffic_info *a = &table->options;
	const u32 flags = a->flags ^ b->flags;

	if (table_is_ipv6(table) != (family == NFPROTO_IPV6))
		return "the family";
	if (flags)
		return of_flag[__ffs(flags)];
	if (memcmp(&a->netbase, &b->netbase, sizeof(a->netbase)))
		return "option --netbase";
	if (memcmp(&a->netmask, &b->netmask, sizeof(a->netmask)))
		return "option --netmask";
	if (a->hashsize != b->hashsize)
		return "option --hashsize";
	if (a->maxaddrs != b->maxaddrs)
		return "option --maxaddrs";
	if (a->conntimeout != b->conntimeout)
		return "option --conntimeout";
	if (a->aggregate != b->aggregate)
		return "option --aggregate";
	return NULL;
}

/*
 * Under tables->lock. Where there is not enough memory beside @old, with that of @old, for
 * the moment until it goes: if the new one cannot be made, nothing has changed. What
 * somebody has open would not go.
 */
static struct traffic_table *
create_in_place_of(struct traffic_table *old, struct tables *tables, u8 family,
		   const struct xt_traffic_info *info)
{
	struct traffic_table *table = create_table(tables, family, info);

	if (!IS_ERR(table) || !old || kref_read(&old->users) > 1)
		return table;
	tables->memory.yielded = table_bytes(old);
	table = create_table(tables, family, info);
	tables->memory.yielded = 0;
	return table;
}

/* Under tables->lock. @old is a table of that name without rules, or NULL. */
static struct traffic_table *replace_table(struct tables *tables, u8 family,
					   const struct xt_traffic_info *info,
					   struct traffic_table *old)
{
	struct traffic_table *table;
	int err;

	table = create_in_place_of(old, tables, family, info);
	if (IS_ERR(table)) {
		pr_info_ratelimited("%s: no memory for this table: %lu bytes of %lu are in use; see the module parameter memory\n",
				    info->name,
				    atomic_long_read(&tables->memory.used),
				    memory_limit(&tables->memory));
		return table;
	}
	err = proc_prepare(table);
	if (err) {
		table_put(table);
		return ERR_PTR(err);
	}
	proc_publish(table);
	if (old)
		drop_table(old);
	names_add(&tables->by_name, &table->name);
	return table;
}

/* Under tables->lock. */
static struct traffic_table *get_table(struct tables *tables, u8 family,
				       const struct xt_traffic_info *info)
{
	struct traffic_table *table = find_table(tables, info->name);
	const char *option;

	if (tables->closing)
		return ERR_PTR(-ENOENT);
	if (!table)
		return replace_table(tables, family, info, NULL);
	option = differing_option(table, family, info);
	if (!option && (table->rules || time_before(jiffies, table->expires)))
		return table;
	if (table->rules) {
		pr_info_ratelimited("%s: %s differs from the rule that uses this name already\n",
				    info->name, option);
		return ERR_PTR(-EINVAL);
	}
	return replace_table(tables, family, info, table);
}

/**
 * table_attach() - a rule comes to use a table
 * @net: the rule's namespace
 * @family: the rule's, NFPROTO_IPV4 or NFPROTO_IPV6
 * @info: its match data, checked
 * @table: filled in
 *
 * Context: may sleep. Return: 0, or an error that the log has been told.
 */
int table_attach(struct net *net, u8 family, const struct xt_traffic_info *info,
		 struct traffic_table **table)
{
	struct tables *tables = tables_of(net);
	struct traffic_table *found;

	mutex_lock(&tables->lock);
	found = get_table(tables, family, info);
	if (!IS_ERR(found)) {
		WRITE_ONCE(found->rules, found->rules + 1);
		*table = found;
	}
	mutex_unlock(&tables->lock);
	return PTR_ERR_OR_ZERO(found);
}

/**
 * table_detach() - a rule goes that used a table
 * @table: the table; may be freed
 *
 * Context: may sleep, but waits for no reader.
 */
void table_detach(struct traffic_table *table)
{
	struct tables *tables = table->tables;

	/* Closing frees it at once, and tables with it if it was the last. */
	kref_get(&tables->users);
	mutex_lock(&tables->lock);
	WRITE_ONCE(table->rules, table->rules - 1);
	if (!table->rules) {
		table->expires = jiffies;
		if (has_counted(table))
			table->expires += READ_ONCE(linger) * HZ;
		if (tables->closing)
			drop_table(table);
		tables_reap_soon(tables);
	}
	mutex_unlock(&tables->lock);
	kref_put(&tables->users, free_tables);
}

static int __net_init open_namespace(struct net *net)
{
	struct tables *tables = kzalloc(sizeof(*tables), GFP_KERNEL);
	int err;

	if (!tables)
		return -ENOMEM;
	kref_init(&tables->users);
	mutex_init(&tables->lock);
	spin_lock_init(&tables->files_lock);
	tables->by_name = RB_ROOT;
	tables->files = RB_ROOT;
	INIT_DELAYED_WORK(&tables->reaper, reap);
	memory_init(&tables->memory, net->user_ns);
	tables->net = net;
	err = proc_open(tables);
	if (err) {
		kfree(tables);
		return err;
	}
	*(struct tables **)net_generic(net, tables_net_id) = tables;
	return 0;
}

static void __net_exit close_namespace(struct net *net)
{
	struct tables *tables = tables_of(net);
	struct traffic_table *table, *next;

	mutex_lock(&tables->lock);
	spin_lock(&tables->files_lock);
	tables->closing = true;
	spin_unlock(&tables->files_lock);
	mutex_unlock(&tables->lock);

	cancel_delayed_work_sync(&tables->reaper);
	proc_close(tables);

	mutex_lock(&tables->lock);
	names_for_each_entry_safe(table, next, &tables->by_name, name) {
		if (!table->rules)
			drop_table(table);
		cond_resched();
	}
	mutex_unlock(&tables->lock);
	kref_put(&tables->users, free_tables);
}

static struct pernet_operations tables_net_ops = {
	.init = open_namespace,
	.exit = close_namespace,
	.id = &tables_net_id,
	.size = sizeof(struct tables *),
};

/**
 * tables_start() - be ready for tables in every namespace
 *
 * Return: 0 or a negative error.
 */
int tables_start(void)
{
	int err;

	tables_queue = alloc_workqueue("ipt_traffic", WQ_UNBOUND, 0);
	if (!tables_queue)
		return -ENOMEM;
	err = register_pernet_subsys(&tables_net_ops);
	if (err)
		destroy_workqueue(tables_queue);
	return err;
}

/**
 * tables_stop() - the reverse; no rule may be left
 *
 * Waits for reads in progress.
 */
void tables_stop(void)
{
	unregister_pernet_subsys(&tables_net_ops);
	destroy_workqueue(tables_queue);
}
