// SPDX-License-Identifier: GPL-2.0
/*
 * check_rules: which packets come by the rules with "-m traffic": not those that a rule
 * before has decided on; and some twice, where two rules of a name are on their way.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "checks.h"
#include "complain.h"
#include "ruleset.h"

#define MATCH "traffic"

/* Chains that call each other are refused by the kernel; so deep, and no deeper, calls go. */
#define DEPTH_MAX 16

/* Where a packet comes by, in the order of its way. */
enum hook {
	HOOK_PREROUTING,
	HOOK_INPUT,
	HOOK_FORWARD,
	HOOK_OUTPUT,
	HOOK_POSTROUTING,
	HOOKS,
};

#define HOOK_BIT(hook) (1U << (hook))

static const char *const hooks[HOOKS] = {
	[HOOK_PREROUTING] = "PREROUTING",   [HOOK_INPUT] = "INPUT",
	[HOOK_FORWARD] = "FORWARD",	    [HOOK_OUTPUT] = "OUTPUT",
	[HOOK_POSTROUTING] = "POSTROUTING",
};

/* One that comes, one that is forwarded, one that goes. */
static const unsigned int ways[] = {
	HOOK_BIT(HOOK_PREROUTING) | HOOK_BIT(HOOK_INPUT),
	HOOK_BIT(HOOK_PREROUTING) | HOOK_BIT(HOOK_FORWARD) | HOOK_BIT(HOOK_POSTROUTING),
	HOOK_BIT(HOOK_OUTPUT) | HOOK_BIT(HOOK_POSTROUTING),
};

#define WAYS (sizeof(ways) / sizeof(*ways))

static bool is_of_family(const struct rule *a, const struct rule *b)
{
	return !strncmp(a->program, b->program, strlen("ip6"));
}

static bool is_in_table(const struct rule *a, const struct rule *b)
{
	return !strcmp(a->program, b->program) && !strcmp(a->table, b->table);
}

/* Return: whether the rule has the option, and then @word is what stands behind it. */
static bool find_option(const char *spec, const char *option, struct spec_word *word)
{
	struct spec_word before = {};

	while (spec_next_word(&spec, word)) {
		if (before.length && spec_word_is(&before, option))
			return true;
		before = *word;
	}
	return false;
}

static bool has_option(const char *spec, const char *option, const char *value)
{
	struct spec_word word;

	return find_option(spec, option, &word) && spec_word_is(&word, value);
}

static bool calls(const struct rule *rule, const char *chain)
{
	return has_option(rule->spec, "-j", chain) || has_option(rule->spec, "-g", chain);
}

/* Targets behind which a packet sees no further rule of this table. */
static bool is_end(const struct rule *rule)
{
	static const char *const ends[] = { "ACCEPT", "DROP", "REJECT", "QUEUE", "NFQUEUE" };
	unsigned int i;

	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (has_option(rule->spec, "-j", ends[i]))
			return true;
	return false;
}

/* Whether some packets do not come back from a rule, or from the chain that it calls. */
static bool decides(const struct ruleset *rules, const struct rule *rule, unsigned int depth)
{
	const struct rule *other;
	size_t i;

	if (is_end(rule))
		return true;
	for (i = 0; depth && i < rules->count; i++) {
		other = &rules->list[i];
		if (is_in_table(other, rule) && calls(rule, other->chain) &&
		    decides(rules, other, depth - 1))
			return true;
	}
	return false;
}

/* What else ends a packet's way through this chain, but not through one that it calls. */
static bool leaves_chain(const struct rule *rule)
{
	struct spec_word word;

	return has_option(rule->spec, "-j", "RETURN") || find_option(rule->spec, "-g", &word);
}

static void check_before(struct findings *findings, const struct ruleset *rules, size_t which)
{
	const struct rule *rule = &rules->list[which], *first = NULL, *before;
	unsigned int count = 0, number;

	/* Those of a chain are beside each other. */
	for (number = rule->number - 1; number; number--) {
		before = rule - number;
		if (!leaves_chain(before) && !decides(rules, before, DEPTH_MAX))
			continue;
		count++;
		if (!first)
			first = before;
	}
	if (count)
		find(findings, FINDING_NOTE, rule->chain,
		     "(%s, table %s) what %u rules decide on before rule %u is not counted; the first is: %s",
		     rule->program, rule->table, count, rule->number, first->spec);
}

/* Return: the hooks from which packets come to a chain, bits of enum hook. */
static unsigned int hooks_of(const struct ruleset *rules, const struct rule *rule,
			     unsigned int depth)
{
	const struct rule *other;
	unsigned int hook, set = 0;
	size_t i;

	for (hook = 0; hook < HOOKS; hook++)
		if (!strcmp(rule->chain, hooks[hook]))
			return HOOK_BIT(hook);
	for (i = 0; depth && i < rules->count; i++) {
		other = &rules->list[i];
		if (is_in_table(other, rule) && calls(other, rule->chain))
			set |= hooks_of(rules, other, depth - 1);
	}
	return set;
}

static bool is_power_of_two(unsigned int number)
{
	return !(number & (number - 1));
}

/* Whether a packet that has been at one of these hooks may come to one of those. */
static bool are_on_one_way(unsigned int these, unsigned int those)
{
	unsigned int way;

	for (way = 0; way < WAYS; way++)
		if (these & ways[way] && those & ways[way])
			return true;
	return false;
}

/* Of one rule in a chain that is called from several hooks. */
static bool is_passed_twice(unsigned int set)
{
	unsigned int way;

	for (way = 0; way < WAYS; way++)
		if (!is_power_of_two(set & ways[way]))
			return true;
	return false;
}

/* Of the table that it counts in; other matches have a --name as well. */
static bool find_name(const struct rule *rule, struct spec_word *name)
{
	const char *options = spec_find_match(rule->spec, MATCH);

	return options && find_option(options, "--name", name);
}

static bool words_are_same(const struct spec_word *a, const struct spec_word *b)
{
	return a->length == b->length && !memcmp(a->start, b->start, a->length);
}

/* Two that ask for different devices or protocols. */
static bool exclude_each_other(const struct rule *a, const struct rule *b)
{
	static const char *const options[] = { "-i", "-o", "-p" };
	struct spec_word of_a, of_b;
	unsigned int i;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (find_option(a->spec, options[i], &of_a) &&
		    find_option(b->spec, options[i], &of_b) && !words_are_same(&of_a, &of_b))
			return true;
	}
	return false;
}

static void check_twice(struct findings *findings, const struct ruleset *rules, size_t which)
{
	const struct rule *rule = &rules->list[which], *other;
	const unsigned int set = hooks_of(rules, rule, DEPTH_MAX);
	struct spec_word name, others_name;
	size_t i;

	if (!find_name(rule, &name))
		return;
	if (is_passed_twice(set))
		find(findings, FINDING_WRONG, rule->chain,
		     "(%s, table %s) packets of %.*s come to this chain twice, as it is called from several chains on their way",
		     rule->program, rule->table, (int)name.length, name.start);
	for (i = which + 1; i < rules->count; i++) {
		other = &rules->list[i];
		if (is_of_family(rule, other) && find_name(other, &others_name) &&
		    words_are_same(&name, &others_name) && !exclude_each_other(rule, other) &&
		    are_on_one_way(set, hooks_of(rules, other, DEPTH_MAX)))
			find(findings, FINDING_WRONG, rule->chain,
			     "(%s, table %s) packets of %.*s that rule %u counts may be counted again by rule %u of %s (%s, table %s)",
			     rule->program, rule->table, (int)name.length, name.start, rule->number,
			     other->number, other->chain, other->program, other->table);
	}
}

static void check_rule(struct findings *findings, const struct ruleset *rules, size_t which)
{
	const struct rule *rule = &rules->list[which];

	if (!strcmp(rule->table, "nat"))
		find(findings, FINDING_WRONG, rule->chain,
		     "(%s, table nat) only the first packet of each connection comes here: use mangle",
		     rule->program);
	if (!hooks_of(rules, rule, DEPTH_MAX))
		find(findings, FINDING_WRONG, rule->chain,
		     "(%s, table %s) no packet comes to this chain: nothing calls it",
		     rule->program, rule->table);
	check_before(findings, rules, which);
	check_twice(findings, rules, which);
}

void check_rules(struct findings *findings)
{
	struct ruleset rules;
	unsigned int count = 0;
	size_t i;

	if (ruleset_read(&rules)) {
		find(findings, FINDING_WRONG, "rules", "they cannot be looked at");
		ruleset_free(&rules);
		return;
	}
	for (i = 0; i < rules.count; i++) {
		if (!spec_find_match(rules.list[i].spec, MATCH))
			continue;
		count++;
		check_rule(findings, &rules, i);
	}
	find(findings, FINDING_OK, "rules", "%u with -m traffic", count);
	ruleset_free(&rules);
}
