// SPDX-License-Identifier: GPL-2.0
/*
 * rowlist: see rowlist.h
 */
#include "rowlist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "complain.h"

#define FIRST_ROOM 1024

/**
 * rowlist_start() - with no rows
 * @list: filled in
 * @kind: what the rows will be of
 */
void rowlist_start(struct rowlist *list, enum kind kind)
{
	memset(list, 0, sizeof(*list));
	list->kind = kind;
}

static const char *keep_key(struct rowlist *list, const struct rowtext *row)
{
	struct rowlist_keys *keys = list->keys;
	char *kept;

	if (!keys || row->key_length > sizeof(keys->text) - keys->used) {
		keys = malloc(sizeof(*keys));
		if (!keys)
			return NULL;
		keys->before = list->keys;
		keys->used = 0;
		list->keys = keys;
	}
	kept = keys->text + keys->used;
	memcpy(kept, row->key, row->key_length);
	keys->used += row->key_length;
	return kept;
}

static bool make_room(struct rowlist *list)
{
	const size_t room = list->room ? 2 * list->room : FIRST_ROOM;
	struct kept_row *rows;

	if (list->count < list->room)
		return true;
	rows = reallocarray(list->rows, room, sizeof(*rows));
	if (!rows)
		return false;
	list->rows = rows;
	list->room = room;
	return true;
}

/**
 * rowlist_add() - keep a row
 * @list: where
 * @row: of as many numbers as the list's kind has
 *
 * Return: 0, or -1 when users have been told that there is no memory.
 */
int rowlist_add(struct rowlist *list, const struct rowtext *row)
{
	struct kept_row *kept;
	const char *key;

	key = make_room(list) ? keep_key(list, row) : NULL;
	if (!key) {
		complain("%s for %zu rows", strerror(ENOMEM), list->count);
		return -1;
	}
	kept = &list->rows[list->count++];
	kept->key = key;
	kept->key_length = row->key_length;
	memset(kept->values, 0, sizeof(kept->values));
	memcpy(kept->values, row->values, kind_forms[list->kind].values * sizeof(u64));
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct kept_row *left = a, *right = b;

	if (left->key_length != right->key_length)
		return left->key_length < right->key_length ? -1 : 1;
	return memcmp(left->key, right->key, left->key_length);
}

/**
 * rowlist_sort_by_key() - be ready to look up rows
 * @list: rows, of different keys
 */
void rowlist_sort_by_key(struct rowlist *list)
{
	if (list->count)
		qsort(list->rows, list->count, sizeof(*list->rows), compare_keys);
}

/**
 * rowlist_find() - look up a row
 * @list: after rowlist_sort_by_key()
 * @key: the row's
 * @length: of the key
 *
 * Return: the row or NULL.
 */
const struct kept_row *rowlist_find(const struct rowlist *list, const char *key, size_t length)
{
	const struct kept_row wanted = { .key = key, .key_length = length };

	return list->count ? bsearch(&wanted, list->rows, list->count, sizeof(*list->rows),
				     compare_keys)
			   : NULL;
}

/**
 * rowlist_free() - forget all rows
 * @list: has none then
 */
void rowlist_free(struct rowlist *list)
{
	struct rowlist_keys *keys, *before;

	for (keys = list->keys; keys; keys = before) {
		before = keys->before;
		free(keys);
	}
	free(list->rows);
	rowlist_start(list, list->kind);
}
