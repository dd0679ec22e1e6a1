/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timestamp: moments, in ns since 1970, UTC; never in anybody's local time, which
 * repeats itself.
 */
#ifndef TRAFCTL_TIMESTAMP_H
#define TRAFCTL_TIMESTAMP_H

#include <linux/types.h>

/* "2026-11-23T11:32:46.123456789Z", and a NUL. */
#define TIMESTAMP_SIZE 40

#define NS_PER_SECOND  1000000000ULL

u64 timestamp_now(void);
size_t timestamp_put(char text[TIMESTAMP_SIZE], u64 time);
size_t timestamp_put_seconds(char text[TIMESTAMP_SIZE], u64 time);
size_t timestamp_put_local(char text[TIMESTAMP_SIZE], u64 time);

#endif /* TRAFCTL_TIMESTAMP_H */
