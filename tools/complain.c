// SPDX-License-Identifier: GPL-2.0
/*
 * complain: see complain.h
 */
#include "complain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void complain(const char *format, ...)
{
	const int error = errno;
	va_list args;

	va_start(args, format);
	fputs("trafctl: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	errno = error;
}

int complain_of_memory(void)
{
	complain("%s", strerror(ENOMEM));
	return -1;
}
