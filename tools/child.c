// SPDX-License-Identifier: GPL-2.0
/*
 * child: see child.h
 *
 * What goes in and comes out is in files of memory, so that nobody waits for anybody.
 */
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "complain.h"

#define STREAMS 3

/* Where an administrator's programs are, who may have come by su. */
#define MORE_PATH ":/usr/local/sbin:/usr/sbin:/sbin"

static int write_all(int fd, const char *text, size_t length)
{
	ssize_t written;

	for (; length; text += written, length -= written) {
		written = write(fd, text, length);
		if (written < 0)
			return -1;
	}
	return 0;
}

static int open_streams(int streams[STREAMS], const char *input)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		streams[i] = -1;
	for (i = 0; i < STREAMS; i++) {
		streams[i] = memfd_create("trafctl", MFD_CLOEXEC);
		if (streams[i] < 0)
			return -1;
	}
	if (!input)
		return 0;
	if (write_all(streams[0], input, strlen(input)))
		return -1;
	return lseek(streams[0], 0, SEEK_SET) ? -1 : 0;
}

static void close_streams(const int streams[STREAMS])
{
	int i;

	for (i = 0; i < STREAMS; i++)
		if (streams[i] >= 0)
			close(streams[i]);
}

static void become(const char *const *argv, const int streams[STREAMS])
{
	const char *path = getenv("PATH");
	char *more;
	int i;

	for (i = 0; i < STREAMS; i++)
		if (dup2(streams[i], i) < 0)
			_exit(CHILD_NOT_FOUND);
	if (asprintf(&more, "%s" MORE_PATH, path ? path : "/bin:/usr/bin") >= 0)
		setenv("PATH", more, 1);
	execvp(argv[0], (char *const *)argv);
	_exit(CHILD_NOT_FOUND);
}

static char *read_all(int fd)
{
	struct stat is;
	char *text;

	if (fstat(fd, &is))
		return NULL;
	text = malloc(is.st_size + 1);
	if (!text || pread(fd, text, is.st_size, 0) != is.st_size) {
		free(text);
		return NULL;
	}
	text[is.st_size] = '\0';
	return text;
}

static int wait_for(struct child *child, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

static int run(struct child *child, const char *const *argv, const int streams[STREAMS])
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		become(argv, streams);
	if (pid < 0 || wait_for(child, pid))
		return -1;
	child->output = read_all(streams[1]);
	child->said = read_all(streams[2]);
	return child->output && child->said ? 0 : -1;
}

/**
 * child_run() - run a program and wait until it has ended
 * @child: filled in; for child_free() in any case
 * @argv: its name, looked for in PATH and where administrators' programs are; its
 *	arguments; NULL
 * @input: what it reads, or NULL
 *
 * Return: 0 when it has run, or -1 when users have been told why it has not.
 */
int child_run(struct child *child, const char *const *argv, const char *input)
{
	int streams[STREAMS], err;

	memset(child, 0, sizeof(*child));
	err = open_streams(streams, input);
	if (!err)
		err = run(child, argv, streams);
	if (err)
		complain("%s: %s", argv[0], strerror(errno));
	close_streams(streams);
	return err;
}

/**
 * child_check() - see whether a program has done what it should
 * @child: has run
 * @argv: as for child_run()
 *
 * Return: 0, or -1 when users have been told that it has failed, and what it said.
 */
int child_check(const struct child *child, const char *const *argv)
{
	if (!child->status)
		return 0;
	if (child->status == CHILD_NOT_FOUND && !*child->said)
		complain("%s: there is no such program", argv[0]);
	else
		complain("%s ended with status %d: %s", argv[0], child->status, child->said);
	return -1;
}

/**
 * child_do() - have a program do something, whatever it says of it
 * @argv: as for child_run()
 * @input: the same
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int child_do(const char *const *argv, const char *input)
{
	struct child child;
	int err;

	err = child_run(&child, argv, input);
	if (!err)
		err = child_check(&child, argv);
	child_free(&child);
	return err;
}

/**
 * child_output() - have a program say something
 * @argv: as for child_run()
 *
 * Return: what it has written to standard output, to be freed; or NULL when users have
 * been told what is wrong.
 */
char *child_output(const char *const *argv)
{
	struct child child;
	char *output = NULL;

	if (!child_run(&child, argv, NULL) && !child_check(&child, argv)) {
		output = child.output;
		child.output = NULL;
	}
	child_free(&child);
	return output;
}

/**
 * child_free() - forget a program
 * @child: has run
 */
void child_free(struct child *child)
{
	free(child->output);
	free(child->said);
	memset(child, 0, sizeof(*child));
}
