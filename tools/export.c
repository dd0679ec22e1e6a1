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

static int export(const struct options *options, char **names)
{
	return report(options, REPORT_ALL_FILES, names);
}

int export_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON, OPTIONS_OUTPUT, OPTIONS_PRINT, QUERY_OPTIONS, OPTIONS_END,
	};
	static const struct command_line command = { ":ho:", known, usage, export };
	struct options options = { .proc = "/proc", .format = &print_tsv };

	return options_run(&command, &options, argc, argv);
}
