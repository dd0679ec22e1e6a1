// SPDX-License-Identifier: GPL-2.0
/*
 * iptable_promisc: the table "promisc" of iptables-legacy, see promisc.h
 */
#include <linux/module.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/slab.h>
#include <net/ip.h>
#include "promisc.h"

MODULE_AUTHOR("The ipt_traffic authors");
MODULE_DESCRIPTION("iptables legacy promisc table: packets for other hosts");
MODULE_LICENSE("GPL");
MODULE_VERSION("1.0");

static unsigned int iptable_promisc_net_id __read_mostly;

static const struct xt_table iptable_promisc = {
	.name = PROMISC_TABLE,
	.valid_hooks = 1 << PROMISC_CHAIN,
	.me = THIS_MODULE,
	.af = NFPROTO_IPV4,
	.priority = PROMISC_PRIORITY,
};

#ifdef NF_INET_PROMISC

static unsigned int iptable_promisc_hook(void *table, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	return promisc_do_table(ipt_do_table, table, skb, state);
}

static struct promisc_source iptable_promisc_source = {
	.hook = iptable_promisc_hook,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_PROMISC,
	.priority = PROMISC_PRIORITY,
};

#else

/* What ip_rcv() asks of a packet before the first hook. */
static bool iptable_promisc_make_sound(struct sk_buff *skb)
{
	const struct iphdr *iph;
	unsigned int length;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return false;
	iph = ip_hdr(skb);
	if (iph->version != 4 || iph->ihl < 5 ||
	    !pskb_may_pull(skb, ip_hdrlen(skb)))
		return false;
	iph = ip_hdr(skb);
	if (ip_fast_csum(iph, iph->ihl))
		return false;
	length = ntohs(iph->tot_len);
	/* Merged to more than the field can say (BIG TCP) */
	if (!length && skb_is_gso(skb) && skb_is_gso_tcp(skb))
		length = skb->len;
	if (length < ip_hdrlen(skb) || length > skb->len ||
	    pskb_trim_rcsum(skb, length))
		return false;
	skb_set_transport_header(skb, ip_hdrlen(skb));
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->iif = skb->skb_iif;
	return true;
}

static unsigned int iptable_promisc_do_table(void *table, struct sk_buff *skb,
					     const struct nf_hook_state *state)
{
	return ipt_do_table(table, skb, state);
}

static int iptable_promisc_rcv(struct sk_buff *skb, struct net_device *dev,
			       struct packet_type *type,
			       struct net_device *orig_dev)
{
	return promisc_receive(skb, net_generic(dev_net(dev), iptable_promisc_net_id),
			       iptable_promisc_make_sound, iptable_promisc_do_table);
}

static struct promisc_source iptable_promisc_source = {
	.type = cpu_to_be16(ETH_P_IP),
	.func = iptable_promisc_rcv,
};

#endif /* NF_INET_PROMISC */

static void iptable_promisc_net_pre_exit(struct net *net)
{
	promisc_close(net, net_generic(net, iptable_promisc_net_id));
	xt_unregister_table_pre_exit(net, NFPROTO_IPV4, PROMISC_TABLE);
}

static void iptable_promisc_net_exit(struct net *net)
{
	ipt_unregister_table_exit(net, PROMISC_TABLE);
}

static struct pernet_operations iptable_promisc_net_ops = {
	.pre_exit = iptable_promisc_net_pre_exit,
	.exit = iptable_promisc_net_exit,
	.id = &iptable_promisc_net_id,
	.size = sizeof(struct promisc_net),
};

static int iptable_promisc_table_init(struct net *net)
{
	struct ipt_replace *initial;
	int err;

	initial = ipt_alloc_initial_table(&iptable_promisc);
	if (!initial)
		return -ENOMEM;
	/* Without hooks of its own: those are not the ones of its chain. */
	err = ipt_register_table(net, &iptable_promisc, initial, NULL);
	kfree(initial);
	if (err)
		return err;
	err = promisc_open(net, net_generic(net, iptable_promisc_net_id),
			   &iptable_promisc_source,
			   xt_find_table(net, NFPROTO_IPV4, PROMISC_TABLE));
	if (err) {
		iptable_promisc_net_pre_exit(net);
		synchronize_rcu();
		iptable_promisc_net_exit(net);
	}
	return err;
}

static int __init iptable_promisc_init(void)
{
	return promisc_start(&iptable_promisc_net_ops, &iptable_promisc,
			     iptable_promisc_table_init, &iptable_promisc_source);
}

static void __exit iptable_promisc_exit(void)
{
	promisc_stop(&iptable_promisc_net_ops, &iptable_promisc,
		     &iptable_promisc_source);
}

module_init(iptable_promisc_init);
module_exit(iptable_promisc_exit);
