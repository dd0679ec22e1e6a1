/* SPDX-License-Identifier: GPL-2.0 */
/*
 * outfile: a file that is there as a whole or not at all, or standard output.
 */
#ifndef TRAFCTL_OUTFILE_H
#define TRAFCTL_OUTFILE_H

#include "out.h"

/**
 * struct outfile - a file that is being written
 * @name: it gets in the end; NULL: it is standard output
 * @temporary: its name until then; NULL: what has @name is not a regular file
 * @synced: nothing has been written since it reached the disk
 * @out: where to write
 */
struct outfile {
	const char *name;
	char *temporary;
	bool synced;
	struct out out;
};

int outfile_open(struct outfile *file, const char *name);
int outfile_sync(struct outfile *file);
void outfile_sweep(const char *directory);
int outfile_close(struct outfile *file, int err);

#endif /* TRAFCTL_OUTFILE_H */
