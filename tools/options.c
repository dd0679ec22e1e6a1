// SPDX-License-Identifier: GPL-2.0
/*
 * options: see options.h
 */
#include "options.h"

#include <stdio.h>
#include <string.h>
#include "commands.h"
#include "complain.h"

static int set_format(struct options *options, const char *name)
{
	options->format = print_find(name);
	if (options->format)
		return 0;
	complain("--format %s: there are text, tsv, csv, json, jsonl, prom and openmetrics", name);
	return -1;
}

static int set_units(struct options *options, const char *name)
{
	if (units_parse(name, &options->units))
		return 0;
	complain("--units %s: there are iec, si and raw", name);
	return -1;
}

static int set_keep(struct options *options, const char *text)
{
	if (rowtext_parse_number(text, strlen(text), &options->keep) && options->keep)
		return 0;
	complain("--keep %s: not a number of snapshots", text);
	return -1;
}

static int take(struct options *options, int option, const char *argument)
{
	switch (option) {
	case OPTION_PROC:
		options->proc = argument;
		return 0;
	case OPTION_OUTPUT:
		options->output = argument;
		return 0;
	case OPTION_RUN:
		options->run = argument;
		return 0;
	case OPTION_CONSUME:
		options->consume = true;
		return 0;
	case OPTION_KEEP:
		return set_keep(options, argument);
	case OPTION_FORMAT:
		return set_format(options, argument);
	case OPTION_UNITS:
		return set_units(options, argument);
	default:
		return query_option(&options->query, option, argument);
	}
}

/* Those that no two addresses must look the same in. */
static int check(const struct options *options)
{
	if (options->query.anonymise && options->format && options->format->by_kind) {
		complain("--anonymise: in %s, addresses have to be told apart",
			 options->format->name);
		return -1;
	}
	return query_check(&options->query);
}

/**
 * options_parse() - take a command line
 * @options: its members say what is so without options; changed
 * @argc: as main() has it
 * @argv: the same
 * @letters: of options, as for getopt_long()
 * @known: the options of the command
 * @usage: what --help says
 *
 * Return: STATUS_DONE, with optind behind the options; STATUS_USAGE when users have
 * been told what is wrong; or -1 when they have been told what they asked.
 */
int options_parse(struct options *options, int argc, char **argv, const char *letters,
		  const struct option *known, const char *usage)
{
	int option;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, known, NULL)) != -1) {
		if (option == OPTION_HELP) {
			printf("%s", usage);
			return -1;
		}
		if (option == '?' || option == ':') {
			complain("%s: %s", argv[optind - 1],
				 option == ':' ? "wants an argument" : "no such option");
			fprintf(stderr, "%s", usage);
			return STATUS_USAGE;
		}
		if (take(options, option, optarg))
			return STATUS_USAGE;
	}
	return check(options) ? STATUS_USAGE : STATUS_DONE;
}

/**
 * options_free() - forget a command line
 * @options: as options_parse() left it
 */
void options_free(struct options *options)
{
	query_free(&options->query);
}
