/* SPDX-License-Identifier: GPL-2.0 */
/*
 * array: lists that grow by one element after the other.
 */
#ifndef TRAFCTL_ARRAY_H
#define TRAFCTL_ARRAY_H

#include <linux/types.h>

void *array_grow(void *array, size_t count, size_t size);

#endif /* TRAFCTL_ARRAY_H */
