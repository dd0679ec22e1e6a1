/* SPDX-License-Identifier: GPL-2.0 */
/*
 * snapshots: a directory of snapshots, whose names tell when they were taken, in the
 * order in which they were.
 */
#ifndef TRAFCTL_SNAPSHOTS_H
#define TRAFCTL_SNAPSHOTS_H

#include <linux/types.h>

#define SNAPSHOTS_DIRECTORY "/var/lib/ipt_traffic"

/**
 * struct snapshots - those in a directory
 * @directory: its path; stays the caller's
 * @count: how many
 * @names: they, the oldest first
 */
struct snapshots {
	const char *directory;
	size_t count;
	char **names;
};

int snapshots_make_directory(const char *directory);
int snapshots_read(struct snapshots *snapshots, const char *directory);
char *snapshots_path(const struct snapshots *snapshots, size_t which);
char *snapshots_new_path(const struct snapshots *snapshots, u64 time);
int snapshots_keep(struct snapshots *snapshots, u64 keep);
void snapshots_free(struct snapshots *snapshots);

#endif /* TRAFCTL_SNAPSHOTS_H */
