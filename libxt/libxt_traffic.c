// SPDX-License-Identifier: GPL-2.0
/*
 * The iptables extension of "-m traffic": turns the options into the match
 * data that the kernel module ipt_traffic takes, and back into text for
 * iptables -L and iptables-save.
 *
 * iptables compares the raw bytes of rules for -C and -D. So every default is
 * filled in here, and one meaning has one form: a default given by hand is the
 * same as leaving it out.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <xtables.h>

#include "xt_traffic.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

enum {
	O_TRAFFIC,
	O_PORTCONN,
	O_IPCONN,
	O_NETBASE,
	O_NETMASK,
	O_NAME,
	O_HASHSIZE,
	O_CLEARONREAD,
	O_NOINTERNAL,
	O_MAXADDRS,
	O_CONNTIMEOUT,
	O_AGGREGATE,
	O_NETBASE_LEN,	/* no option: --netbase came as ADDR/LEN */

	F_NETMASK	= 1 << O_NETMASK,
	F_NETBASE_LEN	= 1 << O_NETBASE_LEN,
};

/*
 * Values are XTTYPE_STRING: libxtables' own number and address types take
 * octal, hexadecimal and host names, and their errors leave out the value.
 */
static const struct xt_option_entry traffic_opts[] = {
	{.name = "traffic", .id = O_TRAFFIC, .type = XTTYPE_NONE},
	{.name = "portconn", .id = O_PORTCONN, .type = XTTYPE_NONE},
	{.name = "ipconn", .id = O_IPCONN, .type = XTTYPE_NONE},
	{.name = "netbase", .id = O_NETBASE, .type = XTTYPE_STRING,
	 .flags = XTOPT_MAND},
	{.name = "netmask", .id = O_NETMASK, .type = XTTYPE_STRING},
	{.name = "name", .id = O_NAME, .type = XTTYPE_STRING,
	 .flags = XTOPT_MAND},
	{.name = "hashsize", .id = O_HASHSIZE, .type = XTTYPE_STRING},
	{.name = "clearonread", .id = O_CLEARONREAD, .type = XTTYPE_NONE},
	{.name = "nointernal", .id = O_NOINTERNAL, .type = XTTYPE_NONE,
	 .flags = XTOPT_INVERT},
	{.name = "maxaddrs", .id = O_MAXADDRS, .type = XTTYPE_STRING},
	{.name = "conntimeout", .id = O_CONNTIMEOUT, .type = XTTYPE_STRING},
	{.name = "aggregate", .id = O_AGGREGATE, .type = XTTYPE_STRING},
	XTOPT_TABLEEND,
};

/*
 * Errors and numbers
 */

/* A value as an error line may show it: one line, and not a page long. */
static const char *printable(const char *arg)
{
	static char text[64];
	size_t i;

	for (i = 0; arg[i] && i < sizeof(text) - 1; i++)
		text[i] = isprint((unsigned char)arg[i]) ? arg[i] : '?';
	text[i] = '\0';
	if (arg[i])
		strcpy(text + i - 3, "...");
	return text;
}

static void bad_value(const struct xt_option_call *cb, const char *allowed)
{
	xtables_error(PARAMETER_PROBLEM,
		      "%s: bad value for option \"--%s\": \"%s\" (allowed: %s)",
		      cb->ext_name, cb->entry->name, printable(cb->arg),
		      allowed);
}

static bool number(const char *text, unsigned int max, unsigned int *value)
{
	unsigned long long sum = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && sum <= max; p++)
		sum = sum * 10 + (unsigned int)(*p - '0');
	*value = (unsigned int)sum;
	return p != text && !*p && sum <= max;
}

static unsigned int parse_number(const struct xt_option_call *cb,
				 unsigned int min, unsigned int max)
{
	unsigned int value;
	char allowed[32];

	if (!number(cb->arg, max, &value) || value < min) {
		snprintf(allowed, sizeof(allowed), "%u to %u", min, max);
		bad_value(cb, allowed);
	}
	return value;
}

static unsigned int round_up_pow2(unsigned int value)
{
	unsigned int power = 1;

	while (power < value)
		power <<= 1;
	return power;
}

/*
 * Addresses and masks: all that depends on their family is in struct family
 */

/**
 * struct family - what distinguishes iptables from ip6tables
 * @af: AF_* of the addresses' text
 * @bits: of an address; what is behind them in a union nf_inet_addr is zero
 * @maxaddrs: default of --maxaddrs for all networks that are not smaller
 * @mask_as_length: iptables-save prints the length of a mask, not its address
 * @netbase: the values of --netbase, for the error line
 * @netmask: and those of --netmask
 * @hashsize: the default of --hashsize, for the help
 */
struct family {
	int af;
	unsigned int bits;
	unsigned int maxaddrs;
	bool mask_as_length;
	const char *netbase;
	const char *netmask;
	const char *hashsize;
};

static const struct family ipv4 = {
	.af		= AF_INET,
	.bits		= 32,
	.maxaddrs	= XT_TRAFFIC_MAXADDRS_DEFAULT,
	.netbase	= "a numeric IPv4 address, alone or with /LEN, LEN 0 to 32",
	.netmask	= "a contiguous IPv4 mask, or a length 0 to 32",
	.hashsize	= "by --maxaddrs; none for up to a /12",
};

static const struct family ipv6 = {
	.af		= AF_INET6,
	.bits		= 128,
	.maxaddrs	= 1U << 16,	/* man page, LARGE NETWORKS */
	.mask_as_length	= true,
	.netbase	= "a numeric IPv6 address without a zone, alone or with /LEN, LEN 0 to 128",
	.netmask	= "a contiguous IPv6 mask, or a length 0 to 128",
	.hashsize	= "by --maxaddrs",
};

struct addr_text {
	char s[INET6_ADDRSTRLEN];
};

static struct addr_text addr_text(int af, const void *addr)
{
	struct addr_text text;

	inet_ntop(af, addr, text.s, sizeof(text.s));
	return text;
}

/* Never asks a name server: a rule must not depend on one. */
static bool addr_parse(const struct family *family, const char *text,
		       union nf_inet_addr *addr)
{
	return inet_pton(family->af, text, addr) == 1;
}

static bool addr_equal(const union nf_inet_addr *a,
		       const union nf_inet_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static union nf_inet_addr addr_network(const union nf_inet_addr *addr,
				       const union nf_inet_addr *mask)
{
	union nf_inet_addr base;
	size_t i;

	for (i = 0; i < sizeof(base.in6); i++)
		base.in6.s6_addr[i] =
			addr->in6.s6_addr[i] & mask->in6.s6_addr[i];
	return base;
}

static union nf_inet_addr mask_from_len(unsigned int len)
{
	union nf_inet_addr mask = {};
	unsigned int bit;

	for (bit = 0; bit < len; bit++)
		mask.in6.s6_addr[bit / 8] |= 0x80 >> bit % 8;
	return mask;
}

/* Length of a contiguous mask, -1 for any other. */
static int mask_len(const struct family *family,
		    const union nf_inet_addr *mask)
{
	union nf_inet_addr contiguous;
	unsigned int len = 0;

	while (len < family->bits &&
	       mask->in6.s6_addr[len / 8] & 0x80 >> len % 8)
		len++;
	contiguous = mask_from_len(len);
	return addr_equal(mask, &contiguous) ? (int)len : -1;
}

static bool mask_parse(const struct family *family, const char *text,
		       union nf_inet_addr *mask)
{
	unsigned int len;

	if (number(text, family->bits, &len)) {
		*mask = mask_from_len(len);
		return true;
	}
	return addr_parse(family, text, mask) && mask_len(family, mask) >= 0;
}

/* As many as the network has addresses or, with --aggregate, prefixes. */
static unsigned int maxaddrs_default(const struct family *family,
				     unsigned int aggregate, int len)
{
	unsigned int bits = (aggregate ? aggregate : family->bits) -
			    (unsigned int)len;

	if (bits >= 32 || 1U << bits > family->maxaddrs)
		return family->maxaddrs;
	return 1U << bits;
}

/*
 * Options to match data
 */

/* The mask comes from --netmask, from --netbase ADDR/LEN, or from both. */
static void set_netmask(const struct family *family, struct xt_option_call *cb,
			unsigned int other, const union nf_inet_addr *mask)
{
	struct xt_traffic_info *info = cb->data;

	if (cb->xflags & other && !addr_equal(&info->netmask, mask))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--%s\": \"%s\" does not agree with the /%d of option \"--%s\" (allowed: the same length, or only one of the two)",
			      cb->ext_name, cb->entry->name, printable(cb->arg),
			      mask_len(family, &info->netmask),
			      other == F_NETMASK ? "netmask" : "netbase");
	info->netmask = *mask;
}

static void parse_netbase(const struct family *family,
			  struct xt_option_call *cb)
{
	const char *slash = strchr(cb->arg, '/');
	struct xt_traffic_info *info = cb->data;
	size_t addr_len = strcspn(cb->arg, "/");
	char addr[INET6_ADDRSTRLEN];
	union nf_inet_addr mask;
	unsigned int len;

	if (addr_len >= sizeof(addr))
		bad_value(cb, family->netbase);
	memcpy(addr, cb->arg, addr_len);
	addr[addr_len] = '\0';
	if (!addr_parse(family, addr, &info->netbase))
		bad_value(cb, family->netbase);
	if (!slash)
		return;
	if (!number(slash + 1, family->bits, &len))
		bad_value(cb, family->netbase);
	mask = mask_from_len(len);
	set_netmask(family, cb, F_NETMASK, &mask);
	cb->xflags |= F_NETBASE_LEN;
}

static void parse_netmask(const struct family *family,
			  struct xt_option_call *cb)
{
	union nf_inet_addr mask = {};

	if (!mask_parse(family, cb->arg, &mask))
		bad_value(cb, family->netmask);
	set_netmask(family, cb, F_NETBASE_LEN, &mask);
}

static void parse_name(struct xt_option_call *cb)
{
	static const char chars[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	struct xt_traffic_info *info = cb->data;
	size_t len = strlen(cb->arg);

	if (!len || len >= sizeof(info->name) || cb->arg[0] == '.' ||
	    strspn(cb->arg, chars) != len)
		bad_value(cb, "1 to 31 of A-Z a-z 0-9 _ . -, not starting with \".\"");
	memcpy(info->name, cb->arg, len);
}

static void traffic_init(struct xt_entry_match *match)
{
	struct xt_traffic_info *info = (void *)match->data;

	info->abi = XT_TRAFFIC_ABI;
	info->conntimeout = XT_TRAFFIC_CONNTIMEOUT_DEFAULT;
}

static void traffic_parse(const struct family *family,
			  struct xt_option_call *cb)
{
	struct xt_traffic_info *info = cb->data;

	xtables_option_parse(cb);
	switch (cb->entry->id) {
	case O_TRAFFIC:
		info->flags |= XT_TRAFFIC_TRAFFIC;
		break;
	case O_PORTCONN:
		info->flags |= XT_TRAFFIC_PORTCONN;
		break;
	case O_IPCONN:
		info->flags |= XT_TRAFFIC_IPCONN;
		break;
	case O_NETBASE:
		parse_netbase(family, cb);
		break;
	case O_NETMASK:
		parse_netmask(family, cb);
		break;
	case O_NAME:
		parse_name(cb);
		break;
	case O_HASHSIZE:
		info->hashsize =
			round_up_pow2(parse_number(cb, XT_TRAFFIC_HASHSIZE_MIN,
						   XT_TRAFFIC_HASHSIZE_MAX));
		break;
	case O_CLEARONREAD:
		info->flags |= XT_TRAFFIC_CLEARONREAD;
		break;
	case O_NOINTERNAL:
		info->flags |= cb->invert ? XT_TRAFFIC_ONLYINTERNAL :
					    XT_TRAFFIC_NOINTERNAL;
		break;
	case O_MAXADDRS:
		info->maxaddrs = parse_number(cb, XT_TRAFFIC_MAXADDRS_MIN,
					      XT_TRAFFIC_MAXADDRS_MAX);
		break;
	case O_CONNTIMEOUT:
		info->conntimeout = parse_number(cb, XT_TRAFFIC_CONNTIMEOUT_MIN,
						 XT_TRAFFIC_CONNTIMEOUT_MAX);
		break;
	case O_AGGREGATE:
		info->aggregate = (__u8)parse_number(cb, 1, family->bits);
		break;
	}
}

static void check_network(const struct family *family,
			  const struct xt_fcheck_call *fc)
{
	const struct xt_traffic_info *info = fc->data;
	union nf_inet_addr base;

	if (!(fc->xflags & (F_NETMASK | F_NETBASE_LEN)))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--netbase\" needs a length (ADDR/LEN) or the option \"--netmask\"",
			      fc->ext_name);

	base = addr_network(&info->netbase, &info->netmask);
	if (!addr_equal(&base, &info->netbase))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--netbase\": %s has host bits set, the base of its /%d network is %s",
			      fc->ext_name,
			      addr_text(family->af, &info->netbase).s,
			      mask_len(family, &info->netmask),
			      addr_text(family->af, &base).s);
}

/* ::ffff:0:0/96 stands for IPv4 in programs; packets never carry it. */
static void check_mapped(const struct family *family,
			 const struct xt_fcheck_call *fc)
{
	const struct xt_traffic_info *info = fc->data;
	const struct in6_addr *base = &info->netbase.in6;
	int len = mask_len(family, &info->netmask);

	if (family->af == AF_INET6 && IN6_IS_ADDR_V4MAPPED(base))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--netbase\": %s/%d is IPv4 written as IPv6, which no packet carries (allowed: iptables with \"--netbase\" %s/%d)",
			      fc->ext_name, addr_text(AF_INET6, base).s, len,
			      addr_text(AF_INET, &base->s6_addr[12]).s,
			      len - 96);
}

static void check_aggregate(const struct family *family,
			    const struct xt_fcheck_call *fc)
{
	const struct xt_traffic_info *info = fc->data;
	int len = mask_len(family, &info->netmask);

	if (info->aggregate && info->aggregate < len)
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--aggregate\": %u is shorter than the network's prefix (allowed: %d to %u)",
			      fc->ext_name, info->aggregate, len, family->bits);
}

static void traffic_check(const struct family *family,
			  struct xt_fcheck_call *fc)
{
	struct xt_traffic_info *info = fc->data;

	/* libxtables would do this only after us, and we need a network. */
	xtables_options_fcheck(fc->ext_name, fc->xflags, traffic_opts);
	if (!(info->flags & XT_TRAFFIC_TABLES))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: one or more of the options \"--traffic\", \"--portconn\", \"--ipconn\" must be specified",
			      fc->ext_name);
	check_network(family, fc);
	check_mapped(family, fc);
	check_aggregate(family, fc);
	if (!info->maxaddrs)
		info->maxaddrs =
			maxaddrs_default(family, info->aggregate,
					 mask_len(family, &info->netmask));
}

/*
 * Match data to text
 */

/* A stranger's layout must not be read as ours: say so where the rule stands. */
static bool other_abi(const struct xt_traffic_info *info)
{
	if (info->abi == XT_TRAFFIC_ABI)
		return false;
	printf(" [rule of ABI %u, libxt_traffic.so knows ABI %u: update %s]",
	       info->abi, XT_TRAFFIC_ABI,
	       info->abi > XT_TRAFFIC_ABI ? "libxt_traffic.so" :
					    "ipt_traffic.ko");
	return true;
}

static void print_tables(const struct xt_traffic_info *info,
			 const char *dashes)
{
	if (info->flags & XT_TRAFFIC_TRAFFIC)
		printf(" %straffic", dashes);
	if (info->flags & XT_TRAFFIC_PORTCONN)
		printf(" %sportconn", dashes);
	if (info->flags & XT_TRAFFIC_IPCONN)
		printf(" %sipconn", dashes);
}

static void print_options(const struct family *family,
			  const struct xt_traffic_info *info,
			  const char *dashes)
{
	int len = mask_len(family, &info->netmask);

	if (info->hashsize)
		printf(" %shashsize %u", dashes, info->hashsize);
	if (info->flags & XT_TRAFFIC_CLEARONREAD)
		printf(" %sclearonread", dashes);
	if (info->flags & XT_TRAFFIC_NOINTERNAL)
		printf(" %snointernal", dashes);
	if (info->flags & XT_TRAFFIC_ONLYINTERNAL)
		printf(" ! %snointernal", dashes);
	if (info->maxaddrs != maxaddrs_default(family, info->aggregate, len))
		printf(" %smaxaddrs %u", dashes, info->maxaddrs);
	if (info->conntimeout != XT_TRAFFIC_CONNTIMEOUT_DEFAULT)
		printf(" %sconntimeout %u", dashes, info->conntimeout);
	if (info->aggregate)
		printf(" %saggregate %u", dashes, info->aggregate);
}

static void traffic_print(const struct family *family,
			  const struct xt_entry_match *match)
{
	const struct xt_traffic_info *info = (const void *)match->data;

	printf(" traffic:");
	if (other_abi(info))
		return;
	printf(" name %.*s network %s/%d", XT_TRAFFIC_NAME_SIZE, info->name,
	       addr_text(family->af, &info->netbase).s,
	       mask_len(family, &info->netmask));
	print_tables(info, "");
	print_options(family, info, "");
}

static void save_network(const struct family *family,
			 const struct xt_traffic_info *info)
{
	printf(" --netbase %s", addr_text(family->af, &info->netbase).s);
	if (family->mask_as_length)
		printf(" --netmask %d", mask_len(family, &info->netmask));
	else
		printf(" --netmask %s",
		       addr_text(family->af, &info->netmask).s);
}

/* The options in the order of the help. */
static void traffic_save(const struct family *family,
			 const struct xt_entry_match *match)
{
	const struct xt_traffic_info *info = (const void *)match->data;

	if (other_abi(info))
		return;
	print_tables(info, "--");
	save_network(family, info);
	printf(" --name %.*s", XT_TRAFFIC_NAME_SIZE, info->name);
	print_options(family, info, "--");
}

/*
 * iptables-translate shows a rule it cannot translate as a mere comment. Only
 * there is it told why: nft(8) calls this too, for every rule it lists.
 */
static int traffic_xlate(struct xt_xlate *xl,
			 const struct xt_xlate_mt_params *params)
{
	if (strstr(xt_params->program_name, "translate"))
		fprintf(stderr,
			"traffic: nftables has no such match, so the rule below has no translation; load it with iptables\n");
	return 0;
}

static void traffic_help(const struct family *family)
{
	printf("traffic match options:\n"
	       "  Accounts the traffic of a network per IP address, in and out.\n"
	       " What to count (at least one):\n"
	       "  --traffic            bytes and packets per IP: TCP, UDP, OTHER\n"
	       "  --portconn           connections per port: TCP, UDP, ICMP, OTHER\n"
	       "  --ipconn             connections per IP: TCP, UDP, ICMP, OTHER\n"
	       " Whose traffic, and where to (required):\n"
	       "  --netbase ADDR[/LEN] the network: its base address (numeric, no host bits)\n"
	       "  --netmask MASK|LEN   its contiguous mask, or the length, 0-%u;\n"
	       "                       may be left out after --netbase ADDR/LEN\n"
	       "  --name NAME          name of the table's files: 1-%u characters of\n"
	       "                       A-Z a-z 0-9 _ . - not starting with \".\"\n"
	       " How:\n"
	       "  --hashsize N         find addresses by a hash of N buckets, %u-%u,\n"
	       "                       rounded up to a power of two; at least 1 for 16\n"
	       "                       of --maxaddrs\n"
	       "                       (default: %s)\n"
	       "  --clearonread        a read consumes what it delivers\n"
	       "  [!] --nointernal     leave out traffic between two addresses of the\n"
	       "                       network; with \"!\" count only that\n"
	       "  --maxaddrs N         most addresses in the table, %u-%u\n"
	       "                       (default: the network's size, at most %u)\n"
	       "  --conntimeout SECS   how long a silent flow is remembered before its next\n"
	       "                       opening packet counts anew, %u-%u (default: %u)\n"
	       "  --aggregate LEN      one row per prefix of LEN bits instead of per address,\n"
	       "                       LEN from the network's length to %u\n"
	       " Read the counters in /proc/net/xt_traffic:\n"
	       "  NAME                 bytes       (--traffic)\n"
	       "  NAME_packets         packets     (--traffic)\n"
	       "  NAME_ipconn          connections (--ipconn)\n"
	       "  NAME_portconn        connections (--portconn)\n"
	       "  NAME_info            options, memory, what could not be counted (always)\n"
	       " See iptables-traffic(8).\n",
	       family->bits, XT_TRAFFIC_NAME_SIZE - 1,
	       XT_TRAFFIC_HASHSIZE_MIN, XT_TRAFFIC_HASHSIZE_MAX,
	       family->hashsize,
	       XT_TRAFFIC_MAXADDRS_MIN, XT_TRAFFIC_MAXADDRS_MAX,
	       family->maxaddrs,
	       XT_TRAFFIC_CONNTIMEOUT_MIN, XT_TRAFFIC_CONNTIMEOUT_MAX,
	       XT_TRAFFIC_CONNTIMEOUT_DEFAULT, family->bits);
}

/*
 * What libxtables calls: nothing that it passes tells the family
 */

static void traffic_help4(void)
{
	traffic_help(&ipv4);
}

static void traffic_help6(void)
{
	traffic_help(&ipv6);
}

static void traffic_parse4(struct xt_option_call *cb)
{
	traffic_parse(&ipv4, cb);
}

static void traffic_parse6(struct xt_option_call *cb)
{
	traffic_parse(&ipv6, cb);
}

static void traffic_check4(struct xt_fcheck_call *fc)
{
	traffic_check(&ipv4, fc);
}

static void traffic_check6(struct xt_fcheck_call *fc)
{
	traffic_check(&ipv6, fc);
}

static void traffic_print4(const void *ip, const struct xt_entry_match *match,
			   int numeric)
{
	traffic_print(&ipv4, match);
}

static void traffic_print6(const void *ip, const struct xt_entry_match *match,
			   int numeric)
{
	traffic_print(&ipv6, match);
}

static void traffic_save4(const void *ip, const struct xt_entry_match *match)
{
	traffic_save(&ipv4, match);
}

static void traffic_save6(const void *ip, const struct xt_entry_match *match)
{
	traffic_save(&ipv6, match);
}

static struct xtables_match traffic_matches[] = {
	{
		.version	= XTABLES_VERSION,
		.name		= "traffic",
		.revision	= 0,
		.family		= NFPROTO_IPV4,
		.size		= XT_ALIGN(sizeof(struct xt_traffic_info)),
		.userspacesize	= offsetof(struct xt_traffic_info, table),
		.help		= traffic_help4,
		.init		= traffic_init,
		.x6_options	= traffic_opts,
		.x6_parse	= traffic_parse4,
		.x6_fcheck	= traffic_check4,
		.print		= traffic_print4,
		.save		= traffic_save4,
		.xlate		= traffic_xlate,
	},
	{
		.version	= XTABLES_VERSION,
		.name		= "traffic",
		.revision	= 0,
		.family		= NFPROTO_IPV6,
		.size		= XT_ALIGN(sizeof(struct xt_traffic_info)),
		.userspacesize	= offsetof(struct xt_traffic_info, table),
		.help		= traffic_help6,
		.init		= traffic_init,
		.x6_options	= traffic_opts,
		.x6_parse	= traffic_parse6,
		.x6_fcheck	= traffic_check6,
		.print		= traffic_print6,
		.save		= traffic_save6,
		.xlate		= traffic_xlate,
	},
};

static __attribute__((constructor)) void traffic_register(void)
{
	xtables_register_matches(traffic_matches,
				 ARRAY_SIZE(traffic_matches));
}
