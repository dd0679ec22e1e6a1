// SPDX-License-Identifier: GPL-2.0
/*
 * restore: add what a snapshot has to the tables.
 */
#include "commands.h"
#include "options.h"
#include "restoring.h"
#include "snapshots.h"

static const char usage[] =
	"usage: trafctl restore [DIR|FILE]\n"
	"  DIR   of each table, the newest snapshot there (default " SNAPSHOTS_DIRECTORY ")\n";

static int lock_and_restore(const struct options *options, char **names)
{
	const char *path = *names ? *names : SNAPSHOTS_DIRECTORY;
	struct run run;
	int err;

	if (*names && options_no_names(names + 1))
		return STATUS_USAGE;
	if (run_open(&run, options->run))
		return -1;
	err = restore(&run, options->proc, path, true);
	run_close(&run);
	return err;
}

int restore_main(int argc, char **argv)
{
	static const struct option known[] = { OPTIONS_COMMON, OPTIONS_RUN, OPTIONS_END };
	static const struct command_line command = { ":h", known, usage, lock_and_restore };
	struct options options = { .proc = "/proc", .run = RUN_DIRECTORY };

	return options_run(&command, &options, argc, argv);
}
