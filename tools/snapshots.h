/* SPDX-License-Identifier: GPL-2.0 */
/*
 * snapshots: a directory of snapshots, whose names tell when they were taken, in the
 * order in which they were.
 */
#ifndef TRAFCTL_SNAPSHOTS_H
#define TRAFCTL_SNAPSHOTS_H

#include <linux/types.h>

struct taking;

#define SNAPSHOTS_DIRECTORY "/var/lib/ipt_traffic"

/**
 * struct snapshots - those in a directory
 * @directory: its path; stays the caller's
 * @lock: a file descriptor of it, that has it locked
 * @count: how many
 * @names: they, the oldest first
 */
struct snapshots {
	const char *directory;
	int lock;
	size_t count;
	char **names;
};

int snapshots_make_directory(const char *directory);
int snapshots_read(struct snapshots *snapshots, const char *directory);
char *snapshots_path(const struct snapshots *snapshots, size_t which);
char *snapshots_new_path(const struct snapshots *snapshots, u64 time);
int snapshots_keep(const char *directory, u64 keep);
int snapshots_note_elsewhere(const struct taking *taking, const char *temporary);
int snapshots_forget_elsewhere(u64 id);
void snapshots_free(struct snapshots *snapshots);

#endif /* TRAFCTL_SNAPSHOTS_H */
