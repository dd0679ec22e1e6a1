/* SPDX-License-Identifier: GPL-2.0 */
/* index_build: an index of a network that is given as text. */
#ifndef INDEX_BUILD_H
#define INDEX_BUILD_H

#include <linux/netfilter.h>
#include "index.h"

/**
 * struct index_options - what the options of a rule say
 * @network: "10.0.0.0" or "2001:db8::"
 * @length: of its prefix
 * @aggregate: as the option; 0: not given
 * @maxaddrs: as the option; 0: not given, so as many as the extension fills in
 * @hashsize: as the option; 0: not given
 */
struct index_options {
	const char *network;
	u32 length;
	u32 aggregate;
	u32 maxaddrs;
	u32 hashsize;
};

void index_build(struct index *index, const struct index_options *options);
void index_unbuild(struct index *index);
union nf_inet_addr index_address(const char *text);

#endif /* INDEX_BUILD_H */
