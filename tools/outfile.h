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
 * @is_private: others are not to read it
 * @directory: file descriptor of where it is going to be, if it has a @temporary
 * @synced: nothing has been written since it reached the disk
 * @out: where to write
 */
struct outfile {
	const char *name;
	char *temporary;
	bool is_private;
	int directory;
	bool synced;
	struct out out;
};

int outfile_open(struct outfile *file, const char *name, bool is_private);
int outfile_sync(struct outfile *file);
int outfile_close(struct outfile *file, int err);

#endif /* TRAFCTL_OUTFILE_H */
