/* SPDX-License-Identifier: GPL-2.0 */
/*
 * take: write tables as they are now as a snapshot.
 */
#ifndef TRAFCTL_TAKE_H
#define TRAFCTL_TAKE_H

#include "outfile.h"
#include "snapshot_file.h"
#include "tables.h"

/**
 * struct taking - a snapshot that is being taken
 * @proc: "/proc", or what stands for it
 * @tables: those there are
 * @chosen: those that are wanted; described anew when they are read
 * @count: how many
 * @is: what the snapshot is; its @consume is said by the caller
 */
struct taking {
	const char *proc;
	const struct tables *tables;
	struct table *chosen;
	size_t count;
	struct snapshot is;
};

int take(struct taking *taking, struct out *out);
int take_to_file(struct taking *taking, struct outfile *file, const char *path);

#endif /* TRAFCTL_TAKE_H */
