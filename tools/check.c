// SPDX-License-Identifier: GPL-2.0
/*
 * check: whether everything is in order, and what to do about what is not.
 */
#include <stdio.h>
#include <unistd.h>
#include "checks.h"
#include "commands.h"
#include "options.h"
#include "run.h"
#include "upgrade_note.h"

static const char usage[] = "usage: trafctl check\n"
			    "  Says what hides packets or counts them twice, and what is amiss.\n"
			    "  Its exit status is 1 if anything is wrong.\n";

static void check_notes(struct findings *findings, struct run *run)
{
	struct upgrade_note upgrade;
	struct pending pending;

	if (run_read_pending(run, &pending) > 0)
		find(findings, FINDING_WRONG, pending.path,
		     "its rows were being %s when somebody was killed: the next \"trafctl snapshot\" or \"trafctl restore\" ends it",
		     pending.subtract ? "taken off the tables" : "restored");
	pending_free(&pending);
	if (upgrade_note_read(run, &upgrade) > 0)
		find(findings, FINDING_WRONG, "module",
		     "somebody was killed while it was upgraded: \"trafctl upgrade\" ends it");
	upgrade_note_free(&upgrade);
}

static int check_what_was_begun(struct findings *findings, const struct options *options)
{
	struct run run;

	if (run_open(&run, options->run))
		return -1;
	check_notes(findings, &run);
	check_mirrors(findings, &run, options->proc);
	run_close(&run);
	return 0;
}

static int check(const struct options *options, char **names)
{
	struct findings findings = {};

	if (*names)
		return options_no_names(names);
	check_module(&findings);
	check_tables(&findings, options->proc);
	if (geteuid()) {
		find(&findings, FINDING_NOTE, "rights",
		     "only root can look at rules, and whether iptables takes one");
	} else {
		check_extension(&findings);
		check_rules(&findings);
		check_detours(&findings, options->proc);
		check_containers(&findings, options->proc);
		if (check_what_was_begun(&findings, options))
			return -1;
	}
	return findings.counts[FINDING_WRONG] ? -1 : 0;
}

int check_main(int argc, char **argv)
{
	static const struct option known[] = { OPTIONS_COMMON, OPTIONS_RUN, OPTIONS_END };
	static const struct command_line command = { ":h", known, usage, check };
	struct options options = { .proc = "/proc", .run = RUN_DIRECTORY };

	return options_run(&command, &options, argc, argv);
}
