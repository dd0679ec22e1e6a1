/* SPDX-License-Identifier: GPL-2.0 */
/*
 * complain: what went wrong, for people, on standard error.
 */
#ifndef TRAFCTL_COMPLAIN_H
#define TRAFCTL_COMPLAIN_H

/* A line: "trafctl: " and the message. Does not change errno. */
void complain(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/* That there is no memory. Return: -1. */
int complain_of_memory(void);

#endif /* TRAFCTL_COMPLAIN_H */
