/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rowlist: rows that are kept in memory, to be sorted, looked up or laid out.
 */
#ifndef TRAFCTL_ROWLIST_H
#define TRAFCTL_ROWLIST_H

#include <linux/types.h>
#include "kinds.h"
#include "rowtext.h"

/* Keys are put into pieces of memory of this size. */
#define ROWLIST_KEYS_SIZE 65536

/**
 * struct rowlist_keys - memory for keys
 * @before: the piece that is full
 * @used: bytes of @text
 * @text: keys, one behind the other
 */
struct rowlist_keys {
	struct rowlist_keys *before;
	size_t used;
	char text[ROWLIST_KEYS_SIZE];
};

/**
 * struct kept_row - a row
 * @key: its characters, not terminated
 * @key_length: how many
 * @values: its numbers
 */
struct kept_row {
	const char *key;
	size_t key_length;
	u64 values[KIND_VALUES_MAX];
};

/**
 * struct rowlist - rows
 * @kind: what they are of
 * @count: how many
 * @room: for how many there is memory
 * @rows: they
 * @keys: their keys
 */
struct rowlist {
	enum kind kind;
	size_t count;
	size_t room;
	struct kept_row *rows;
	struct rowlist_keys *keys;
};

void rowlist_start(struct rowlist *list, enum kind kind);
int rowlist_add(struct rowlist *list, const struct rowtext *row);
void rowlist_sort_by_key(struct rowlist *list);
const struct kept_row *rowlist_find(const struct rowlist *list, const char *key, size_t length);
void rowlist_free(struct rowlist *list);

#endif /* TRAFCTL_ROWLIST_H */
