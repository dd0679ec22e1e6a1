// SPDX-License-Identifier: GPL-2.0
/*
 * query: see query.h
 */
#include "query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "complain.h"
#include "units.h"

static int add_kind(struct query *query, const char *name)
{
	enum kind kind;

	if (!strcmp(name, "all")) {
		query->kinds = KINDS_ALL;
		return 0;
	}
	if (!kind_parse(name, &kind)) {
		complain("--file %s: there are bytes, packets, ipconn, portconn and all", name);
		return -1;
	}
	query->kinds |= KIND_BIT(kind);
	return 0;
}

static int add_net(struct query *query, const char *text, bool host)
{
	struct prefix net, *nets;
	char base[PREFIX_TEXT_SIZE];

	if (!prefix_parse(text, strlen(text), &net) || (host && strchr(text, '/'))) {
		complain("%s %s: not %s", host ? "--host" : "--net", text,
			 host ? "an address" : "a network, ADDRESS/LENGTH");
		return -1;
	}
	if (prefix_clear_host_bits(&net)) {
		prefix_put(&net, base);
		complain("--net %s: the network of that length is %s", text, base);
		return -1;
	}
	nets = array_grow(query->nets, query->net_count, sizeof(*nets));
	if (!nets)
		return complain_of_memory();
	nets[query->net_count++] = net;
	query->nets = nets;
	return 0;
}

static int add_port(struct query *query, const char *text)
{
	u32 port, *ports;

	if (!rowtext_parse_port(text, strlen(text), &port)) {
		complain("--port %s: not a number from 0 to 65535", text);
		return -1;
	}
	ports = array_grow(query->ports, query->port_count, sizeof(*ports));
	if (!ports)
		return complain_of_memory();
	ports[query->port_count++] = port;
	query->ports = ports;
	return 0;
}

static int set_min(struct query *query, const char *text)
{
	if (units_parse_amount(text, &query->min))
		return 0;
	complain("--min %s: not an amount, like 1500, 10M or 1GB", text);
	return -1;
}

static int set_top(struct query *query, const char *text)
{
	if (rowtext_parse_number(text, strlen(text), &query->top) && query->top)
		return 0;
	complain("--top %s: not a number of rows", text);
	return -1;
}

static const char *find_group(const char *name, size_t length)
{
	unsigned int kind, i;

	for (kind = 0; kind < KINDS; kind++) {
		for (i = 0; i < kind_forms[kind].values / 2; i++) {
			const char *group = kind_forms[kind].groups[i];

			if (strlen(group) == length && !memcmp(group, name, length))
				return group;
		}
	}
	return NULL;
}

/* [GROUP_]in, [GROUP_]out, GROUP; without a group, the totals. */
static bool parse_numbers(const char *name, struct sort *sort)
{
	const char *direction = strrchr(name, '_');
	size_t length = direction ? (size_t)(direction - name) : 0;

	if (direction == name)
		return false;
	direction = direction ? direction + 1 : name;
	if (!strcmp(direction, "in")) {
		sort->direction = SORT_IN;
	} else if (!strcmp(direction, "out")) {
		sort->direction = SORT_OUT;
	} else {
		sort->direction = SORT_BOTH;
		length = strlen(name);
	}
	sort->by = SORT_NUMBER;
	sort->group = NULL;
	if (!length || (length == 5 && !memcmp(name, "total", length)))
		return true;
	sort->group = find_group(name, length);
	return sort->group;
}

static int set_sort(struct query *query, const char *name)
{
	if (!strcmp(name, "address") || !strcmp(name, "port")) {
		query->sort.by = SORT_KEY;
		return 0;
	}
	if (parse_numbers(name, &query->sort))
		return 0;
	complain(
		"--sort %s: there are address, port, total, tcp, udp, icmp and other, each number with _in or _out as well",
		name);
	return -1;
}

/**
 * query_option() - take an option of the command line
 * @query: changed
 * @option: enum query_option
 * @argument: what follows it
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int query_option(struct query *query, int option, const char *argument)
{
	switch (option) {
	case QUERY_FILE:
		return add_kind(query, argument);
	case QUERY_NET:
		return add_net(query, argument, false);
	case QUERY_HOST:
		return add_net(query, argument, true);
	case QUERY_PORT:
		return add_port(query, argument);
	case QUERY_MIN:
		return set_min(query, argument);
	case QUERY_SORT:
		return set_sort(query, argument);
	case QUERY_TOP:
		return set_top(query, argument);
	case QUERY_ANONYMISE:
		query->anonymise = true;
		return 0;
	default:
		return -1;
	}
}

static unsigned int kinds_by_port(bool by_port)
{
	unsigned int kind, kinds = 0;

	for (kind = 0; kind < KINDS; kind++)
		if (kind_forms[kind].by_port == by_port)
			kinds |= KIND_BIT(kind);
	return kinds;
}

static unsigned int kinds_of_group(const char *group)
{
	unsigned int kind, i, kinds = 0;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < kind_forms[kind].values / 2; i++)
			if (!group || !strcmp(kind_forms[kind].groups[i], group))
				kinds |= KIND_BIT(kind);
	return kinds;
}

/* Those of which the query can be answered. */
static unsigned int kinds_possible(const struct query *query)
{
	unsigned int kinds = kinds_of_group(query->sort.group);

	if (query->net_count && !query->port_count)
		kinds &= kinds_by_port(false);
	if (query->port_count && !query->net_count)
		kinds &= kinds_by_port(true);
	return kinds;
}

/**
 * query_check() - whether what is wanted is possible
 * @query: after all options
 *
 * Return: 0, or -1 when users have been told that it is not.
 */
int query_check(const struct query *query)
{
	const unsigned int kinds = query->kinds ? query->kinds : KINDS_ALL;

	if (kinds & kinds_possible(query))
		return 0;
	complain(
		"no such rows: addresses are in bytes, packets and ipconn, ports in portconn, icmp in ipconn and portconn");
	return -1;
}

/**
 * query_kinds() - which files are wanted
 * @query: checked
 * @kinds: the files that there are
 *
 * Return: a part of these.
 */
unsigned int query_kinds(const struct query *query, unsigned int kinds)
{
	kinds &= kinds_possible(query);
	return query->kinds ? kinds & query->kinds : kinds;
}

/**
 * query_needs_all() - whether nothing can be shown before all rows have been read
 * @query: what is wanted
 */
bool query_needs_all(const struct query *query)
{
	return query->sort.by != SORT_NOT || query->top;
}

/* An address, in the row of a prefix (--aggregate). */
static bool is_counted_in(const struct prefix *net, const struct prefix *row)
{
	return net->length == prefix_address_bits(net) && prefix_contains(row, net);
}

static bool is_in_nets(const struct query *query, const struct rowtext *row)
{
	struct prefix prefix;
	size_t i;

	if (!prefix_parse(row->key, row->key_length, &prefix))
		return false;
	for (i = 0; i < query->net_count; i++)
		if (prefix_contains(&query->nets[i], &prefix) ||
		    is_counted_in(&query->nets[i], &prefix))
			return true;
	return false;
}

static bool is_in_ports(const struct query *query, const struct rowtext *row)
{
	size_t i;
	u32 port;

	if (!rowtext_parse_port(row->key, row->key_length, &port))
		return false;
	for (i = 0; i < query->port_count; i++)
		if (query->ports[i] == port)
			return true;
	return false;
}

static u64 add(u64 a, u64 b)
{
	return __builtin_add_overflow(a, b, &a) ? ~0ULL : a;
}

static u64 both_totals(enum kind kind, const u64 *values)
{
	u64 total[2];

	kind_add_up(kind, values, total);
	return add(total[0], total[1]);
}

/**
 * query_wants() - whether a row is wanted
 * @query: what is wanted
 * @kind: of the row
 * @row: the row
 */
bool query_wants(const struct query *query, enum kind kind, const struct rowtext *row)
{
	if (query->min && both_totals(kind, row->values) < query->min)
		return false;
	if (kind_forms[kind].by_port)
		return !query->port_count || is_in_ports(query, row);
	return !query->net_count || is_in_nets(query, row);
}

/**
 * query_add() - add a row to sums
 * @sums: changed
 * @kind: of the row
 * @values: its numbers
 */
void query_add(struct query_sums *sums, enum kind kind, const u64 *values)
{
	unsigned int i;

	sums->rows++;
	for (i = 0; i < kind_forms[kind].values; i++)
		sums->values[i] = add(sums->values[i], values[i]);
}

/**
 * query_add_sums() - add sums to sums
 * @sums: changed
 * @more: of the same kind
 */
void query_add_sums(struct query_sums *sums, const struct query_sums *more)
{
	unsigned int i;

	sums->rows += more->rows;
	for (i = 0; i < KIND_VALUES_MAX; i++)
		sums->values[i] = add(sums->values[i], more->values[i]);
}

/**
 * struct place - where a row comes
 * @number: by which it is sorted
 * @prefix: the same, where that is an address
 * @index: in the list; decides where the others are equal
 */
struct place {
	union {
		u64 number;
		struct prefix prefix;
	};
	size_t index;
};

static u64 number_of(const struct sort *sort, enum kind kind, const u64 *values)
{
	u64 pair[2];
	unsigned int i;

	if (!sort->group) {
		kind_add_up(kind, values, pair);
	} else {
		for (i = 0; strcmp(kind_forms[kind].groups[i], sort->group); i++)
			;
		pair[0] = values[2 * i];
		pair[1] = values[2 * i + 1];
	}
	return sort->direction == SORT_BOTH ? add(pair[0], pair[1]) : pair[sort->direction];
}

static void find_place(const struct sort *sort, enum kind kind, const struct kept_row *row,
		       struct place *place)
{
	memset(place, 0, sizeof(*place));
	if (sort->by != SORT_KEY)
		place->number = number_of(sort, kind, row->values);
	else if (kind_forms[kind].by_port)
		rowtext_parse_number(row->key, row->key_length, &place->number);
	else
		prefix_parse(row->key, row->key_length, &place->prefix);
}

static int compare_indices(const struct place *a, const struct place *b)
{
	return (a->index > b->index) - (a->index < b->index);
}

static int compare_prefixes(const void *a, const void *b)
{
	const struct place *left = a, *right = b;
	const int order = prefix_compare(&left->prefix, &right->prefix);

	return order ? order : compare_indices(left, right);
}

static int compare_ascending(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->number != right->number)
		return left->number > right->number ? 1 : -1;
	return compare_indices(left, right);
}

static int compare_descending(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? 1 : -1;
	return compare_indices(left, right);
}

static int (*comparison(const struct sort *sort, enum kind kind))(const void *, const void *)
{
	if (sort->by != SORT_KEY)
		return compare_descending;
	return kind_forms[kind].by_port ? compare_ascending : compare_prefixes;
}

static int sort_rows(const struct sort *sort, struct rowlist *list)
{
	struct place *places = calloc(list->count, sizeof(*places));
	struct kept_row *rows = calloc(list->count, sizeof(*rows));
	size_t i;

	if (!places || !rows) {
		free(places);
		free(rows);
		complain("%s to sort %zu rows", strerror(ENOMEM), list->count);
		return -1;
	}
	for (i = 0; i < list->count; i++) {
		find_place(sort, list->kind, &list->rows[i], &places[i]);
		places[i].index = i;
	}
	qsort(places, list->count, sizeof(*places), comparison(sort, list->kind));
	for (i = 0; i < list->count; i++)
		rows[i] = list->rows[places[i].index];
	free(places);
	free(list->rows);
	list->rows = rows;
	list->room = list->count;
	return 0;
}

/**
 * query_choose() - have the rows in order, and no more than wanted
 * @query: what is wanted
 * @list: rows that are wanted, all of them
 * @others: set to what comes behind the first @query->top
 *
 * Return: 0, or -1 when users have been told that there is no memory.
 */
int query_choose(const struct query *query, struct rowlist *list, struct query_sums *others)
{
	struct sort sort = query->sort;
	size_t i;

	memset(others, 0, sizeof(*others));
	if (query->top && sort.by == SORT_NOT)
		sort = (struct sort){ .by = SORT_NUMBER, .direction = SORT_BOTH };
	if (list->count && sort.by != SORT_NOT && sort_rows(&sort, list))
		return -1;
	if (!query->top || list->count <= query->top)
		return 0;
	for (i = query->top; i < list->count; i++)
		query_add(others, list->kind, list->rows[i].values);
	list->count = query->top;
	return 0;
}

/**
 * query_free() - forget what was wanted
 * @query: as query_option() left it
 */
void query_free(struct query *query)
{
	free(query->nets);
	free(query->ports);
	memset(query, 0, sizeof(*query));
}
