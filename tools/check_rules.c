// SPDX-License-Identifier: GPL-2.0
/*
 * check_rules: which packets come by the rules with "-m traffic": not those that a rule
 * before has decided on; and some twice, where two rules of a name are on their way.
 */
#include <stdlib.h>
#include <string.h>
#include "checks.h"
#include "complain.h"
#include "ruleset.h"

/* Where a packet comes by, in the order of its way. */
enum hook {
	HOOK_PREROUTING,
	HOOK_INPUT,
	HOOK_FORWARD,
	HOOK_OUTPUT,
	HOOK_POSTROUTING,
	HOOK_PROMISC,
	HOOKS,
};

#define HOOK_BIT(hook) (1U << (hook))

static const char *const hooks[HOOKS] = {
	[HOOK_PREROUTING] = "PREROUTING",   [HOOK_INPUT] = "INPUT",
	[HOOK_FORWARD] = "FORWARD",	    [HOOK_OUTPUT] = "OUTPUT",
	[HOOK_POSTROUTING] = "POSTROUTING", [HOOK_PROMISC] = "PROMISC",
};

/* One that comes, one that is forwarded, one that goes, one that is for another host. */
static const unsigned int ways[] = {
	HOOK_BIT(HOOK_PREROUTING) | HOOK_BIT(HOOK_INPUT),
	HOOK_BIT(HOOK_PREROUTING) | HOOK_BIT(HOOK_FORWARD) | HOOK_BIT(HOOK_POSTROUTING),
	HOOK_BIT(HOOK_OUTPUT) | HOOK_BIT(HOOK_POSTROUTING),
	HOOK_BIT(HOOK_PROMISC),
};

#define WAYS (sizeof(ways) / sizeof(*ways))

static bool is_of_family(const struct rule *a, const struct rule *b)
{
	return !strncmp(a->program, b->program, strlen("ip6"));
}

static bool is_negated(const char *spec, const char *option)
{
	struct spec_word word, before = {};

	for (; spec_next_word(&spec, &word); before = word)
		if (before.length && spec_word_is(&word, option))
			return spec_word_is(&before, "!");
	return false;
}

/**
 * struct chain - a chain that has rules
 * @first: of them, in the ruleset; the others are behind it
 * @count: how many
 * @decides: some packets do not come back from it
 * @hooks: from which packets come to it, bits of enum hook
 */
struct chain {
	const struct rule *first;
	size_t count;
	bool decides;
	unsigned int hooks;
};

/**
 * struct chains - all of them
 * @count: how many
 * @list: they
 */
struct chains {
	size_t count;
	struct chain *list;
};

static bool is_in_table(const struct rule *a, const struct rule *b)
{
	return a->program == b->program && !strcmp(a->table, b->table);
}

/* Return: the chain that a rule calls or goes to, or NULL. */
static struct chain *chain_called(const struct chains *chains, const struct rule *rule)
{
	struct spec_word target;
	struct chain *chain;
	size_t i;

	if (!spec_find_target(rule->spec, &target))
		return NULL;
	for (i = 0; i < chains->count; i++) {
		chain = &chains->list[i];
		if (is_in_table(rule, chain->first) && spec_word_is(&target, chain->first->chain))
			return chain;
	}
	return NULL;
}

/* Targets behind which a packet sees no further rule of this table. */
static bool is_end(const struct rule *rule)
{
	static const char *const ends[] = { "ACCEPT", "DROP", "REJECT", "QUEUE", "NFQUEUE" };
	struct spec_word target;
	unsigned int i;

	if (!spec_find_option(rule->spec, "-j", &target))
		return false;
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (spec_word_is(&target, ends[i]))
			return true;
	return false;
}

/* Whether some packets do not come back from a rule, or from the chain that it calls. */
static bool decides(const struct chains *chains, const struct rule *rule)
{
	const struct chain *called = chain_called(chains, rule);

	return is_end(rule) || (called && called->decides);
}

/* Return: whether anything is known now that was not before. */
static bool learn(const struct chains *chains, struct chain *chain)
{
	const bool decided = chain->decides;
	bool more = false;
	struct chain *called;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		chain->decides |= decides(chains, &chain->first[i]);
		called = chain_called(chains, &chain->first[i]);
		if (called && chain->hooks & ~called->hooks) {
			called->hooks |= chain->hooks;
			more = true;
		}
	}
	return more || chain->decides != decided;
}

/* Stock iptables-legacy calls PREROUTING what is the chain PROMISC. */
static unsigned int own_hook(const struct rule *rule)
{
	unsigned int hook;

	if (!strcmp(rule->table, "promisc"))
		return !strcmp(rule->chain, hooks[HOOK_PROMISC]) ||
				       !strcmp(rule->chain, hooks[HOOK_PREROUTING])
			       ? HOOK_BIT(HOOK_PROMISC)
			       : 0;
	for (hook = 0; hook < HOOK_PROMISC; hook++)
		if (!strcmp(rule->chain, hooks[hook]))
			return HOOK_BIT(hook);
	return 0;
}

static int find_chains(struct chains *chains, const struct ruleset *rules)
{
	const struct rule *rule;
	bool more = true;
	size_t i;

	chains->count = 0;
	chains->list = calloc(rules->count + 1, sizeof(*chains->list));
	if (!chains->list)
		return complain_of_memory();
	for (i = 0; i < rules->count; i++) {
		rule = &rules->list[i];
		if (rule->number == 1)
			chains->list[chains->count++] =
				(struct chain){ .first = rule, .hooks = own_hook(rule) };
		chains->list[chains->count - 1].count++;
	}
	/* Each time more is known, and there is not more than all of it. */
	while (more)
		for (more = false, i = 0; i < chains->count; i++)
			more |= learn(chains, &chains->list[i]);
	return 0;
}

static const struct chain *chain_of(const struct chains *chains, const struct rule *rule)
{
	const struct rule *first = rule - (rule->number - 1);
	size_t i;

	for (i = 0; chains->list[i].first != first; i++)
		;
	return &chains->list[i];
}

/* What else ends a packet's way through this chain, but not through one that it calls. */
static bool leaves_chain(const struct rule *rule)
{
	struct spec_word word;

	return spec_find_option(rule->spec, "-g", &word) ||
	       (spec_find_option(rule->spec, "-j", &word) && spec_word_is(&word, "RETURN"));
}

static void check_before(struct findings *findings, const struct chains *chains,
			 const struct rule *rule)
{
	const struct rule *first = NULL, *before;
	unsigned int count = 0;

	for (before = chain_of(chains, rule)->first; before < rule; before++) {
		if (!leaves_chain(before) && !decides(chains, before))
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
	const char *options = spec_find_match(rule->spec, RULESET_MATCH);

	return options && spec_find_option(options, "--name", name);
}

static bool words_are_same(const struct spec_word *a, const struct spec_word *b)
{
	return a->length == b->length && !memcmp(a->start, b->start, a->length);
}

/* Whether the option is there, and asks for one thing: no "!", no "eth+". */
static bool asks_for_one(const struct rule *rule, const char *option, struct spec_word *word)
{
	return spec_find_option(rule->spec, option, word) && word->start[word->length - 1] != '+' &&
	       !is_negated(rule->spec, option);
}

/* Two that ask for different devices or protocols. */
static bool exclude_each_other(const struct rule *a, const struct rule *b)
{
	static const char *const options[] = { "-i", "-o", "-p" };
	struct spec_word of_a, of_b;
	unsigned int i;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (asks_for_one(a, options[i], &of_a) && asks_for_one(b, options[i], &of_b) &&
		    !words_are_same(&of_a, &of_b))
			return true;
	return false;
}

static void check_twice(struct findings *findings, const struct ruleset *rules,
			const struct chains *chains, const struct rule *rule)
{
	const unsigned int set = chain_of(chains, rule)->hooks;
	const struct rule *other, *end = rules->list + rules->count;
	struct spec_word name, others_name;

	if (!find_name(rule, &name))
		return;
	if (is_passed_twice(set))
		find(findings, FINDING_WRONG, rule->chain,
		     "(%s, table %s) packets of %.*s come to this chain twice, as it is called from several chains on their way",
		     rule->program, rule->table, (int)name.length, name.start);
	for (other = rule + 1; other < end; other++) {
		if (is_of_family(rule, other) && find_name(other, &others_name) &&
		    words_are_same(&name, &others_name) && !exclude_each_other(rule, other) &&
		    are_on_one_way(set, chain_of(chains, other)->hooks))
			find(findings, FINDING_NOTE, rule->chain,
			     "(%s, table %s) packets of %.*s that rule %u counts may be counted again by rule %u of %s (%s, table %s)",
			     rule->program, rule->table, (int)name.length, name.start, rule->number,
			     other->number, other->chain, other->program, other->table);
	}
}

static void check_rule(struct findings *findings, const struct ruleset *rules,
		       const struct chains *chains, const struct rule *rule)
{
	if (!strcmp(rule->table, "nat"))
		find(findings, FINDING_WRONG, rule->chain,
		     "(%s, table nat) only the first packet of each connection comes here: use mangle",
		     rule->program);
	if (!chain_of(chains, rule)->hooks)
		find(findings, FINDING_WRONG, rule->chain,
		     "(%s, table %s) no packet comes to this chain: nothing calls it",
		     rule->program, rule->table);
	check_before(findings, chains, rule);
	check_twice(findings, rules, chains, rule);
}

static unsigned int check_all(struct findings *findings, const struct ruleset *rules,
			      const struct chains *chains)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		if (!spec_find_match(rules->list[i].spec, RULESET_MATCH))
			continue;
		count++;
		check_rule(findings, rules, chains, &rules->list[i]);
	}
	return count;
}

void check_rules(struct findings *findings)
{
	struct ruleset rules;
	struct chains chains;

	if (ruleset_read(&rules) || find_chains(&chains, &rules)) {
		find(findings, FINDING_WRONG, "rules", "they cannot be looked at");
	} else {
		find(findings, FINDING_OK, "rules", "%u with -m traffic",
		     check_all(findings, &rules, &chains));
		free(chains.list);
	}
	ruleset_free(&rules);
}
