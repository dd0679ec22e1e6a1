/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rows: the rows of a file, or of a part of one, one after the other.
 */
#ifndef TRAFCTL_ROWS_H
#define TRAFCTL_ROWS_H

#include "kinds.h"
#include "lines.h"
#include "rowtext.h"

/**
 * struct rows - rows that are being read
 * @lines: the file; its next line is the first row
 * @kind: what the rows are of
 * @where: the file's name, for messages
 */
struct rows {
	struct lines *lines;
	enum kind kind;
	const char *where;
};

int rows_start(struct rows *rows, struct lines *lines, enum kind kind, const char *where);
char *rows_put(char *to, enum kind kind, const struct rowtext *row);
int rows_next(struct rows *rows, struct rowtext *row);

#endif /* TRAFCTL_ROWS_H */
