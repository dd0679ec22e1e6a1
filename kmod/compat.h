/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels from 5.10 on, and nothing else. Kbuild
 * probes for the symbols.
 */
#ifndef TRAFFIC_COMPAT_H
#define TRAFFIC_COMPAT_H

#include <linux/netfilter/x_tables.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/uio.h>

#ifndef HAVE_PDE_DATA		/* 5.17 gave PDE_DATA() its present name */
#define pde_data(inode) PDE_DATA(inode)
#endif

#ifndef HAVE_XT_UNREGISTER_TABLE_PRE_EXIT /* 7.1: a table first goes out of sight */
static inline void xt_unregister_table_pre_exit(struct net *net, u8 af, const char *name)
{
}
#endif

#ifndef HAVE_DO_TABLE_AS_HOOK	/* 5.16 gave them the arguments of a hook */
#define ipt_do_table(table, skb, state) ipt_do_table(skb, state, table)
#define ip6t_do_table(table, skb, state) ip6t_do_table(skb, state, table)
#endif

/*
 * Whether a read is one of sendfile()'s, which forgets what it finds no room for. As of
 * Linux 6.0 there is none from a file that does not seek.
 */
#ifdef HAVE_ITER_PIPE		/* until 6.5 */
static inline bool reads_for_sendfile(const struct iov_iter *to)
{
	return iov_iter_is_pipe(to) && to->pipe == current->splice_pipe;
}
#else
static inline bool reads_for_sendfile(const struct iov_iter *to)
{
	return false;
}
#endif

#endif /* TRAFFIC_COMPAT_H */
