/* SPDX-License-Identifier: GPL-2.0 */
/* SipHash-2-4 after Aumasson and Bernstein; siphash_test.c checks it. */
#ifndef SHIM_LINUX_SIPHASH_H
#define SHIM_LINUX_SIPHASH_H

#include <linux/types.h>

typedef struct {
	u64 key[2];
} siphash_key_t;

u64 siphash(const void *data, size_t length, const siphash_key_t *key);
u64 siphash_2u64(u64 first, u64 second, const siphash_key_t *key);

#endif /* SHIM_LINUX_SIPHASH_H */
