/* SPDX-License-Identifier: GPL-2.0 */
/* A clock that the cases set; it has never slept. */
#ifndef SHIM_LINUX_TIMEKEEPING_H
#define SHIM_LINUX_TIMEKEEPING_H

#include <linux/types.h>

extern s64 shim_seconds;

static inline s64 ktime_get_seconds(void)
{
	return shim_seconds;
}

static inline s64 ktime_get_boottime_seconds(void)
{
	return shim_seconds;
}

#endif /* SHIM_LINUX_TIMEKEEPING_H */
