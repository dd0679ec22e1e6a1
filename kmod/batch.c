// SPDX-License-Identifier: GPL-2.0
/*
 * batch: see batch.h
 */
#include "batch.h"

#include <linux/kernel.h>
#include <linux/minmax.h>

/**
 * batch_parse() - read what begins a batch, or goes on with one
 * @text: a line, NUL-terminated
 * @place: filled in
 * @generation: set to that of the counters that the batch is for
 *
 * Return: false when it is another line.
 */
bool batch_parse(const char *text, struct batch_line *place, u64 *generation)
{
	int end = 0;

	return sscanf(text, "batch %llu %llu %llu%n", generation, &place->id,
		      &place->line, &end) == 3 &&
	       !text[end] && place->id;
}

/**
 * batch_begin() - somebody writes a batch from some line on
 * @batch: the last one of the file; changed
 * @place: where they are. Lines in front of it will not come any more
 */
void batch_begin(struct batch *batch, const struct batch_line *place)
{
	if (batch->id != place->id) {
		batch->id = place->id;
		batch->next = 0;
	}
	batch->next = max(batch->next, place->line);
}
