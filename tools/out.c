// SPDX-License-Identifier: GPL-2.0
/*
 * out: see out.h
 */
#include "out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "rowtext.h"

/* A number of 64 bits, as rowtext_put_number() writes it. */
#define NUMBER_ROOM (20 + ROWTEXT_SPARE)

/**
 * out_start() - begin to write
 * @out: filled in
 * @fd: stays the caller's
 */
void out_start(struct out *out, int fd)
{
	out->fd = fd;
	out->error = 0;
	out->length = 0;
	out->written = 0;
}

/**
 * out_flush() - write what has gathered
 * @out: where
 */
void out_flush(struct out *out)
{
	const char *from = out->buffer;
	ssize_t written;

	while (out->length && !out->error) {
		written = write(out->fd, from, out->length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			out->error = errno;
			break;
		}
		from += written;
		out->length -= written;
		out->written += written;
	}
	out->length = 0;
}

/**
 * out_finish() - write what is left
 * @out: where
 *
 * Return: 0, or -1 and errno when anything could not be written.
 */
int out_finish(struct out *out)
{
	out_flush(out);
	errno = out->error;
	return out->error ? -1 : 0;
}

/**
 * out_is_empty() - whether nothing has been written at all
 * @out: where
 */
bool out_is_empty(const struct out *out)
{
	return !out->written && !out->length;
}

/**
 * out_room() - where the next bytes go
 * @out: where
 * @room: bytes that may follow, at most OUT_SIZE
 *
 * Return: the place for them; out_up_to() says how many there were.
 */
char *out_room(struct out *out, size_t room)
{
	if (room > OUT_SIZE - out->length)
		out_flush(out);
	return out->buffer + out->length;
}

/**
 * out_up_to() - bytes have been put where out_room() said
 * @out: where
 * @end: behind the last of them
 */
void out_up_to(struct out *out, const char *end)
{
	out->length = end - out->buffer;
}

/**
 * out_bytes() - write some bytes
 * @out: where
 * @bytes: of any number
 * @length: how many
 */
void out_bytes(struct out *out, const char *bytes, size_t length)
{
	size_t part;

	while (length) {
		part = length < OUT_SIZE ? length : OUT_SIZE;
		memcpy(out_room(out, part), bytes, part);
		out->length += part;
		bytes += part;
		length -= part;
	}
}

/**
 * out_text() - write a string
 * @out: where
 * @text: without its NUL
 */
void out_text(struct out *out, const char *text)
{
	out_bytes(out, text, strlen(text));
}

/**
 * out_number() - write a number in decimal
 * @out: where
 * @number: any
 */
void out_number(struct out *out, u64 number)
{
	out_up_to(out, rowtext_put_number(out_room(out, NUMBER_ROOM), number));
}

/**
 * out_format() - write as printf() does
 * @out: where
 * @format: of at most 4095 characters in the end
 */
void out_format(struct out *out, const char *format, ...)
{
	char text[4096];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || length >= (int)sizeof(text))
		out->error = EOVERFLOW;
	else
		out_bytes(out, text, length);
}
