// SPDX-License-Identifier: GPL-2.0
/*
 * template: see template.h
 */
#include "template.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2^64 - 1 */
#define DIGITS 20

/**
 * template_start() - a row of nothing
 * @template: filled in
 */
void template_start(struct template *template)
{
	template->count = 0;
	template->length = 0;
	template->room = ROWTEXT_SPARE;
	template->keys = 0;
}

/* A format that does not fit is a mistake in this program. */
static struct piece *add_piece(struct template *template, enum piece_kind kind)
{
	struct piece *piece;

	if (template->count == TEMPLATE_PIECES)
		abort();
	piece = &template->pieces[template->count++];
	piece->kind = kind;
	return piece;
}

/**
 * template_text() - what stands in every row
 * @template: goes on with that
 * @format: as for printf()
 */
void template_text(struct template *template, const char *format, ...)
{
	const size_t room = sizeof(template->text) - template->length;
	struct piece *last;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(template->text + template->length, room, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= room)
		abort();

	last = template->count ? &template->pieces[template->count - 1] : NULL;
	if (!last || last->kind != PIECE_TEXT) {
		last = add_piece(template, PIECE_TEXT);
		last->start = template->length;
		last->length = 0;
	}
	last->length += length;
	template->length += length;
	template->room += length;
}

/**
 * template_key() - the row's key
 * @template: goes on with that
 */
void template_key(struct template *template)
{
	add_piece(template, PIECE_KEY);
	template->keys++;
}

/**
 * template_number() - one of the row's numbers
 * @template: goes on with that
 * @column: which; TOTAL IN and TOTAL OUT are 0 and 1
 */
void template_number(struct template *template, unsigned int column)
{
	add_piece(template, PIECE_NUMBER)->column = column;
	template->room += DIGITS;
}

/**
 * template_put() - write a row
 * @template: what it looks like
 * @out: where to
 * @key: its key
 * @key_length: of the key
 * @columns: its numbers, the totals first
 */
void template_put(const struct template *template, struct out *out, const char *key,
		  size_t key_length, const u64 *columns)
{
	const struct piece *piece = template->pieces, *end = piece + template->count;
	char *to = out_room(out, template->room + template->keys * key_length);

	for (; piece < end; piece++) {
		switch (piece->kind) {
		case PIECE_TEXT:
			memcpy(to, template->text + piece->start, piece->length);
			to += piece->length;
			break;
		case PIECE_KEY:
			memcpy(to, key, key_length);
			to += key_length;
			break;
		case PIECE_NUMBER:
			to = rowtext_put_number(to, columns[piece->column]);
			break;
		}
	}
	out_up_to(out, to);
}
