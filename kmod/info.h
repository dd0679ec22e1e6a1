/* SPDX-License-Identifier: GPL-2.0 */
/*
 * info: the text of NAME_info.
 */
#ifndef TRAFFIC_INFO_H
#define TRAFFIC_INFO_H

#include <linux/types.h>

struct traffic_table;

/* Some 13 keys with numbers of at most 20 digits, and the options. */
#define INFO_TEXT_MAX 1024

size_t info_put(const struct traffic_table *table, char *text);

#endif /* TRAFFIC_INFO_H */
