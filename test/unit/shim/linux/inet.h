/* SPDX-License-Identifier: GPL-2.0 */
/* Text to an address of IPv6, by the C library. */
#ifndef SHIM_LINUX_INET_H
#define SHIM_LINUX_INET_H

#include <linux/types.h>

/* The C library's, whose header does not get on with linux/in.h. */
#define AF_INET	 2
#define AF_INET6 10
int inet_pton(int family, const char *text, void *to);

int in6_pton(const char *text, int length, u8 *to, int delimiter, const char **end);

#endif /* SHIM_LINUX_INET_H */
