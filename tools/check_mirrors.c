// SPDX-License-Identifier: GPL-2.0
/*
 * check_mirrors: whether devices on mirror ports are as "trafctl mirror start" made them.
 */
#include "checks.h"
#include "mirror.h"

static void check_drop(struct findings *findings, const struct mirror *mirror)
{
	if (!mirror_drop_is_in_place(mirror))
		find(findings, FINDING_WRONG, mirror->name,
		     "what it receives is not dropped any more (table inet " MIRROR_TABLE
		     "), and may be answered: \"trafctl mirror start %s\" puts it back",
		     mirror->name);
}

static void check_filters(struct findings *findings, const struct mirror *mirror)
{
	if (!mirror_filters_are_in_place(mirror))
		find(findings, FINDING_WRONG, mirror->name,
		     "its filters are not there any more (tc), and nothing is counted: \"trafctl mirror start %s\" puts them back",
		     mirror->name);
}

static void check_link(struct findings *findings, const struct mirror *mirror, const char *proc)
{
	const char *setting = mirror_settings_find_other(mirror, proc);

	if (setting)
		find(findings, FINDING_WRONG, mirror->name,
		     "somebody has changed %s: \"trafctl mirror start %s\" sets it again", setting,
		     mirror->name);
	if (!mirror_link_is_in_place(mirror))
		find(findings, FINDING_WRONG, mirror->name,
		     "it is not up, promisc on, arp off and lro off any more: \"trafctl mirror start %s\" sets it again",
		     mirror->name);
}

static void check_use(struct findings *findings, const struct mirror *mirror, const char *proc)
{
	char use[MIRROR_USE_SIZE];

	if (mirror_look_for_use(mirror, proc, use) > 0)
		find(findings, FINDING_WRONG, mirror->name, "it is used for something else: %s",
		     use);
}

static void check_started(struct findings *findings, const struct mirror *mirror, const char *proc)
{
	const unsigned int wrong = findings->counts[FINDING_WRONG];

	check_drop(findings, mirror);
	check_filters(findings, mirror);
	check_link(findings, mirror, proc);
	check_use(findings, mirror, proc);
	if (findings->counts[FINDING_WRONG] == wrong)
		find(findings, FINDING_OK, mirror->name,
		     "it is in mirror mode, and all of it is in place");
}

static void check_mirror(struct findings *findings, const struct mirror *mirror, const char *proc)
{
	if (mirror->gone)
		find(findings, FINDING_WRONG, mirror->name,
		     "it was in mirror mode, and is gone: \"trafctl mirror stop %s\" forgets it",
		     mirror->name);
	else if (mirror->stage != MIRROR_STARTED)
		find(findings, FINDING_WRONG, mirror->name,
		     "mirror mode was being %s, and that has not come to its end: \"trafctl mirror stop %s\" ends it",
		     mirror->stage == MIRROR_STARTING ? "started" : "stopped", mirror->name);
	else
		check_started(findings, mirror, proc);
}

void check_mirrors(struct findings *findings, struct run *run, const char *proc)
{
	struct mirrors mirrors;
	size_t i;

	if (mirrors_read(run, &mirrors))
		find(findings, FINDING_WRONG, "mirrors", "nobody knows which devices they are");
	for (i = 0; i < mirrors.count; i++)
		check_mirror(findings, &mirrors.list[i], proc);
	mirrors_free(&mirrors);
}
