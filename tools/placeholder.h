/* SPDX-License-Identifier: GPL-2.0 */
/*
 * placeholder: rules that stand where rules with "-m traffic" stood, while the module is
 * away: they match what those were asked about, do nothing, and count it.
 */
#ifndef TRAFCTL_PLACEHOLDER_H
#define TRAFCTL_PLACEHOLDER_H

#include "ruleset.h"

/**
 * struct placeholder_sums - what has come by placeholders
 * @missing: places that nobody found any more
 * @packets: that came by
 * @bytes: the same
 */
struct placeholder_sums {
	unsigned int missing;
	u64 packets;
	u64 bytes;
};

int placeholder_try(const struct ruleset *rules);
int placeholder_put(const struct ruleset *rules);
int placeholder_put_back(const struct ruleset *rules, struct placeholder_sums *sums);

#endif /* TRAFCTL_PLACEHOLDER_H */
