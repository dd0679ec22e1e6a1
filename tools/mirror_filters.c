// SPDX-License-Identifier: GPL-2.0
/*
 * mirror_filters: see mirror.h: filters of tc, which let in what is addressed to others.
 *
 * Tags of VLANs are taken off, one after the other, as IP is given none. Then a packet of
 * IPv4 or IPv6 is made one to all, whoever it is addressed to: table raw is shown it, and
 * should nobody drop it there, IP forwards none of these, answers none by TCP, and sends
 * no errors for them, as it would for one to the host. All other frames are dropped, ARP
 * among them, and whatever the device would send. A device that could do some of this itself
 * is not asked to: it would drop before the others have seen it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "child.h"
#include "complain.h"
#include "mirror.h"

/* Words of an action, with the NULL behind them. */
#define ACTION_SIZE 4

/**
 * struct filter - a filter
 * @way: "ingress" or "egress"
 * @pref: its place
 * @protocol: of the packets that it takes
 * @action: what it does to them
 */
struct filter {
	const char *way;
	const char *pref;
	const char *protocol;
	const char *action[ACTION_SIZE];
};

static const struct filter filters[] = {
	{ "egress", "1", "all", { "drop" } },
	{ "ingress", "1", "802.1Q", { "vlan", "pop", "reclassify" } },
	{ "ingress", "2", "802.1ad", { "vlan", "pop", "reclassify" } },
	{ "ingress", "3", "ip", { "skbedit", "ptype", "broadcast" } },
	{ "ingress", "4", "ipv6", { "skbedit", "ptype", "broadcast" } },
	{ "ingress", "5", "all", { "drop" } },
};

#define FILTERS (sizeof(filters) / sizeof(*filters))

/* Return: 1, 0, or -1 when users have been told what is wrong. */
static int has_qdisc(const char *device, const char *kind)
{
	const char *tc[] = { "tc", "qdisc", "show", "dev", device, NULL };
	char *output = child_output(tc);
	char start[32];
	int has;

	if (!output)
		return -1;
	snprintf(start, sizeof(start), "qdisc %s ", kind);
	has = !!strstr(output, start);
	free(output);
	return has;
}

/**
 * mirror_filters_look_for_others() - see that nobody else has filters there
 * @mirror: the device
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_filters_look_for_others(const struct mirror *mirror)
{
	static const char *const kinds[] = { "clsact", "ingress" };
	size_t i;
	int has;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		has = has_qdisc(mirror->name, kinds[i]);
		if (has > 0)
			complain(
				"%s: somebody has filters there (tc qdisc show dev %s: %s): remove them first",
				mirror->name, mirror->name, kinds[i]);
		if (has)
			return -1;
	}
	return 0;
}

static int put_filter(const char *device, const struct filter *filter)
{
	const char *tc[] = {
		/* clang-format off */
		"tc", "filter", "add", "dev", device, filter->way, "pref", filter->pref,
		"protocol", filter->protocol, "matchall", "skip_hw", "action",
		filter->action[0], filter->action[1], filter->action[2], NULL,
		/* clang-format on */
	};

	return child_do(tc, NULL);
}

/**
 * mirror_filters_put() - let in what is addressed to others
 * @mirror: the device
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_filters_put(const struct mirror *mirror)
{
	const char *qdisc[] = { "tc", "qdisc", "add", "dev", mirror->name, "clsact", NULL };
	size_t i;
	int err;

	err = child_do(qdisc, NULL);
	for (i = 0; !err && i < FILTERS; i++)
		err = put_filter(mirror->name, &filters[i]);
	return err;
}

/**
 * mirror_filters_remove() - let in what is addressed to the host only
 * @mirror: the device
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_filters_remove(const struct mirror *mirror)
{
	const char *qdisc[] = { "tc", "qdisc", "del", "dev", mirror->name, "clsact", NULL };
	const int has = has_qdisc(mirror->name, "clsact");

	return has > 0 ? child_do(qdisc, NULL) : has;
}

/*
 * "filter protocol ...", lines about it, and "action order 1: WORD...": those of the action,
 * but for blanks; with the kind before one that is a verdict.
 */
static bool shows(const char *output, const struct filter *filter)
{
	const char *const *action = filter->action;
	char start[64], wanted[64], words[3][16], shown[64];
	const char *found;

	snprintf(start, sizeof(start), "filter protocol %s pref %s matchall", filter->protocol,
		 filter->pref);
	found = strstr(output, start);
	found = found ? strstr(found, " order 1: ") : NULL;
	if (!found || sscanf(found, " order 1: %15s %15s %15s", words[0], words[1], words[2]) != 3)
		return false;
	snprintf(shown, sizeof(shown), "%s %s %s", words[0], words[1], words[2]);
	if (action[1])
		snprintf(wanted, sizeof(wanted), "%s %s %s", action[0], action[1], action[2]);
	else
		snprintf(wanted, sizeof(wanted), "gact action %s", action[0]);
	return !strcmp(shown, wanted);
}

static bool is_in_place(const char *device, const struct filter *filter)
{
	const char *tc[] = { "tc", "filter", "show", "dev", device, filter->way, NULL };
	struct child child;
	bool is;

	is = !child_run(&child, tc, NULL) && !child.status && shows(child.output, filter);
	child_free(&child);
	return is;
}

/**
 * mirror_filters_are_in_place() - whether what is addressed to others is let in
 * @mirror: the device
 */
bool mirror_filters_are_in_place(const struct mirror *mirror)
{
	size_t i;

	for (i = 0; i < FILTERS; i++)
		if (!is_in_place(mirror->name, &filters[i]))
			return false;
	return true;
}
