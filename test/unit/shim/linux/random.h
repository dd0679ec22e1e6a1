/* SPDX-License-Identifier: GPL-2.0 */
/* Random bytes that are the same in every run, so that a failure is too. */
#ifndef SHIM_LINUX_RANDOM_H
#define SHIM_LINUX_RANDOM_H

#include <linux/types.h>

void get_random_bytes(void *to, size_t length);

#endif /* SHIM_LINUX_RANDOM_H */
