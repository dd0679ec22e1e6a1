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

static int lock_and_restore(const struct options *options, const char *path)
{
	struct run run;
	int err;

	if (run_open(&run, options->run))
		return -1;
	err = restore(&run, options->proc, path, true);
	run_close(&run);
	return err;
}

int restore_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON,
		{ "run", required_argument, NULL, OPTION_RUN },
		OPTIONS_END,
	};
	struct options options = { .proc = "/proc", .run = RUN_DIRECTORY };
	const char *path;
	int status;

	status = options_parse(&options, argc, argv, ":h", known, usage);
	path = argv[optind] ? argv[optind] : SNAPSHOTS_DIRECTORY;
	if (!status && lock_and_restore(&options, path))
		status = STATUS_FAILED;
	options_free(&options);
	return status < 0 ? STATUS_DONE : status;
}
