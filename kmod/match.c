// SPDX-License-Identifier: GPL-2.0
/*
 * match: "-m traffic" as xtables knows it.
 *
 * Checks the options of a rule, ties it to its table, and says whether a packet
 * belongs there. A packet that does not is told by the match data alone: it
 * touches no memory of this module.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <net/ipv6.h>
#include "count.h"
#include "index.h"
#include "table.h"
#include "xt_traffic.h"

MODULE_AUTHOR("The ipt_traffic authors");
MODULE_DESCRIPTION("Xtables: traffic accounting per address, port and connection");
MODULE_LICENSE("GPL");
/* As dkms.conf has it. By it, modinfo and sysfs have a hash of the sources. */
MODULE_VERSION("1.0");
MODULE_ALIAS("xt_traffic");
MODULE_ALIAS("ip6t_traffic");

static bool counts(u32 flags, unsigned int sides)
{
	if (sides == SIDES)
		return !(flags & XT_TRAFFIC_NOINTERNAL);
	return sides && !(flags & XT_TRAFFIC_ONLYINTERNAL);
}

/* Added up, not branched upon: nothing could predict the direction. */
static __always_inline unsigned int sides_inside(const struct iphdr *iph,
						 __be32 netbase, __be32 netmask)
{
	unsigned int sides;

	sides = ((iph->saddr & netmask) == netbase) * SIDE_SOURCE +
		((iph->daddr & netmask) == netbase) * SIDE_DESTINATION;
	OPTIMIZER_HIDE_VAR(sides);
	return sides;
}

static bool traffic_mt4(const struct sk_buff *skb, struct xt_action_param *par)
{
	const struct xt_traffic_info *info = par->matchinfo;
	const unsigned int sides = sides_inside(ip_hdr(skb), info->netbase.ip,
						info->netmask.ip);

	if (!counts(info->flags, sides))
		return false;
	count(info->table, skb, sides, false);
	return true;
}

static __always_inline unsigned int
sides_inside6(const struct ipv6hdr *ip6h, const struct xt_traffic_info *info)
{
	const struct in6_addr *base = &info->netbase.in6;
	const struct in6_addr *mask = &info->netmask.in6;

	return !ipv6_masked_addr_cmp(&ip6h->saddr, mask, base) * SIDE_SOURCE +
	       !ipv6_masked_addr_cmp(&ip6h->daddr, mask, base) *
		       SIDE_DESTINATION;
}

static bool traffic_mt6(const struct sk_buff *skb, struct xt_action_param *par)
{
	const struct xt_traffic_info *info = par->matchinfo;
	const unsigned int sides = sides_inside6(ipv6_hdr(skb), info);

	if (!counts(info->flags, sides))
		return false;
	count(info->table, skb, sides, true);
	return true;
}

static bool name_is_valid(const char *name)
{
	const size_t length = strnlen(name, XT_TRAFFIC_NAME_SIZE);
	size_t i;

	if (!length || length == XT_TRAFFIC_NAME_SIZE || name[0] == '.')
		return false;
	for (i = 0; i < length; i++)
		if (!(isascii(name[i]) && isalnum(name[i])) &&
		    !strchr("_.-", name[i]))
			return false;
	return !memchr_inv(name + length, 0, XT_TRAFFIC_NAME_SIZE - length);
}

static const char *check_flags(const struct xt_traffic_info *info)
{
	const u32 internal = XT_TRAFFIC_NOINTERNAL | XT_TRAFFIC_ONLYINTERNAL;

	if (info->flags & ~XT_TRAFFIC_FLAGS ||
	    memchr_inv(info->reserved, 0, sizeof(info->reserved)))
		return "unknown options: update the module ipt_traffic";
	if (!(info->flags & XT_TRAFFIC_TABLES))
		return "--traffic, --portconn or --ipconn is required";
	if ((info->flags & internal) == internal)
		return "--nointernal and ! --nointernal exclude one another";
	return NULL;
}

static const char *check_network(const struct xt_traffic_info *info, u32 words)
{
	const union nf_inet_addr *base = &info->netbase;
	const union nf_inet_addr *mask = &info->netmask;
	u32 i;

	if (index_prefix_length(mask, words) < 0)
		return "--netmask: not a contiguous mask";
	for (i = words; i < ARRAY_SIZE(mask->all); i++)
		if (mask->all[i])
			return "--netmask: longer than an address";
	for (i = 0; i < ARRAY_SIZE(base->all); i++)
		if (base->all[i] & ~mask->all[i])
			return "--netbase: has bits set outside of --netmask";
	return NULL;
}

static const char *check_numbers(const struct xt_traffic_info *info, u32 words)
{
	const int network_length = index_prefix_length(&info->netmask, words);

	if (info->hashsize && (info->hashsize < XT_TRAFFIC_HASHSIZE_MIN ||
			       info->hashsize > XT_TRAFFIC_HASHSIZE_MAX ||
			       !is_power_of_2(info->hashsize)))
		return "--hashsize: not a power of two from 16 to 16777216";
	if (info->maxaddrs < XT_TRAFFIC_MAXADDRS_MIN ||
	    info->maxaddrs > XT_TRAFFIC_MAXADDRS_MAX)
		return "--maxaddrs: not from 1 to 16777216";
	if (info->conntimeout < XT_TRAFFIC_CONNTIMEOUT_MIN ||
	    info->conntimeout > XT_TRAFFIC_CONNTIMEOUT_MAX)
		return "--conntimeout: not from 1 to 43200 seconds";
	if (info->aggregate && (info->aggregate < network_length ||
				info->aggregate > words * 32))
		return "--aggregate: not from the network's prefix length to that of an address";
	return NULL;
}

static const char *check_options(const struct xt_traffic_info *info, u32 words)
{
	const char *error = check_flags(info);

	if (!error)
		error = check_network(info, words);
	if (!error)
		error = check_numbers(info, words);
	return error;
}

static int traffic_mt_check(const struct xt_mtchk_param *par)
{
	struct xt_traffic_info *info = par->matchinfo;
	const char *error;

	if (info->abi != XT_TRAFFIC_ABI) {
		pr_info_ratelimited("the iptables extension speaks version %u, this module version %u: update %s\n",
				    info->abi, XT_TRAFFIC_ABI,
				    info->abi < XT_TRAFFIC_ABI ?
				    "libxt_traffic.so" : "the module ipt_traffic");
		return -EINVAL;
	}
	if (!name_is_valid(info->name)) {
		pr_info_ratelimited("--name: not 1 to 31 characters of A-Z a-z 0-9 _ . - without a leading dot\n");
		return -EINVAL;
	}
	error = check_options(info, par->family == NFPROTO_IPV6 ? 4 : 1);
	if (error) {
		pr_info_ratelimited("%s: %s\n", info->name, error);
		return -EINVAL;
	}
	return table_attach(par->net, par->family, info, &info->table);
}

static void traffic_mt_destroy(const struct xt_mtdtor_param *par)
{
	const struct xt_traffic_info *info = par->matchinfo;

	table_detach(info->table);
}

static struct xt_match traffic_matches[] __read_mostly = {
	{
		.name = "traffic",
		.family = NFPROTO_IPV4,
		.match = traffic_mt4,
		.checkentry = traffic_mt_check,
		.destroy = traffic_mt_destroy,
		.matchsize = sizeof(struct xt_traffic_info),
		.usersize = offsetof(struct xt_traffic_info, table),
		.me = THIS_MODULE,
	},
	{
		.name = "traffic",
		.family = NFPROTO_IPV6,
		.match = traffic_mt6,
		.checkentry = traffic_mt_check,
		.destroy = traffic_mt_destroy,
		.matchsize = sizeof(struct xt_traffic_info),
		.usersize = offsetof(struct xt_traffic_info, table),
		.me = THIS_MODULE,
	},
};

static int __init traffic_mt_init(void)
{
	int err;

	err = tables_start();
	if (err)
		return err;
	err = xt_register_matches(traffic_matches, ARRAY_SIZE(traffic_matches));
	if (err)
		tables_stop();
	return err;
}

static void __exit traffic_mt_exit(void)
{
	xt_unregister_matches(traffic_matches, ARRAY_SIZE(traffic_matches));
	tables_stop();
}

module_init(traffic_mt_init);
module_exit(traffic_mt_exit);
