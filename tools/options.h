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

int options_parse(struct options *options, int argc, char **argv, const char *letters,
		  const struct option *known, const char *usage);
void options_free(struct options *options);

#endif /* TRAFCTL_OPTIONS_H */
