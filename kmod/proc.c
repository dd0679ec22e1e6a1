// SPDX-License-Identifier: GPL-2.0
/*
 * proc: see proc.h
 *
 * remove_proc_entry() waits for a read in progress, and a read may be stuck in
 * a page fault for ever. So a file is removed by the reaper, and only once
 * nobody has it open; until then it shows no table, and cannot be opened.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "proc.h"

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>
#include "compat.h"
#include "open_file.h"
#include "table.h"

#define DIRECTORY "xt_traffic"

/* These may be set while they are read. */

static unsigned int perms = 0640;

/* procfs takes mode 0 for 0444: the owner may always read. */
static int set_perms(const char *text, const struct kernel_param *kp)
{
	unsigned int mode;
	int err;

	err = kstrtouint(text, 8, &mode);
	if (err)
		return err;
	if (mode & ~0666U || !(mode & 0400))
		return -EINVAL;
	WRITE_ONCE(perms, mode);
	return 0;
}

static int get_perms(char *text, const struct kernel_param *kp)
{
	return scnprintf(text, PAGE_SIZE, "0%o\n", READ_ONCE(perms));
}

static const struct kernel_param_ops perms_ops = {
	.set = set_perms,
	.get = get_perms,
};
module_param_cb(perms, &perms_ops, NULL, 0644);
MODULE_PARM_DESC(perms, "octal mode of new files, with 0400; NAME_info gets its read bits (default 0640)");

static int uid = -1;
module_param(uid, int, 0644);
MODULE_PARM_DESC(uid, "owner of new files, as the namespace's owner numbers users; -1 (default): root of the namespace");

static int gid = -1;
module_param(gid, int, 0644);
MODULE_PARM_DESC(gid, "group of new files, numbered the same way; -1 (default): root of the namespace");

/* A table's name, the longest suffix "_portconn", and the NUL. */
#define FILE_NAME_SIZE (XT_TRAFFIC_NAME_SIZE + 9)

/**
 * struct shown_file - one file in /proc
 * @name: in tables->files; under tables->lock
 * @tables: of the namespace
 * @text: its name
 * @which: enum table_view, or INFO_FILE; under tables->files_lock
 * @table: what it shows, or NULL; under tables->files_lock
 * @opened: how many have it open; under tables->files_lock
 */
struct shown_file {
	struct name name;
	struct tables *tables;
	char text[FILE_NAME_SIZE];
	unsigned int which;
	struct traffic_table *table;
	unsigned int opened;
};

static void make_name(const struct traffic_table *table, unsigned int which,
		      char *name)
{
	snprintf(name, FILE_NAME_SIZE, "%s%s", table->options.name,
		 which == INFO_FILE ? "_info" : view_kinds[which].suffix);
}

static bool has_file(const struct traffic_table *table, unsigned int which)
{
	return which == INFO_FILE || table_has_view(table, which);
}

static struct shown_file *find_file(const struct tables *tables,
				    const char *name)
{
	struct name *found = names_find(&tables->files, name);

	return found ? container_of(found, struct shown_file, name) : NULL;
}

/* Takes the table for a new opener of the file, and says which file it is. */
static struct traffic_table *enter(struct shown_file *file, unsigned int *which)
{
	struct traffic_table *table;

	spin_lock(&file->tables->files_lock);
	table = file->table;
	*which = file->which;
	if (table) {
		kref_get(&table->users);
		file->opened++;
	}
	spin_unlock(&file->tables->files_lock);
	return table;
}

static void leave(struct shown_file *file, struct traffic_table *table)
{
	struct tables *tables = file->tables;
	bool idle;

	/* First, as removing the file waits for what comes after the count. */
	table_put(table);
	spin_lock(&tables->files_lock);
	idle = !--file->opened && !file->table;
	spin_unlock(&tables->files_lock);
	if (idle)
		tables_reap_soon(tables);
}

static int may_open(const struct shown_file *file, unsigned int which,
		    const struct file *filp)
{
	if (!(filp->f_mode & FMODE_WRITE))
		return 0;
	if (which == INFO_FILE)
		return -EACCES;
	if (!ns_capable(file->tables->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	return 0;
}

static int traffic_open(struct inode *inode, struct file *filp)
{
	struct shown_file *file = pde_data(inode);
	struct traffic_table *table;
	struct open_file *open;
	unsigned int which;
	int err;

	table = enter(file, &which);
	if (!table)
		return -ENOENT;
	err = may_open(file, which, filp);
	if (err)
		goto err_leave;
	open = open_file_create(table, which);
	if (!open) {
		err = -ENOMEM;
		goto err_leave;
	}
	filp->private_data = open;
	if (open_file_is_stream(open))
		stream_open(inode, filp);
	return 0;

err_leave:
	leave(file, table);
	return err;
}

static int traffic_release(struct inode *inode, struct file *filp)
{
	struct open_file *open = filp->private_data;
	struct traffic_table *table = open_file_table(open);

	open_file_destroy(open);
	leave(pde_data(inode), table);
	return 0;
}

static ssize_t traffic_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct open_file *open = iocb->ki_filp->private_data;

	if (open_file_is_stream(open) && reads_for_sendfile(to))
		return -EINVAL;
	return open_file_read(open, &iocb->ki_pos, to);
}

static ssize_t traffic_write(struct file *filp, const char __user *from,
			     size_t count, loff_t *pos)
{
	return open_file_write(filp->private_data, from, count);
}

static const struct proc_ops traffic_proc_ops = {
	.proc_open = traffic_open,
	.proc_read_iter = traffic_read,
	.proc_write = traffic_write,
	.proc_lseek = no_seek_end_llseek,
	.proc_release = traffic_release,
};

/*
 * Root of the namespace, where a parameter is not set. That is what procfs gives
 * them as well, unless the namespace was made before its user namespace had ids.
 */
static void set_owner(const struct tables *tables, struct proc_dir_entry *entry)
{
	struct user_namespace *user_ns = tables->net->user_ns;
	const int set_uid = READ_ONCE(uid), set_gid = READ_ONCE(gid);
	kuid_t kuid = make_kuid(user_ns, max(set_uid, 0));
	kgid_t kgid = make_kgid(user_ns, max(set_gid, 0));

	if (!uid_valid(kuid))
		kuid = make_kuid(user_ns, 0);
	if (!gid_valid(kgid))
		kgid = make_kgid(user_ns, 0);
	proc_set_user(entry, uid_valid(kuid) ? kuid : GLOBAL_ROOT_UID,
		      gid_valid(kgid) ? kgid : GLOBAL_ROOT_GID);
}

static struct shown_file *create_file(struct tables *tables, const char *name,
				      unsigned int which)
{
	const umode_t mode = READ_ONCE(perms) &
			     (which == INFO_FILE ? 0444 : 0666);
	struct proc_dir_entry *entry;
	struct shown_file *file;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return ERR_PTR(-ENOMEM);
	file->tables = tables;
	strscpy(file->text, name, sizeof(file->text));
	file->name.text = file->text;
	entry = proc_create_data(name, mode, tables->directory,
				 &traffic_proc_ops, file);
	if (!entry) {
		kfree(file);
		return ERR_PTR(-ENOMEM);
	}
	set_owner(tables, entry);
	names_add(&tables->files, &file->name);
	return file;
}

static int prepare_file(struct traffic_table *table, unsigned int which)
{
	struct shown_file *file;
	char name[FILE_NAME_SIZE];

	make_name(table, which, name);
	file = find_file(table->tables, name);
	if (!file)
		file = create_file(table->tables, name, which);
	if (IS_ERR(file))
		return PTR_ERR(file);
	/* A file of a table of this name, or one that outlives its table. */
	if (file->table &&
	    strcmp(file->table->options.name, table->options.name)) {
		pr_info_ratelimited("%s: its file %s is there already, of another table\n",
				    table->options.name, name);
		return -EEXIST;
	}
	table->files[which] = file;
	return 0;
}

/**
 * proc_prepare() - see to it that a table's files are there
 * @table: not published yet
 *
 * Files that were made and are not published afterwards are swept.
 *
 * Return: 0, or an error; -EEXIST, told to the log, when one is another's.
 */
int proc_prepare(struct traffic_table *table)
{
	unsigned int which;
	int err = 0;

	for (which = 0; which < TABLE_FILES && !err; which++)
		if (has_file(table, which))
			err = prepare_file(table, which);
	if (err)
		tables_reap_soon(table->tables);
	return err;
}

/**
 * proc_publish() - let a table's files show it
 * @table: prepared; another table of its name is withdrawn afterwards
 */
void proc_publish(struct traffic_table *table)
{
	struct tables *tables = table->tables;
	struct shown_file *file;
	unsigned int which;

	spin_lock(&tables->files_lock);
	for (which = 0; which < TABLE_FILES; which++) {
		file = table->files[which];
		if (!file)
			continue;
		file->table = table;
		file->which = which;
	}
	spin_unlock(&tables->files_lock);
}

/**
 * proc_withdraw() - let no file show a table any more
 * @table: the table; whoever has it open keeps it
 *
 * Files that show nothing then are swept soon.
 */
void proc_withdraw(struct traffic_table *table)
{
	struct tables *tables = table->tables;
	struct shown_file *file;
	unsigned int which;

	spin_lock(&tables->files_lock);
	for (which = 0; which < TABLE_FILES; which++) {
		file = table->files[which];
		table->files[which] = NULL;
		/* It may show the next one already. */
		if (file && file->table == table)
			file->table = NULL;
	}
	spin_unlock(&tables->files_lock);
	tables_reap_soon(tables);
}

static bool is_idle(const struct shown_file *file)
{
	bool idle;

	spin_lock(&file->tables->files_lock);
	idle = !file->table && !file->opened;
	spin_unlock(&file->tables->files_lock);
	return idle;
}

/**
 * proc_sweep() - remove the files that show nothing and are not open
 * @tables: of the namespace
 *
 * Waits only for an open() that is about to fail.
 */
void proc_sweep(struct tables *tables)
{
	struct shown_file *file, *next;

	names_for_each_entry_safe(file, next, &tables->files, name) {
		cond_resched();
		if (!is_idle(file))
			continue;
		remove_proc_entry(file->text, tables->directory);
		names_erase(&tables->files, &file->name);
		kfree(file);
	}
}

/**
 * proc_open() - make the directory of a namespace
 * @tables: of the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int proc_open(struct tables *tables)
{
	tables->directory = proc_net_mkdir(tables->net, DIRECTORY,
					   tables->net->proc_net);
	return tables->directory ? 0 : -ENOMEM;
}

/**
 * proc_close() - remove the directory and all in it
 * @tables: of a namespace that is closing
 *
 * Waits for reads in progress, and closes the files of those who have them
 * open; not under tables->lock.
 */
void proc_close(struct tables *tables)
{
	struct shown_file *file, *next;

	remove_proc_subtree(DIRECTORY, tables->net->proc_net);
	mutex_lock(&tables->lock);
	names_for_each_entry_safe(file, next, &tables->files, name) {
		/* A table may outlive its files, as long as rules use it. */
		if (file->table)
			file->table->files[file->which] = NULL;
		names_erase(&tables->files, &file->name);
		kfree(file);
		cond_resched();
	}
	mutex_unlock(&tables->lock);
}
