// SPDX-License-Identifier: GPL-2.0
/*
 * mirror_drop: see mirror.h: a table of nft that keeps what devices on mirror ports
 * receive from the host.
 *
 * Before fragments are joined (at -400) they are marked as not to be tracked, which
 * spares them that: a mirror's fragments count as they are, and are not joined to the
 * host's own. Right behind table raw (-300), and before all else that looks at packets,
 * they are dropped. Devices are told by their numbers, so that a new name changes
 * nothing.
 *
 * An answer goes out even so: to an option of IPv6 that is not known, from before any
 * hook, if the option asks for it. The host sends no such answers to anybody, then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "child.h"
#include "complain.h"
#include "mirror.h"

#define UNTRACK "iif @mirror_ports notrack"
#define DROP	"iif @mirror_ports drop"
#define ANSWERS "icmpv6 type parameter-problem icmpv6 code 2 drop"

static const char head[] = "add table inet " MIRROR_TABLE "\n"
			   "delete table inet " MIRROR_TABLE "\n";

static const char set[] = "table inet " MIRROR_TABLE " {\n"
			  "set mirror_ports {\n"
			  "type iface_index\n"
			  "elements = {";

static const char chains[] =
	" }\n"
	"}\n"
	"chain before_defrag {\n"
	"type filter hook prerouting priority -450; policy accept;\n" UNTRACK "\n"
	"}\n"
	"chain behind_raw {\n"
	"type filter hook prerouting priority -299; policy accept;\n" DROP "\n"
	"}\n"
	"chain answers {\n"
	"type filter hook output priority 0; policy accept;\n" ANSWERS "\n"
	"}\n"
	"}\n";

static void put_ruleset(FILE *to, const struct mirrors *mirrors)
{
	const char *between = "";
	size_t i;

	fputs(head, to);
	for (i = 0; i < mirrors->count; i++) {
		if (mirrors->list[i].gone)
			continue;
		fprintf(to, "%s \"%s\"", *between ? between : set, mirrors->list[i].name);
		between = ",";
	}
	if (*between)
		fputs(chains, to);
}

/**
 * mirror_drop_put() - drop what these devices receive, and what no others do
 * @mirrors: the devices
 *
 * The table is replaced as a whole: a packet sees the old one or the new one.
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_drop_put(const struct mirrors *mirrors)
{
	static const char *const nft[] = { "nft", "-f", "-", NULL };
	char *ruleset = NULL;
	size_t size;
	FILE *to;
	int err;

	to = open_memstream(&ruleset, &size);
	if (!to)
		return complain_of_memory();
	put_ruleset(to, mirrors);
	err = fclose(to) ? complain_of_memory() : child_do(nft, ruleset);
	free(ruleset);
	return err;
}

/**
 * mirror_drop_is_in_place() - whether what a device receives is dropped
 * @mirror: the device
 */
bool mirror_drop_is_in_place(const struct mirror *mirror)
{
	static const char *const nft[] = { "nft", "list", "table", "inet", MIRROR_TABLE, NULL };
	char quoted[IF_NAMESIZE + 2];
	struct child child;
	bool is;

	snprintf(quoted, sizeof(quoted), "\"%s\"", mirror->name);
	is = !child_run(&child, nft, NULL) && !child.status && strstr(child.output, quoted) &&
	     strstr(child.output, UNTRACK) && strstr(child.output, DROP) &&
	     strstr(child.output, ANSWERS) && !strstr(child.output, "dormant");
	child_free(&child);
	return is;
}
