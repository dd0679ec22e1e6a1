/* SPDX-License-Identifier: GPL-2.0 */
/*
 * batch: rows that are written once, however often they are sent.
 *
 * Who writes rows to be added or subtracted may be killed and not know how far it
 * came. So it may number them: "batch GENERATION ID LINE" says that the row that comes
 * next is line LINE of a batch of that ID. Each file remembers its last batch, and up
 * to where it has been taken; lines in front of that are passed over.
 */
#ifndef TRAFFIC_BATCH_H
#define TRAFFIC_BATCH_H

#include <linux/types.h>

/**
 * struct batch - the last batch that was written to a file
 * @id: of it; 0: there was none
 * @next: number of the first line that has not been taken
 */
struct batch {
	u64 id;
	u64 next;
};

/**
 * struct batch_line - where somebody is who writes a batch
 * @id: of the batch; 0: it is none
 * @line: number of the row that comes next
 */
struct batch_line {
	u64 id;
	u64 line;
};

bool batch_parse(const char *text, size_t length, struct batch_line *place,
		 u64 *generation);
void batch_begin(struct batch *batch, const struct batch_line *place);

#endif /* TRAFFIC_BATCH_H */
