// SPDX-License-Identifier: GPL-2.0
/*
 * ip6table_promisc: the table "promisc" of ip6tables-legacy, see promisc.h
 */
#include <linux/module.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include "promisc.h"

MODULE_AUTHOR("The ip6t_traffic authors");
MODULE_DESCRIPTION("ip6tables legacy promisc table: packets for other hosts");
MODULE_LICENSE("GPL");
MODULE_VERSION("1.0");

static unsigned int ip6table_promisc_net_id __read_mostly;

static const struct xt_table ip6table_promisc = {
	.name = PROMISC_TABLE,
	.valid_hooks = 1 << PROMISC_CHAIN,
	.me = THIS_MODULE,
	.af = NFPROTO_IPV6,
	.priority = PROMISC_PRIORITY,
};

#ifdef NF_INET_PROMISC

static unsigned int ip6table_promisc_hook(void *table, struct sk_buff *skb,
					  const struct nf_hook_state *state)
{
	return promisc_do_table(ip6t_do_table, table, skb, state);
}

static struct promisc_source ip6table_promisc_source = {
	.hook = ip6table_promisc_hook,
	.pf = NFPROTO_IPV6,
	.hooknum = NF_INET_PROMISC,
	.priority = PROMISC_PRIORITY,
};

#else

/*
 * Addresses that none can have who sends by a wire, as ipv6_rcv() has them: of the host
 * itself, of multicast that never leaves it or must not be, of multicast as a source.
 */
static bool ip6table_promisc_may_be_sent(const struct ipv6hdr *ip6h)
{
	if (ipv6_addr_loopback(&ip6h->saddr) || ipv6_addr_loopback(&ip6h->daddr) ||
	    ipv6_addr_is_multicast(&ip6h->saddr))
		return false;
	return !ipv6_addr_is_multicast(&ip6h->daddr) ||
	       IPV6_ADDR_MC_SCOPE(&ip6h->daddr) > IPV6_ADDR_SCOPE_NODELOCAL;
}

/*
 * What ipv6_rcv() asks of a packet before the first hook, but for what is in options: its
 * way to read those is not there for modules.
 */
static bool ip6table_promisc_make_sound(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h;
	unsigned int length;

	if (!pskb_may_pull(skb, sizeof(*ip6h)))
		return false;
	ip6h = ipv6_hdr(skb);
	if (ip6h->version != 6 || !ip6table_promisc_may_be_sent(ip6h))
		return false;
	length = ntohs(ip6h->payload_len);
	/* Merged to more than the field can say (BIG TCP) */
	if (!length && skb_is_gso(skb) && skb_is_gso_tcp(skb))
		length = skb->len - sizeof(*ip6h);
	/* Not of what has its length in an option (jumbograms). */
	if (length || ip6h->nexthdr != NEXTHDR_HOP) {
		length += sizeof(*ip6h);
		if (length > skb->len || pskb_trim_rcsum(skb, length))
			return false;
	}
	skb_set_transport_header(skb, sizeof(*ip6h));
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->iif = skb->skb_iif;
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	return true;
}

static unsigned int ip6table_promisc_do_table(void *table, struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	return ip6t_do_table(table, skb, state);
}

static int ip6table_promisc_rcv(struct sk_buff *skb, struct net_device *dev,
				struct packet_type *type,
				struct net_device *orig_dev)
{
	return promisc_receive(skb, net_generic(dev_net(dev), ip6table_promisc_net_id),
			       ip6table_promisc_make_sound, ip6table_promisc_do_table);
}

static struct promisc_source ip6table_promisc_source = {
	.type = cpu_to_be16(ETH_P_IPV6),
	.func = ip6table_promisc_rcv,
};

#endif /* NF_INET_PROMISC */

static void ip6table_promisc_net_pre_exit(struct net *net)
{
	promisc_close(net, net_generic(net, ip6table_promisc_net_id));
	xt_unregister_table_pre_exit(net, NFPROTO_IPV6, PROMISC_TABLE);
}

static void ip6table_promisc_net_exit(struct net *net)
{
	ip6t_unregister_table_exit(net, PROMISC_TABLE);
}

static struct pernet_operations ip6table_promisc_net_ops = {
	.pre_exit = ip6table_promisc_net_pre_exit,
	.exit = ip6table_promisc_net_exit,
	.id = &ip6table_promisc_net_id,
	.size = sizeof(struct promisc_net),
};

static int ip6table_promisc_table_init(struct net *net)
{
	struct ip6t_replace *initial;
	int err;

	initial = ip6t_alloc_initial_table(&ip6table_promisc);
	if (!initial)
		return -ENOMEM;
	/* Without hooks of its own: those are not the ones of its chain. */
	err = ip6t_register_table(net, &ip6table_promisc, initial, NULL);
	kfree(initial);
	if (err)
		return err;
	err = promisc_open(net, net_generic(net, ip6table_promisc_net_id),
			   &ip6table_promisc_source,
			   xt_find_table(net, NFPROTO_IPV6, PROMISC_TABLE));
	if (err) {
		ip6table_promisc_net_pre_exit(net);
		synchronize_rcu();
		ip6table_promisc_net_exit(net);
	}
	return err;
}

static int __init ip6table_promisc_init(void)
{
	return promisc_start(&ip6table_promisc_net_ops, &ip6table_promisc,
			     ip6table_promisc_table_init, &ip6table_promisc_source);
}

static void __exit ip6table_promisc_exit(void)
{
	promisc_stop(&ip6table_promisc_net_ops, &ip6table_promisc,
		     &ip6table_promisc_source);
}

module_init(ip6table_promisc_init);
module_exit(ip6table_promisc_exit);
