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
	static char text[48];
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
 * IPv4: all that depends on the family of an address
 */

#define ADDR_BITS 32
#define ADDR_ALLOWED \
	"a numeric IPv4 address, alone or with /LEN, LEN 0 to 32"
#define MASK_ALLOWED "a contiguous IPv4 mask, or a length 0 to 32"

struct addr_text {
	char s[INET_ADDRSTRLEN];
};

static struct addr_text addr_text(const union nf_inet_addr *addr)
{
	struct addr_text text;

	inet_ntop(AF_INET, &addr->in, text.s, sizeof(text.s));
	return text;
}

/* Never asks a name server: a rule must not depend on one. */
static bool addr_parse(const char *text, union nf_inet_addr *addr)
{
	return inet_pton(AF_INET, text, &addr->in) == 1;
}

static void mask_from_len(unsigned int len, union nf_inet_addr *mask)
{
	mask->in.s_addr = len ? htonl(~0U << (ADDR_BITS - len)) : 0;
}

/* Length of a contiguous mask, -1 for any other. */
static int mask_len(const union nf_inet_addr *mask)
{
	unsigned int host = ~ntohl(mask->in.s_addr);
	int len = ADDR_BITS;

	if (host & (host + 1))
		return -1;
	for (; host; host >>= 1)
		len--;
	return len;
}

static bool mask_parse(const char *text, union nf_inet_addr *mask)
{
	unsigned int len;

	if (number(text, ADDR_BITS, &len)) {
		mask_from_len(len, mask);
		return true;
	}
	return addr_parse(text, mask) && mask_len(mask) >= 0;
}

static bool addr_equal(const union nf_inet_addr *a,
		       const union nf_inet_addr *b)
{
	return a->ip == b->ip;
}

static union nf_inet_addr addr_network(const union nf_inet_addr *addr,
				       const union nf_inet_addr *mask)
{
	union nf_inet_addr base = {.ip = addr->ip & mask->ip};

	return base;
}

static unsigned long long network_size(int len)
{
	return 1ULL << (ADDR_BITS - len);
}

static unsigned int maxaddrs_default(int len)
{
	if (network_size(len) > XT_TRAFFIC_MAXADDRS_DEFAULT)
		return XT_TRAFFIC_MAXADDRS_DEFAULT;
	return (unsigned int)network_size(len);
}

/*
 * Options to match data
 */

/* The mask comes from --netmask, from --netbase ADDR/LEN, or from both. */
static void set_netmask(struct xt_option_call *cb, unsigned int other,
			const union nf_inet_addr *mask)
{
	struct xt_traffic_info *info = cb->data;

	if (cb->xflags & other && !addr_equal(&info->netmask, mask))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--%s\": \"%s\" does not agree with the /%d of option \"--%s\" (allowed: the same length, or only one of the two)",
			      cb->ext_name, cb->entry->name, printable(cb->arg),
			      mask_len(&info->netmask),
			      other == F_NETMASK ? "netmask" : "netbase");
	info->netmask = *mask;
}

static void parse_netbase(struct xt_option_call *cb)
{
	const char *slash = strchr(cb->arg, '/');
	struct xt_traffic_info *info = cb->data;
	size_t addr_len = strcspn(cb->arg, "/");
	union nf_inet_addr mask = {};
	char addr[INET6_ADDRSTRLEN];
	unsigned int len;

	if (addr_len >= sizeof(addr))
		bad_value(cb, ADDR_ALLOWED);
	memcpy(addr, cb->arg, addr_len);
	addr[addr_len] = '\0';
	if (!addr_parse(addr, &info->netbase))
		bad_value(cb, ADDR_ALLOWED);
	if (!slash)
		return;
	if (!number(slash + 1, ADDR_BITS, &len))
		bad_value(cb, ADDR_ALLOWED);
	mask_from_len(len, &mask);
	set_netmask(cb, F_NETMASK, &mask);
	cb->xflags |= F_NETBASE_LEN;
}

static void parse_netmask(struct xt_option_call *cb)
{
	union nf_inet_addr mask = {};

	if (!mask_parse(cb->arg, &mask))
		bad_value(cb, MASK_ALLOWED);
	set_netmask(cb, F_NETBASE_LEN, &mask);
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

static void traffic_parse(struct xt_option_call *cb)
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
		parse_netbase(cb);
		break;
	case O_NETMASK:
		parse_netmask(cb);
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
		info->aggregate = (__u8)parse_number(cb, 1, ADDR_BITS);
		break;
	}
}

static void check_network(const struct xt_fcheck_call *fc)
{
	const struct xt_traffic_info *info = fc->data;
	union nf_inet_addr base;
	int len;

	if (!(fc->xflags & (F_NETMASK | F_NETBASE_LEN)))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--netbase\" needs a length (ADDR/LEN) or the option \"--netmask\"",
			      fc->ext_name);

	base = addr_network(&info->netbase, &info->netmask);
	len = mask_len(&info->netmask);
	if (!addr_equal(&base, &info->netbase))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--netbase\": %s has host bits set, the base of its /%d network is %s",
			      fc->ext_name, addr_text(&info->netbase).s, len,
			      addr_text(&base).s);
	if (len < XT_TRAFFIC_DIRECT_PREFIX_MIN)
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--netbase\": %s/%d: networks wider than /%d are not available yet (allowed: /%d to /%d)",
			      fc->ext_name, addr_text(&base).s, len,
			      XT_TRAFFIC_DIRECT_PREFIX_MIN,
			      XT_TRAFFIC_DIRECT_PREFIX_MIN, ADDR_BITS);
}

static void check_maxaddrs(const struct xt_fcheck_call *fc)
{
	const struct xt_traffic_info *info = fc->data;
	int len = mask_len(&info->netmask);

	if (info->maxaddrs < network_size(len))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--maxaddrs\": %u is below the %llu addresses of a /%d network, that is not available yet (allowed: %llu to %u)",
			      fc->ext_name, info->maxaddrs, network_size(len),
			      len, network_size(len), XT_TRAFFIC_MAXADDRS_MAX);
}

static void check_aggregate(const struct xt_fcheck_call *fc)
{
	const struct xt_traffic_info *info = fc->data;
	int len = mask_len(&info->netmask);

	if (!info->aggregate)
		return;
	if (info->aggregate < len)
		xtables_error(PARAMETER_PROBLEM,
			      "%s: option \"--aggregate\": %u is shorter than the network's prefix (allowed: %d to %d)",
			      fc->ext_name, info->aggregate, len, ADDR_BITS);
	xtables_error(PARAMETER_PROBLEM,
		      "%s: option \"--aggregate\": %u is not available yet, leave the option out",
		      fc->ext_name, info->aggregate);
}

static void traffic_check(struct xt_fcheck_call *fc)
{
	struct xt_traffic_info *info = fc->data;

	/* libxtables would do this only after us, and we need a network. */
	xtables_options_fcheck(fc->ext_name, fc->xflags, traffic_opts);
	if (!(info->flags & XT_TRAFFIC_TABLES))
		xtables_error(PARAMETER_PROBLEM,
			      "%s: one or more of the options \"--traffic\", \"--portconn\", \"--ipconn\" must be specified",
			      fc->ext_name);
	check_network(fc);
	if (!info->maxaddrs)
		info->maxaddrs = maxaddrs_default(mask_len(&info->netmask));
	check_maxaddrs(fc);
	check_aggregate(fc);
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

static bool default_maxaddrs(const struct xt_traffic_info *info)
{
	int len = mask_len(&info->netmask);

	return len >= 0 && info->maxaddrs == maxaddrs_default(len);
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

static void print_options(const struct xt_traffic_info *info,
			  const char *dashes)
{
	if (info->hashsize)
		printf(" %shashsize %u", dashes, info->hashsize);
	if (info->flags & XT_TRAFFIC_CLEARONREAD)
		printf(" %sclearonread", dashes);
	if (info->flags & XT_TRAFFIC_NOINTERNAL)
		printf(" %snointernal", dashes);
	if (info->flags & XT_TRAFFIC_ONLYINTERNAL)
		printf(" ! %snointernal", dashes);
	if (!default_maxaddrs(info))
		printf(" %smaxaddrs %u", dashes, info->maxaddrs);
	if (info->conntimeout != XT_TRAFFIC_CONNTIMEOUT_DEFAULT)
		printf(" %sconntimeout %u", dashes, info->conntimeout);
	if (info->aggregate)
		printf(" %saggregate %u", dashes, info->aggregate);
}

static void traffic_print(const void *ip, const struct xt_entry_match *match,
			  int numeric)
{
	const struct xt_traffic_info *info = (const void *)match->data;

	(void)ip;
	(void)numeric;
	printf(" traffic:");
	if (other_abi(info))
		return;
	printf(" name %.*s network %s/%d", XT_TRAFFIC_NAME_SIZE, info->name,
	       addr_text(&info->netbase).s, mask_len(&info->netmask));
	print_tables(info, "");
	print_options(info, "");
}

/* The options in the order of the help. */
static void traffic_save(const void *ip, const struct xt_entry_match *match)
{
	const struct xt_traffic_info *info = (const void *)match->data;

	(void)ip;
	if (other_abi(info))
		return;
	print_tables(info, "--");
	printf(" --netbase %s --netmask %s --name %.*s",
	       addr_text(&info->netbase).s, addr_text(&info->netmask).s,
	       XT_TRAFFIC_NAME_SIZE, info->name);
	print_options(info, "--");
}

/*
 * iptables-translate shows a rule it cannot translate as a mere comment. Only
 * there is it told why: nft(8) calls this too, for every rule it lists.
 */
static int traffic_xlate(struct xt_xlate *xl,
			 const struct xt_xlate_mt_params *params)
{
	(void)xl;
	(void)params;
	if (strstr(xt_params->program_name, "translate"))
		fprintf(stderr,
			"traffic: nftables has no such match, so the rule below has no translation; load it with iptables\n");
	return 0;
}

static void traffic_help(void)
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
	       "                       (networks wider than /%u are not available yet)\n"
	       "  --name NAME          name of the table's files: 1-%u characters of\n"
	       "                       A-Z a-z 0-9 _ . - not starting with \".\"\n"
	       " How:\n"
	       "  --hashsize N         buckets of the address hash, %u-%u, rounded up\n"
	       "                       to a power of two (has no effect yet)\n"
	       "  --clearonread        a read consumes what it delivers\n"
	       "  [!] --nointernal     leave out traffic between two addresses of the\n"
	       "                       network; with \"!\" count only that\n"
	       "  --maxaddrs N         most addresses in the table, %u-%u\n"
	       "                       (default: the network's size, at most %u;\n"
	       "                       less than the network's size is not available yet)\n"
	       "  --conntimeout SECS   how long a silent flow is remembered before its next\n"
	       "                       opening packet counts anew, %u-%u (default: %u)\n"
	       "  --aggregate LEN      one row per prefix of LEN bits, LEN from the network's\n"
	       "                       length to %u (not available yet)\n"
	       " Read the counters in /proc/net/xt_traffic:\n"
	       "  NAME                 bytes       (--traffic)\n"
	       "  NAME_packets         packets     (--traffic)\n"
	       "  NAME_ipconn          connections (--ipconn)\n"
	       "  NAME_portconn        connections (--portconn)\n"
	       "  NAME_info            options, memory, what could not be counted (always)\n"
	       " See iptables-traffic(8).\n",
	       ADDR_BITS, XT_TRAFFIC_DIRECT_PREFIX_MIN,
	       XT_TRAFFIC_NAME_SIZE - 1,
	       XT_TRAFFIC_HASHSIZE_MIN, XT_TRAFFIC_HASHSIZE_MAX,
	       XT_TRAFFIC_MAXADDRS_MIN, XT_TRAFFIC_MAXADDRS_MAX,
	       XT_TRAFFIC_MAXADDRS_DEFAULT,
	       XT_TRAFFIC_CONNTIMEOUT_MIN, XT_TRAFFIC_CONNTIMEOUT_MAX,
	       XT_TRAFFIC_CONNTIMEOUT_DEFAULT,
	       ADDR_BITS);
}

static struct xtables_match traffic_match = {
	.version	= XTABLES_VERSION,
	.name		= "traffic",
	.revision	= 0,
	.family		= NFPROTO_IPV4,
	.size		= XT_ALIGN(sizeof(struct xt_traffic_info)),
	.userspacesize	= offsetof(struct xt_traffic_info, table),
	.help		= traffic_help,
	.init		= traffic_init,
	.x6_options	= traffic_opts,
	.x6_parse	= traffic_parse,
	.x6_fcheck	= traffic_check,
	.print		= traffic_print,
	.save		= traffic_save,
	.xlate		= traffic_xlate,
};

static __attribute__((constructor)) void traffic_register(void)
{
	xtables_register_match(&traffic_match);
}
