// SPDX-License-Identifier: GPL-2.0
/* The line that begins a batch. */
#include "batch.h"

#include <stdlib.h>
#include <string.h>
#include "harness.h"

/* From a heap block of its size. */
static bool parse_length(const char *text, size_t length, struct batch_line *place, u64 *generation)
{
	char *block = malloc(length);
	bool parsed;

	memcpy(block, text, length);
	parsed = batch_parse(block, length, place, generation);
	free(block);
	return parsed;
}

static bool parses(const char *text)
{
	struct batch_line place;
	u64 generation;

	return parse_length(text, strlen(text), &place, &generation);
}

CASE(a_batch_is_read)
{
	static const char text[] = "batch 18446744073709551615 7 9223372036854775807";
	struct batch_line place;
	u64 generation;
	size_t length;

	CHECK(parse_length(text, strlen(text), &place, &generation));
	CHECK_EQUAL(generation, 18446744073709551615ULL);
	CHECK_EQUAL(place.id, 7);
	CHECK_EQUAL(place.line, 9223372036854775807ULL);
	/* A part of it is a batch once it has a digit of the third number. */
	for (length = 0; length <= strlen("batch 18446744073709551615 7 "); length++)
		CHECK(!parse_length(text, length, &place, &generation));
	for (; length <= strlen(text); length++)
		CHECK(parse_length(text, length, &place, &generation));
}

CASE(what_is_no_batch_is_none)
{
	static const char nul[] = "batch 1 2 3\0";
	struct batch_line place;
	u64 generation;

	CHECK(parses("batch 1 2 3"));
	CHECK(!parses(""));
	CHECK(!parses("batch"));
	CHECK(!parses("batch "));
	CHECK(!parses("batch1 2 3"));
	CHECK(!parses("Batch 1 2 3"));
	CHECK(!parses(" batch 1 2 3"));
	CHECK(!parses("batch  1 2 3"));
	CHECK(!parses("batch 1 2  3"));
	CHECK(!parses("batch 1\t2 3"));
	CHECK(!parses("batch 1 2 3 "));
	CHECK(!parses("batch 1 2 3 4"));
	CHECK(!parses("batch 1 2 -3"));
	CHECK(!parses("batch +1 2 3"));
	CHECK(!parses("batch 0x1 2 3"));
	CHECK(!parses("batch 1 0 3"));
	CHECK(!parses("batch 18446744073709551616 2 3"));
	CHECK(!parses("batch 1 18446744073709551616 3"));
	CHECK(!parses("batch 1 2 9223372036854775808"));
	CHECK(!parse_length(nul, sizeof(nul) - 1, &place, &generation));
}

CASE(a_batch_goes_on_where_it_was)
{
	struct batch batch = {};

	batch_begin(&batch, &(struct batch_line){ .id = 7, .line = 3 });
	CHECK_EQUAL(batch.id, 7);
	CHECK_EQUAL(batch.next, 3);
	batch_begin(&batch, &(struct batch_line){ .id = 7, .line = 1 });
	CHECK_EQUAL(batch.next, 3);
	batch_begin(&batch, &(struct batch_line){ .id = 7, .line = 5 });
	CHECK_EQUAL(batch.next, 5);
	batch_begin(&batch, &(struct batch_line){ .id = 8 });
	CHECK_EQUAL(batch.id, 8);
	CHECK_EQUAL(batch.next, 0);
}
