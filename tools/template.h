/* SPDX-License-Identifier: GPL-2.0 */
/*
 * template: what every row looks like in a format for machines.
 *
 * A format says once for each file which text, which number and where the key come
 * one after the other; then a row is some copying, whatever the format.
 */
#ifndef TRAFCTL_TEMPLATE_H
#define TRAFCTL_TEMPLATE_H

#include "kinds.h"
#include "out.h"
#include "rowtext.h"

/* Metrics: some text, the key, some text and a number, 8 times; and an end. */
#define TEMPLATE_PIECES (4 * KIND_VALUES_MAX + 1)

/* Metrics: two names of 31 characters and some labels, 8 times. */
#define TEMPLATE_TEXT_SIZE 4096

enum piece_kind {
	PIECE_TEXT,
	PIECE_KEY,
	PIECE_NUMBER,
};

/**
 * struct piece - a part of a row
 * @kind: what it is
 * @column: of PIECE_NUMBER: which number, the two totals being 0 and 1
 * @start: of PIECE_TEXT: in the template's text
 * @length: of it
 */
struct piece {
	enum piece_kind kind;
	unsigned int column;
	size_t start;
	size_t length;
};

/**
 * struct template - a row
 * @count: of pieces
 * @length: of @text
 * @room: the most characters that a row can have, without its keys
 * @keys: how many of the pieces are the key
 * @pieces: in their order
 * @text: of all pieces
 */
struct template
{
	unsigned int count;
	size_t length;
	size_t room;
	unsigned int keys;
	struct piece pieces[TEMPLATE_PIECES];
	char text[TEMPLATE_TEXT_SIZE];
};

void template_start(struct template *template);
void template_text(struct template *template, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void template_key(struct template *template);
void template_number(struct template *template, unsigned int column);
void template_put(const struct template *template, struct out *out, const char *key,
		  size_t key_length, const u64 *columns);

#endif /* TRAFCTL_TEMPLATE_H */
