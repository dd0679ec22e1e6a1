/* SPDX-License-Identifier: GPL-2.0 */
/*
 * promisc: where the tables "promisc" of iptables and ip6tables get their packets.
 *
 * Those are the packets that a device received although they are for the MAC address of
 * somebody else (PACKET_OTHERHOST), as on a mirror port. IP drops them before its first
 * hook. So a table has as its source
 *
 *	the PROMISC hook, in a kernel that has it (promisc-patches/linux): it stands where
 *	IP drops them, which it goes on to do whatever the verdict;
 *
 *	a packet handler of our own, in all others: it sees every IP packet before IP
 *	does, and gives the table a clone of each that IP will drop.
 *
 * Either way the table has one chain. It takes the place of PREROUTING, by which name any
 * libiptc shows it: user space knows no chains but those of the five hooks.
 *
 * A table is made in a network namespace when that first asks for it, and ends with it.
 */
#ifndef PROMISC_H
#define PROMISC_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter/x_tables.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "compat.h"

#define PROMISC_TABLE		"promisc"
#define PROMISC_CHAIN		NF_INET_PRE_ROUTING
#define PROMISC_PRIORITY	0	/* nothing else is there */

#ifdef NF_INET_PROMISC

#define promisc_source		nf_hook_ops

/**
 * struct promisc_net - of a network namespace
 * @ops: of its table on the hook; all zero before it is there
 */
struct promisc_net {
	struct nf_hook_ops ops;
};

static inline void promisc_add_source(const struct promisc_source *source)
{
}

static inline void promisc_remove_source(const struct promisc_source *source)
{
}

static inline int promisc_open(struct net *net, struct promisc_net *promisc,
			       const struct promisc_source *source,
			       struct xt_table *table)
{
	int err;

	promisc->ops = *source;
	promisc->ops.priv = table;
	err = nf_register_net_hook(net, &promisc->ops);
	if (err)
		promisc->ops.hook = NULL;
	return err;
}

static inline void promisc_close(struct net *net, struct promisc_net *promisc)
{
	if (promisc->ops.hook)
		nf_unregister_net_hook(net, &promisc->ops);
}

/**
 * promisc_do_table() - run a table for a packet on the hook
 * @do_table: ipt_do_table() or ip6t_do_table(), which take their chain by the hook's number
 * @table: its struct xt_table
 * @skb: the packet
 * @state: of the hook
 *
 * Return: the verdict.
 */
static inline unsigned int promisc_do_table(nf_hookfn *do_table, void *table,
					    struct sk_buff *skb,
					    const struct nf_hook_state *state)
{
	struct nf_hook_state prerouting = *state;

	prerouting.hook = PROMISC_CHAIN;
	return do_table(table, skb, &prerouting);
}

#else

#define promisc_source		packet_type

/**
 * struct promisc_net - of a network namespace
 * @table: its table, or NULL
 */
struct promisc_net {
	struct xt_table __rcu *table;
};

/* While the module is loaded: a namespace that has no table costs a look at that. */
static inline void promisc_add_source(struct promisc_source *source)
{
	dev_add_pack(source);
}

static inline void promisc_remove_source(struct promisc_source *source)
{
	dev_remove_pack(source);
}

static inline int promisc_open(struct net *net, struct promisc_net *promisc,
			       const struct promisc_source *source,
			       struct xt_table *table)
{
	rcu_assign_pointer(promisc->table, table);
	return 0;
}

static inline void promisc_close(struct net *net, struct promisc_net *promisc)
{
	rcu_assign_pointer(promisc->table, NULL);
}

/* Gives the packet away. */
static inline void promisc_run(nf_hookfn *do_table, struct xt_table *table,
			       struct sk_buff *skb)
{
	struct nf_hook_state state;
	unsigned int verdict;

	nf_hook_state_init(&state, PROMISC_CHAIN, table->af, skb->dev, NULL,
			   NULL, dev_net(skb->dev), NULL);
	verdict = do_table(table, skb, &state) & NF_VERDICT_MASK;
	/* Nothing follows: what is to be queued or repeated ends as well. */
	if (verdict != NF_STOLEN)
		consume_skb(skb);
}

/**
 * promisc_receive() - run the namespace's table for a packet that is for another host
 * @skb: any packet, with a reference of the caller's that is given away
 * @promisc: of the namespace
 * @make_sound: whether IP would take the packet; cuts off what is behind it
 * @do_table: ipt_do_table() or ip6t_do_table()
 *
 * In softirq, under RCU.
 *
 * Return: NET_RX_SUCCESS.
 */
static inline int promisc_receive(struct sk_buff *skb,
				  const struct promisc_net *promisc,
				  bool (*make_sound)(struct sk_buff *skb),
				  nf_hookfn *do_table)
{
	struct xt_table *table = rcu_dereference(promisc->table);

	if (!table || skb->pkt_type != PACKET_OTHERHOST) {
		consume_skb(skb);
		return NET_RX_SUCCESS;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NET_RX_SUCCESS;
	/* As IP does, for tproxy's sake. */
	if (!skb_sk_is_prefetched(skb))
		skb_orphan(skb);
	if (make_sound(skb))
		promisc_run(do_table, table, skb);
	else
		consume_skb(skb);
	return NET_RX_SUCCESS;
}

#endif /* NF_INET_PROMISC */

/**
 * promisc_start() - offer a table to all namespaces
 * @ops: of the namespaces' struct promisc_net, which has to be there before a table is
 * @table: of which theirs are made
 * @table_init: makes that of a namespace
 * @source: of its packets
 *
 * Return: 0 or an error.
 */
static inline int promisc_start(struct pernet_operations *ops,
				const struct xt_table *table,
				int (*table_init)(struct net *net),
				struct promisc_source *source)
{
	int err;

	err = register_pernet_subsys(ops);
	if (err)
		return err;
	err = xt_register_template(table, table_init);
	if (err)
		unregister_pernet_subsys(ops);
	else
		promisc_add_source(source);
	return err;
}

/**
 * promisc_stop() - end all namespaces' tables
 * @ops: as for promisc_start()
 * @table: as for promisc_start()
 * @source: as for promisc_start()
 */
static inline void promisc_stop(struct pernet_operations *ops,
				const struct xt_table *table,
				struct promisc_source *source)
{
	promisc_remove_source(source);
	xt_unregister_template(table);
	unregister_pernet_subsys(ops);
}

#endif /* PROMISC_H */
