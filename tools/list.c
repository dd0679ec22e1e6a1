// SPDX-License-Identifier: GPL-2.0
/*
 * list: the tables there are.
 */
#include "commands.h"
#include "options.h"
#include "report.h"

static const char usage[] =
	"usage: trafctl list [--format FORMAT] [--units iec|si|raw] [TABLE...]\n";

static int list(const struct options *options, char **names)
{
	return report(options, REPORT_NO_FILES, names);
}

int list_main(int argc, char **argv)
{
	static const struct option known[] = { OPTIONS_COMMON, OPTIONS_PRINT, OPTIONS_END };
	static const struct command_line command = { ":h", known, usage, list };
	struct options options = { .proc = "/proc", .format = &print_text };

	return options_run(&command, &options, argc, argv);
}
