// SPDX-License-Identifier: GPL-2.0
/*
 * lines: see lines.h
 */
#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/**
 * lines_start() - begin to read
 * @lines: filled in
 * @fd: stays the caller's
 */
void lines_start(struct lines *lines, int fd)
{
	lines->fd = fd;
	lines->number = 0;
	lines->next = 0;
	lines->end = 0;
	lines->at_end = false;
}

static int read_more(struct lines *lines)
{
	ssize_t got;

	lines->end -= lines->next;
	memmove(lines->buffer, lines->buffer + lines->next, lines->end);
	lines->next = 0;
	do {
		got = read(lines->fd, lines->buffer + lines->end, LINES_SIZE - lines->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	lines->at_end = !got;
	lines->end += got;
	return 0;
}

/**
 * lines_next() - the next line
 * @lines: the file
 * @line: set to it; stays until the next call
 * @length: of it, without the newline
 *
 * Return: 1, 0 at the end, or -1 and errno: EILSEQ for a line that is longer than
 * LINES_LONGEST, has no newline, or has a NUL in it.
 */
int lines_next(struct lines *lines, const char **line, size_t *length)
{
	const char *start, *newline;
	size_t most;

	for (;;) {
		start = lines->buffer + lines->next;
		most = lines->end - lines->next;
		if (most > LINES_LONGEST)
			most = LINES_LONGEST;
		newline = memchr(start, '\n', most);
		if (newline || most == LINES_LONGEST || lines->at_end)
			break;
		if (read_more(lines))
			return -1;
	}
	if (!newline && !most)
		return 0;
	lines->number++;
	if (!newline || memchr(start, '\0', newline - start)) {
		errno = EILSEQ;
		return -1;
	}
	*line = start;
	*length = newline - start;
	lines->next += *length + 1;
	return 1;
}

/**
 * lines_error() - what is wrong with a file, for users
 * @error: errno of lines_next()
 */
const char *lines_error(int error)
{
	switch (error) {
	case EILSEQ:
		return "a line is cut short, or is no text";
	case EIO:
		/* So says a file of /proc whose table is not there any more. */
		return "it has gone while it was read";
	}
	return strerror(error);
}
