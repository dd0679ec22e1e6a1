/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's string functions, which the sanitizers watch, and two more. */
#ifndef SHIM_LINUX_STRING_H
#define SHIM_LINUX_STRING_H

#include <linux/types.h>
#include <string.h>

static inline void memset32(u32 *to, u32 number, size_t count)
{
	while (count--)
		*to++ = number;
}

static inline void strscpy(char *to, const char *from, size_t size)
{
	const size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

#endif /* SHIM_LINUX_STRING_H */
