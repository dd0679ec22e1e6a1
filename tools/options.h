/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options: those that more than one command has.
 */
#ifndef TRAFCTL_OPTIONS_H
#define TRAFCTL_OPTIONS_H

#include <getopt.h>
#include "print.h"
#include "query.h"

/* Their numbers for getopt_long(), above those of query_option. */
enum option_number {
	OPTION_PROC = QUERY_OPTIONS_END,
	OPTION_UNITS,
	OPTION_FORMAT,
	OPTION_CONSUME,
	OPTION_KEEP,
	OPTION_RUN,
	OPTION_OUTPUT = 'o',
	OPTION_HELP = 'h',
};

/* clang-format off */
#define OPTIONS_COMMON \
	{ "proc", required_argument, NULL, OPTION_PROC }, \
	{ "help", no_argument, NULL, OPTION_HELP }
#define OPTIONS_OUTPUT \
	{ "output", required_argument, NULL, OPTION_OUTPUT }
#define OPTIONS_RUN \
	{ "run", required_argument, NULL, OPTION_RUN }
#define OPTIONS_PRINT \
	{ "format", required_argument, NULL, OPTION_FORMAT }, \
	{ "units", required_argument, NULL, OPTION_UNITS }
#define OPTIONS_END \
	{ NULL, 0, NULL, 0 }
/* clang-format on */

/**
 * struct options - what a command line said
 * @proc: "/proc", or what stands for it
 * @output: a file to write to, or NULL for standard output
 * @run: where it is noted what is going on
 * @consume: relieve the tables of what has been stored
 * @keep: so many snapshots in a directory; 0: all
 * @format: what is printed
 * @units: for people
 * @query: which rows
 */
struct options {
	const char *proc;
	const char *output;
	const char *run;
	bool consume;
	u64 keep;
	const struct print_format *format;
	enum units units;
	struct query query;
};

/**
 * struct command_line - what a command's may be
 * @letters: of options, as for getopt_long()
 * @known: its options
 * @usage: what --help says
 * @run: does what the command is for, with what stands behind the options, NULL behind
 *	the last. Returns 0; -1 or another number when users have been told what is wrong:
 *	STATUS_USAGE, that it is the command line
 */
struct command_line {
	const char *letters;
	const struct option *known;
	const char *usage;
	int (*run)(const struct options *options, char **names);
};

int options_run(const struct command_line *command, struct options *options, int argc, char **argv);
int options_no_names(char **names);

#endif /* TRAFCTL_OPTIONS_H */
