/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lines: a file, line by line, in memory that does not grow with it.
 */
#ifndef TRAFCTL_LINES_H
#define TRAFCTL_LINES_H

#include <linux/types.h>

/* Read at once. From /proc a row in 64 KiB costs a hundredth of a system call. */
#define LINES_SIZE 65536

/* The longest line, with its newline. Rows have at most ROWTEXT_MAX characters. */
#define LINES_LONGEST 4096

/**
 * struct lines - a file that is being read
 * @fd: a file descriptor
 * @number: of the line that was read last, from 1
 * @next: in @buffer, behind that line
 * @end: of what has been read
 * @at_end: of the file
 * @buffer: what has been read
 */
struct lines {
	int fd;
	u64 number;
	size_t next;
	size_t end;
	bool at_end;
	char buffer[LINES_SIZE];
};

void lines_start(struct lines *lines, int fd);
int lines_next(struct lines *lines, const char **line, size_t *length);
const char *lines_error(int error);

#endif /* TRAFCTL_LINES_H */
