/* SPDX-License-Identifier: GPL-2.0 */
/*
 * truth: what the files of a table have to say, told by the packets that were
 * sent and the rules of the accounting alone. Shares no code with the module.
 */
#ifndef TRUTH_H
#define TRUTH_H

#include <stddef.h>
#include <stdint.h>

enum truth_mode {
	TRUTH_ALL,
	TRUTH_NOINTERNAL,
	TRUTH_ONLYINTERNAL,
};

/* Addresses in host byte order. */
struct truth *truth_new(uint32_t base, unsigned int prefix_len, enum truth_mode mode);

/* One IPv4 packet as it crosses the wire. */
void truth_count(struct truth *truth, const uint8_t *packet, size_t len);

/* Writes PREFIX, PREFIX_packets, PREFIX_ipconn, PREFIX_portconn, PREFIX_rule. */
void truth_write(const struct truth *truth, const char *prefix);

#endif /* TRUTH_H */
