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

/*
 * @network: BASE/LEN, IPv4 or IPv6. Rows are of prefixes of @aggregate bits, or
 * of addresses if that is 0.
 */
struct truth *truth_new(const char *network, unsigned int aggregate, enum truth_mode mode);

/* One packet of the network's family as it crosses the wire. */
void truth_count(struct truth *truth, const uint8_t *packet, size_t len);

/*
 * Writes PREFIX, PREFIX_packets, PREFIX_ipconn, PREFIX_portconn, PREFIX_rule.
 * Rows ascend by address, in tables of IPv6 too.
 */
void truth_write(struct truth *truth, const char *prefix);

#endif /* TRUTH_H */
