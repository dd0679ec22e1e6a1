// SPDX-License-Identifier: GPL-2.0
/*
 * trafctl: reads the tables of the kernel module ipt_traffic, shows them, keeps
 * snapshots of them, hands them to other programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "commands.h"
#include "complain.h"

struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{ "list", list_main, "the tables there are" },
	{ "show", show_main, "their rows, for people" },
	{ "export", export_main, "their rows, for other programs" },
	{ "snapshot", snapshot_main, "keep them in a file" },
	{ "diff", diff_main, "what was counted between two such files, or since one" },
	{ "restore", restore_main, "add what a file has to them" },
	{ "upgrade", upgrade_main, "load another version of the kernel module, and keep them" },
	{ "check", check_main, "whether everything is in order" },
	{ "mirror", mirror_main, "have table raw see what a mirror port receives" },
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static void put_usage(FILE *to)
{
	unsigned int i;

	fprintf(to, "usage: trafctl COMMAND [OPTION...] [TABLE...]\n\n");
	for (i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(to, "\n\"trafctl COMMAND --help\" and \"man trafctl\" tell more.\n");
}

/* No file is to be where a standard stream was closed. */
static void open_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* What could not be said is not done. */
static int end(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	complain("standard output: %s", strerror(errno));
	return status ? status : STATUS_FAILED;
}

int main(int argc, char **argv)
{
	unsigned int i;

	open_standard_streams();
	if (argc < 2) {
		put_usage(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		put_usage(stdout);
		return end(STATUS_DONE);
	}
	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return end(commands[i].main(argc - 1, argv + 1));
	complain("%s: no such command", argv[1]);
	put_usage(stderr);
	return STATUS_USAGE;
}
