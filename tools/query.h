/* SPDX-License-Identifier: GPL-2.0 */
/*
 * query: which rows a user wants to see, and in which order.
 */
#ifndef TRAFCTL_QUERY_H
#define TRAFCTL_QUERY_H

#include <getopt.h>
#include "kinds.h"
#include "prefix.h"
#include "rowlist.h"
#include "rows.h"

/* Their numbers for getopt_long(), above all characters. */
enum query_option {
	QUERY_FILE = 256,
	QUERY_NET,
	QUERY_HOST,
	QUERY_PORT,
	QUERY_MIN,
	QUERY_SORT,
	QUERY_TOP,
	QUERY_ANONYMISE,
	QUERY_OPTIONS_END,
};

/* clang-format off */
#define QUERY_OPTIONS \
	{ "file", required_argument, NULL, QUERY_FILE }, \
	{ "net", required_argument, NULL, QUERY_NET }, \
	{ "host", required_argument, NULL, QUERY_HOST }, \
	{ "port", required_argument, NULL, QUERY_PORT }, \
	{ "min", required_argument, NULL, QUERY_MIN }, \
	{ "sort", required_argument, NULL, QUERY_SORT }, \
	{ "top", required_argument, NULL, QUERY_TOP }, \
	{ "anonymise", no_argument, NULL, QUERY_ANONYMISE }
/* clang-format on */

enum sort_by {
	SORT_NOT,
	SORT_KEY,
	SORT_NUMBER,
};

enum sort_direction {
	SORT_IN,
	SORT_OUT,
	SORT_BOTH,
};

/**
 * struct sort - an order of rows
 * @by: of keys, they ascend; of numbers, they descend
 * @group: which numbers, as kind_forms names them; NULL: the totals
 * @direction: which of the pair
 */
struct sort {
	enum sort_by by;
	const char *group;
	enum sort_direction direction;
};

/**
 * struct query - what is wanted
 * @kinds: set of enum kind; 0 when the user has not said
 * @nets: networks and addresses; a row is in one of them
 * @net_count: how many; 0: any address will do
 * @ports: as @nets
 * @port_count: as @net_count
 * @min: the least that IN and OUT come to
 * @sort: the order
 * @top: so many rows; 0: all
 * @anonymise: show no address in full
 */
struct query {
	unsigned int kinds;
	struct prefix *nets;
	size_t net_count;
	u32 *ports;
	size_t port_count;
	u64 min;
	struct sort sort;
	u64 top;
	bool anonymise;
};

/**
 * struct query_sums - what rows come to
 * @rows: how many they are
 * @values: their numbers' sums
 */
struct query_sums {
	u64 rows;
	u64 values[KIND_VALUES_MAX];
};

int query_option(struct query *query, int option, const char *argument);
unsigned int query_kinds(const struct query *query, unsigned int kinds);
int query_check(const struct query *query);
bool query_needs_all(const struct query *query);
bool query_wants(const struct query *query, enum kind kind, const struct rowtext *row);
int query_choose(const struct query *query, struct rowlist *list, struct query_sums *others);
void query_add(struct query_sums *sums, enum kind kind, const u64 *values);
void query_add_sums(struct query_sums *sums, const struct query_sums *more);
void query_free(struct query *query);

#endif /* TRAFCTL_QUERY_H */
