/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rowkey: the first field of a row: a port, an address or a prefix, as text.
 */
#ifndef TRAFFIC_ROWKEY_H
#define TRAFFIC_ROWKEY_H

#include <linux/types.h>

struct index;
union nf_inet_addr;

char *rowkey_put(char *to, const struct index *index, u32 row);
bool rowkey_parse(const char *text, size_t length, const struct index *index,
		  union nf_inet_addr *key);

#endif /* TRAFFIC_ROWKEY_H */
