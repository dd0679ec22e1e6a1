/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flows: which flows are remembered.
 *
 * A fixed number of sets, each one cache line of 7 flows. A flow is remembered
 * by a keyed fingerprint of 32 bits in the set that the same hash chose, so
 * that a packet of an unknown flow is taken for a remembered one with a chance
 * of at most 7 in 2^32. Also compiled for user space by test/unit.
 */
#ifndef TRAFFIC_FLOWS_H
#define TRAFFIC_FLOWS_H

#include <linux/types.h>
#include "packet.h"

struct flows;

/* The unit of memory: one set, a cache line on most machines. */
#define FLOWS_SET_BYTES	64
#define FLOWS_PER_SET	7

struct flows *flows_create(u32 sets, u32 timeout);
void flows_destroy(struct flows *flows);
bool flows_open(struct flows *flows, const struct flow_key *key, u32 now);
void flows_close(struct flows *flows, const struct flow_key *key);
u64 flows_forgotten(const struct flows *flows);

#endif /* TRAFFIC_FLOWS_H */
