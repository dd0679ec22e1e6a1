// SPDX-License-Identifier: GPL-2.0
/*
 * show: rows of tables, for people. Never consumes.
 */
#include "commands.h"
#include "options.h"
#include "report.h"

static const char usage[] =
	"usage: trafctl show [OPTION...] [TABLE...]\n"
	"  --file bytes|packets|ipconn|portconn|all   what of them (default: the first there is)\n"
	"  --net ADDRESS/LENGTH, --host ADDRESS, --port PORT   only these; may be repeated\n"
	"  --min AMOUNT        only rows with so much, IN and OUT together: 1500, 10M, 1GB\n"
	"  --sort COLUMN       address, port; or total, tcp, udp, icmp, other, the greatest\n"
	"                      first; with _in or _out as well\n"
	"  --top N             only the first so many (of --sort, or else of the total)\n"
	"  --units iec|si|raw  of bytes (default iec)\n"
	"  --anonymise         193.11.185.xxx, 2001:db8:1:xxxx\n"
	"  --format text|tsv|csv|json|jsonl|prom|openmetrics   (default text)\n";

static int show(const struct options *options, char **names)
{
	return report(options, REPORT_FIRST_FILE, names);
}

int show_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON,
		OPTIONS_PRINT,
		QUERY_OPTIONS,
		OPTIONS_END,
	};
	static const struct command_line command = { ":h", known, usage, show };
	struct options options = { .proc = "/proc", .format = &print_text };

	return options_run(&command, &options, argc, argv);
}
