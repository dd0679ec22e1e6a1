/* SPDX-License-Identifier: GPL-2.0 */
/*
 * out: bytes on their way to a file descriptor.
 *
 * A million rows are some ten million numbers, so nothing here is a format string's
 * but out_format(). What goes wrong is kept until out_finish().
 */
#ifndef TRAFCTL_OUT_H
#define TRAFCTL_OUT_H

#include <linux/types.h>

#define OUT_SIZE 65536

/**
 * struct out - where to write
 * @fd: a file descriptor
 * @error: errno of the first write that failed, after which nothing is written
 * @length: bytes in @buffer
 * @written: bytes that have left it
 * @buffer: what has not been written yet
 */
struct out {
	int fd;
	int error;
	size_t length;
	u64 written;
	char buffer[OUT_SIZE];
};

void out_start(struct out *out, int fd);
void out_flush(struct out *out);
int out_finish(struct out *out);

bool out_is_empty(const struct out *out);
char *out_room(struct out *out, size_t room);
void out_up_to(struct out *out, const char *end);

void out_bytes(struct out *out, const char *bytes, size_t length);
void out_text(struct out *out, const char *text);
void out_number(struct out *out, u64 number);
void out_format(struct out *out, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#endif /* TRAFCTL_OUT_H */
