// SPDX-License-Identifier: GPL-2.0
/*
 * export: tables, for other programs. Never consumes.
 */
#include "commands.h"
#include "options.h"
#include "report.h"

static const char usage[] =
	"usage: trafctl export [OPTION...] [TABLE...]\n"
	"  --format tsv|csv|json|jsonl|prom|openmetrics   (default tsv)\n"
	"  -o FILE             write to a file, that is replaced as a whole\n"
	"  --file bytes|packets|ipconn|portconn|all   what of them (default: all)\n"
	"  --net, --host, --port, --min, --sort, --top, --anonymise   as for show\n";

int export_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON, OPTIONS_PRINT,
		QUERY_OPTIONS,	{ "output", required_argument, NULL, OPTION_OUTPUT },
		OPTIONS_END,
	};
	struct options options = { .proc = "/proc", .format = &print_tsv };
	int status;

	status = options_parse(&options, argc, argv, ":ho:", known, usage);
	if (!status && report(&options, REPORT_ALL_FILES, argv + optind))
		status = STATUS_FAILED;
	options_free(&options);
	return status < 0 ? STATUS_DONE : status;
}
