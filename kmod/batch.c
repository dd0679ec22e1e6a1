// SPDX-License-Identifier: GPL-2.0
/*
 * batch: see batch.h
 */
#include "batch.h"

#include "rowtext.h"

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#define BATCH_WORD "batch "

/**
 * batch_parse() - read what begins a batch, or goes on with one
 * @text: the characters of a line, without the newline
 * @length: how many
 * @place: filled in
 * @generation: set to that of the counters that the batch is for
 *
 * A line's number is below 2^63: no batch is long enough to begin again at 0.
 *
 * Return: false when it is another line.
 */
bool batch_parse(const char *text, size_t length, struct batch_line *place,
		 u64 *generation)
{
	const size_t word = strlen(BATCH_WORD);
	const char *end = text + length;

	if (length <= word || memcmp(text, BATCH_WORD, word))
		return false;
	text += word;
	return rowtext_parse_field(&text, end, ' ', generation) &&
	       rowtext_parse_field(&text, end, ' ', &place->id) &&
	       rowtext_parse_field(&text, end, ' ', &place->line) &&
	       text == end && place->id && place->line <= S64_MAX;
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
