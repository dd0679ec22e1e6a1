/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kinds: what a table counts, a file each: bytes and packets of addresses,
 * connections of addresses and of ports.
 */
#ifndef TRAFCTL_KINDS_H
#define TRAFCTL_KINDS_H

#include <linux/types.h>

/* As rowtext has it: a row's numbers without its totals. */
#define KIND_VALUES_MAX 8

/* With TOTAL IN and TOTAL OUT. */
#define KIND_COLUMNS_MAX (KIND_VALUES_MAX + 2)

enum kind {
	KIND_BYTES,
	KIND_PACKETS,
	KIND_IPCONN,
	KIND_PORTCONN,
	KINDS,
};

/* Sets of kinds. */
#define KIND_BIT(kind) (1U << (kind))
#define KINDS_ALL      (KIND_BIT(KINDS) - 1)

/**
 * struct kind_form - the form of a file
 * @name: for users and machines
 * @suffix: of the file's name, behind the table's
 * @header: the file's first line, without its newline
 * @option: of the rule, that makes the kernel have the file
 * @title: what the numbers are, for people
 * @by_port: a row a port, and not an address
 * @values: numbers of a row, without the totals; IN and OUT of each of @groups
 * @groups: what the pairs of numbers behind the totals are of
 */
struct kind_form {
	const char *name;
	const char *suffix;
	const char *header;
	const char *option;
	const char *title;
	bool by_port;
	unsigned int values;
	const char *groups[KIND_VALUES_MAX / 2];
};

/* The first of a set that is not empty, as a set. */
static inline unsigned int kinds_first(unsigned int kinds)
{
	return kinds & -kinds;
}

extern const struct kind_form kind_forms[KINDS];

/* A row's numbers, and its totals before them: IN, OUT. */
static inline unsigned int kind_columns(enum kind kind)
{
	return kind_forms[kind].values + 2;
}

bool kind_parse(const char *name, enum kind *kind);
void kind_add_up(enum kind kind, const u64 *values, u64 total[2]);

#endif /* TRAFCTL_KINDS_H */
