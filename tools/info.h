/* SPDX-License-Identifier: GPL-2.0 */
/*
 * info: what NAME_info says about a table.
 */
#ifndef TRAFCTL_INFO_H
#define TRAFCTL_INFO_H

#include <linux/types.h>
#include "lines.h"
#include "out.h"
#include "prefix.h"

/* As the kernel writes them: at most 186 characters. */
#define INFO_OPTIONS_SIZE 256

/* In the file's order. */
enum info_number {
	INFO_GENERATION,
	INFO_ADDRESSES,
	INFO_PORTS,
	INFO_MEMORY,
	INFO_MEMORY_LIMIT,
	INFO_UNCOUNTED_PACKETS,
	INFO_UNCOUNTED_BYTES,
	INFO_FLOWS_FORGOTTEN,
	INFO_RULES,
	INFO_AGE_SECONDS,
	INFO_NUMBERS,
};

/**
 * struct info - a table's description
 * @network: what is inside
 * @options: of its rules
 * @kinds: those it has, bits of enum kind
 * @clears: whether reading consumes
 * @numbers: all else, bytes, seconds or (INFO_GENERATION) ns since 1970
 */
struct info {
	struct prefix network;
	char options[INFO_OPTIONS_SIZE];
	unsigned int kinds;
	bool clears;
	u64 numbers[INFO_NUMBERS];
};

/* Their names in the file. */
extern const char *const info_names[INFO_NUMBERS];

const char *info_family(const struct info *info);
int info_read(struct lines *lines, struct info *info);
void info_put(struct out *out, const struct info *info);

#endif /* TRAFCTL_INFO_H */
