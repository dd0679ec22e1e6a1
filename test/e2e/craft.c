// SPDX-License-Identifier: GPL-2.0
/*
 * craft: an iptables extension "traffic" that checks nothing, for asking the
 * kernel what it says to match data that the real extension would never send.
 *
 *	-m traffic [--field NAME=HEX]...
 *
 * A rule without fields is a good one: --traffic, 193.11.176.0/20 or, with
 * ip6tables, 2001:db8::/32, name CRAFT.
 * CRAFT_REVISION in the environment registers another xtables revision.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xtables.h>
#include "xt_traffic.h"

static const struct option craft_options[] = {
	{ .name = "field", .has_arg = required_argument, .val = '1' },
	{},
};

#define FIELD(member)                                                  \
	{                                                              \
#member, offsetof(struct xt_traffic_info, member),     \
			sizeof(((struct xt_traffic_info *)0)->member), \
	}

static const struct {
	const char *name;
	size_t offset, size;
} fields[] = {
	FIELD(abi),	 FIELD(flags),	  FIELD(netbase),     FIELD(netmask),
	FIELD(hashsize), FIELD(maxaddrs), FIELD(conntimeout), FIELD(aggregate),
	FIELD(reserved), FIELD(name),	  FIELD(table_room),
};

static void craft_init(struct xt_traffic_info *info)
{
	info->abi = XT_TRAFFIC_ABI;
	info->flags = XT_TRAFFIC_TRAFFIC;
	info->conntimeout = XT_TRAFFIC_CONNTIMEOUT_DEFAULT;
	strcpy(info->name, "CRAFT");
}

static void craft_init4(struct xt_entry_match *match)
{
	struct xt_traffic_info *info = (void *)match->data;

	craft_init(info);
	info->netbase.ip = htonl(0xc10bb000);
	info->netmask.ip = htonl(0xfffff000);
	info->maxaddrs = 4096;
}

static void craft_init6(struct xt_entry_match *match)
{
	struct xt_traffic_info *info = (void *)match->data;

	craft_init(info);
	info->netbase.ip6[0] = htonl(0x20010db8);
	info->netmask.ip6[0] = htonl(0xffffffff);
	info->maxaddrs = 65536;
}

/* The bytes as they stand in memory; those that are not given stay. */
static void set_field(struct xt_traffic_info *info, const char *text)
{
	const size_t length = strcspn(text, "=");
	const char *hex = text + length + 1;
	unsigned char *bytes;
	unsigned int byte;
	size_t i, n;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) != length || strncmp(fields[i].name, text, length))
			continue;
		bytes = (unsigned char *)info + fields[i].offset;
		for (n = 0; n < fields[i].size && sscanf(hex + 2 * n, "%2x", &byte) == 1; n++)
			bytes[n] = byte;
		return;
	}
	xtables_error(PARAMETER_PROBLEM, "craft: no such field: %s", text);
}

static int craft_parse(int c, char **argv, int invert, unsigned int *flags, const void *entry,
		       struct xt_entry_match **match)
{
	(void)argv, (void)invert, (void)flags, (void)entry;
	if (c != '1')
		return 0;
	set_field((void *)(*match)->data, optarg);
	return 1;
}

static struct xtables_match craft_matches[] = {
	{
		.name = "traffic",
		.version = XTABLES_VERSION,
		.family = NFPROTO_IPV4,
		.size = XT_ALIGN(sizeof(struct xt_traffic_info)),
		.userspacesize = offsetof(struct xt_traffic_info, table),
		.init = craft_init4,
		.parse = craft_parse,
		.extra_opts = craft_options,
	},
	{
		.name = "traffic",
		.version = XTABLES_VERSION,
		.family = NFPROTO_IPV6,
		.size = XT_ALIGN(sizeof(struct xt_traffic_info)),
		.userspacesize = offsetof(struct xt_traffic_info, table),
		.init = craft_init6,
		.parse = craft_parse,
		.extra_opts = craft_options,
	},
};

static void __attribute__((constructor)) craft_register(void)
{
	const char *revision = getenv("CRAFT_REVISION");
	size_t i;

	for (i = 0; i < sizeof(craft_matches) / sizeof(craft_matches[0]); i++) {
		if (revision)
			craft_matches[i].revision = atoi(revision);
		xtables_register_match(&craft_matches[i]);
	}
}
