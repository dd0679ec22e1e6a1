// SPDX-License-Identifier: GPL-2.0
/*
 * Reads anything as a snapshot: descriptions of tables and their rows are in it as the
 * kernel writes them, so this is all that trafctl parses. For libFuzzer, with sanitizers.
 */
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "snapshot_file.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void read_through(struct snapshot_reader *reader)
{
	enum snapshot_part part;
	struct rowtext row;

	while ((part = snapshot_next(reader)) == SNAPSHOT_TABLE || part == SNAPSHOT_ROWS)
		while (part == SNAPSHOT_ROWS && snapshot_next_row(reader, &row) > 0)
			;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct snapshot_reader *reader;
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		abort();
	reader = snapshot_start(fd, "fuzz");
	if (reader) {
		read_through(reader);
		snapshot_close(reader);
	}
	return 0;
}
