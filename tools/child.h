/* SPDX-License-Identifier: GPL-2.0 */
/*
 * child: other programs, run to their end.
 */
#ifndef TRAFCTL_CHILD_H
#define TRAFCTL_CHILD_H

#include <linux/types.h>

/* What a shell says of a program that is not there. */
#define CHILD_NOT_FOUND 127

/**
 * struct child - a program that has run
 * @status: it ended with; CHILD_NOT_FOUND; 128 and the signal that killed it
 * @output: what it wrote to standard output; to be freed
 * @said: what it wrote to standard error; to be freed
 */
struct child {
	int status;
	char *output;
	char *said;
};

int child_run(struct child *child, const char *const *argv, const char *input);
int child_check(const struct child *child, const char *const *argv);
int child_do(const char *const *argv, const char *input);
char *child_output(const char *const *argv);
void child_free(struct child *child);

#endif /* TRAFCTL_CHILD_H */
