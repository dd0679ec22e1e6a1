// SPDX-License-Identifier: GPL-2.0
/*
 * list: the tables there are.
 */
#include "commands.h"
#include "complain.h"
#include "options.h"
#include "report.h"

static const char usage[] =
	"usage: trafctl list [--format FORMAT] [--units iec|si|raw] [TABLE...]\n";

int list_main(int argc, char **argv)
{
	static const struct option known[] = { OPTIONS_COMMON, OPTIONS_PRINT, OPTIONS_END };
	struct options options = { .proc = "/proc", .format = &print_text };
	int status;

	status = options_parse(&options, argc, argv, ":h", known, usage);
	if (!status && report(&options, REPORT_NO_FILES, argv + optind))
		status = STATUS_FAILED;
	options_free(&options);
	return status < 0 ? STATUS_DONE : status;
}
