// SPDX-License-Identifier: GPL-2.0
/*
 * options: see options.h
 */
#include "options.h"

#include <limits.h>
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

/* What getopt_long() has stumbled on: optopt is 0, a letter, or what takes no argument. */
static void complain_of_option(const char *word, bool wants_argument)
{
	if (wants_argument)
		complain("%s: wants an argument", word);
	else if (optopt > CHAR_MAX)
		complain("%s: wants no argument", word);
	else if (optopt)
		complain("-%c: no such option", optopt);
	else
		complain("%s: no such option", word);
}

/*
 * Return: STATUS_DONE, with optind behind the options; STATUS_USAGE when users have
 * been told what is wrong; or -1 when they have been told what they asked.
 */
static int parse(const struct command_line *command, struct options *options, int argc, char **argv)
{
	int option;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, command->letters, command->known, NULL)) != -1) {
		if (option == OPTION_HELP) {
			printf("%s", command->usage);
			return -1;
		}
		if (option == '?' || option == ':') {
			complain_of_option(argv[optind - 1], option == ':');
			fprintf(stderr, "%s", command->usage);
			return STATUS_USAGE;
		}
		if (take(options, option, optarg))
			return STATUS_USAGE;
	}
	return check(options) ? STATUS_USAGE : STATUS_DONE;
}

/**
 * options_run() - take a command line, and do what it says
 * @command: what it may be
 * @options: its members say what is so without options; forgotten in the end
 * @argc: as main() has it
 * @argv: the same
 *
 * Return: the program's exit status.
 */
int options_run(const struct command_line *command, struct options *options, int argc, char **argv)
{
	int status, err;

	status = parse(command, options, argc, argv);
	if (status == STATUS_DONE) {
		err = command->run(options, argv + optind);
		status = err < 0 ? STATUS_FAILED : err;
	} else if (status < 0) {
		status = STATUS_DONE;
	}
	query_free(&options->query);
	return status;
}

/**
 * options_no_names() - see that nothing stands behind the options
 * @names: what does
 *
 * Return: 0, or STATUS_USAGE when users have been told what is wrong.
 */
int options_no_names(char **names)
{
	if (!*names)
		return STATUS_DONE;
	complain("%s: no such argument", *names);
	return STATUS_USAGE;
}
