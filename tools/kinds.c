// SPDX-License-Identifier: GPL-2.0
/*
 * kinds: see kinds.h
 */
#include "kinds.h"

#include <string.h>

const struct kind_form kind_forms[KINDS] = {
	[KIND_BYTES] = {
		.name = "bytes",
		.suffix = "",
		.header = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER",
		.option = "--traffic",
		.title = "bytes",
		.values = 6,
		.groups = { "tcp", "udp", "other" },
	},
	[KIND_PACKETS] = {
		.name = "packets",
		.suffix = "_packets",
		.header = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER",
		.option = "--traffic",
		.title = "packets",
		.values = 6,
		.groups = { "tcp", "udp", "other" },
	},
	[KIND_IPCONN] = {
		.name = "ipconn",
		.suffix = "_ipconn",
		.header = "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER",
		.option = "--ipconn",
		.title = "connections",
		.values = 8,
		.groups = { "tcp", "udp", "icmp", "other" },
	},
	[KIND_PORTCONN] = {
		.name = "portconn",
		.suffix = "_portconn",
		.header = "PORT\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER",
		.option = "--portconn",
		.title = "connections by port",
		.by_port = true,
		.values = 8,
		.groups = { "tcp", "udp", "icmp", "other" },
	},
};

/**
 * kind_parse() - which kind has a name
 * @name: as in kind_forms
 * @kind: set to it
 *
 * Return: false when there is none.
 */
bool kind_parse(const char *name, enum kind *kind)
{
	unsigned int i;

	for (i = 0; i < KINDS; i++) {
		if (!strcmp(name, kind_forms[i].name)) {
			*kind = i;
			return true;
		}
	}
	return false;
}

/**
 * kind_add_up() - the totals of a row
 * @kind: of its file
 * @values: its numbers
 * @total: set to the sums of IN and OUT; where one passes 2^64, to the most there
 *	is, as the kernel has it
 */
void kind_add_up(enum kind kind, const u64 *values, u64 total[2])
{
	unsigned int i;

	total[0] = 0;
	total[1] = 0;
	for (i = 0; i < kind_forms[kind].values; i++)
		if (__builtin_add_overflow(total[i % 2], values[i], &total[i % 2]))
			total[i % 2] = ~0ULL;
}
