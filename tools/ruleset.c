// SPDX-License-Identifier: GPL-2.0
/*
 * ruleset: see ruleset.h
 */
#include "ruleset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "child.h"
#include "complain.h"

/*
 * A family's programs: of both flavours, where there are two, as rules of both are used
 * at once; else of the one there is.
 */
#define FAMILIES	2
#define FLAVOURS	2
#define FAMILY_PROGRAMS (RULESET_PROGRAMS / FAMILIES)

const char *const ruleset_programs[RULESET_PROGRAMS] = {
	/* clang-format off */
	"iptables-nft", "iptables-legacy", "iptables",
	"ip6tables-nft", "ip6tables-legacy", "ip6tables",
	/* clang-format on */
};

/**
 * spec_next_word() - walk through a rule
 * @spec: where to go on; moved behind the word
 * @word: filled in
 *
 * Return: whether there was another word.
 */
bool spec_next_word(const char **spec, struct spec_word *word)
{
	const char *at = *spec;
	bool quoted = false;

	while (*at == ' ')
		at++;
	word->start = at;
	for (; *at && (quoted || *at != ' '); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '\\' && at[1])
			at++;
	}
	word->length = at - word->start;
	*spec = at;
	return word->length;
}

/**
 * spec_word_is() - compare a word
 * @word: of a rule
 * @text: without quotes
 */
bool spec_word_is(const struct spec_word *word, const char *text)
{
	return word->length == strlen(text) && !memcmp(word->start, text, word->length);
}

/**
 * spec_find_option() - find an option of a rule
 * @spec: of the rule
 * @option: the option, with its dashes
 * @word: set to what stands behind it
 *
 * Return: whether the rule has it.
 */
bool spec_find_option(const char *spec, const char *option, struct spec_word *word)
{
	struct spec_word before = {};

	for (; spec_next_word(&spec, word); before = *word)
		if (before.length && spec_word_is(&before, option))
			return true;
	return false;
}

/**
 * spec_find_target() - find what a rule does with packets
 * @spec: of the rule
 * @word: set to the target, or the chain that is called or gone to
 *
 * Return: whether the rule has one.
 */
bool spec_find_target(const char *spec, struct spec_word *word)
{
	return spec_find_option(spec, "-j", word) || spec_find_option(spec, "-g", word);
}

/**
 * spec_find_match() - find "-m MATCH" in a rule
 * @spec: of the rule
 * @match: its name
 *
 * Return: what stands behind that, its options first; or NULL.
 */
const char *spec_find_match(const char *spec, const char *match)
{
	struct spec_word word;
	bool is_name = false;

	while (spec_next_word(&spec, &word)) {
		if (is_name && spec_word_is(&word, match))
			return spec;
		is_name = spec_word_is(&word, "-m");
	}
	return NULL;
}

/**
 * spec_count_matches() - how often a rule has "-m MATCH"
 * @spec: of the rule
 * @match: its name
 */
unsigned int spec_count_matches(const char *spec, const char *match)
{
	unsigned int count = 0;

	while ((spec = spec_find_match(spec, match)))
		count++;
	return count;
}

/**
 * rule_is_same() - whether rules are the same, wherever they are in their chain
 * @a: a rule
 * @b: a rule
 */
bool rule_is_same(const struct rule *a, const struct rule *b)
{
	return a->program == b->program && !strcmp(a->table, b->table) &&
	       !strcmp(a->chain, b->chain) && !strcmp(a->spec, b->spec);
}

static void free_rule(struct rule *rule)
{
	free(rule->table);
	free(rule->chain);
	free(rule->spec);
}

/**
 * ruleset_add() - add a rule behind the others
 * @ruleset: them
 * @rule: is copied
 *
 * Return: 0, or -1 when users have been told that there is no memory.
 */
int ruleset_add(struct ruleset *ruleset, const struct rule *rule)
{
	struct rule *list, copy = *rule;

	list = array_grow(ruleset->list, ruleset->count, sizeof(*list));
	if (!list)
		goto no_memory;
	ruleset->list = list;
	copy.table = strdup(rule->table);
	copy.chain = strdup(rule->chain);
	copy.spec = strdup(rule->spec);
	if (!copy.table || !copy.chain || !copy.spec) {
		free_rule(&copy);
		goto no_memory;
	}
	ruleset->list[ruleset->count++] = copy;
	return 0;
no_memory:
	return complain_of_memory();
}

/* Rules of a chain come one after the other. */
static unsigned int next_number(const struct ruleset *ruleset, const struct rule *rule)
{
	const struct rule *last;

	if (!ruleset->count)
		return 1;
	last = &ruleset->list[ruleset->count - 1];
	if (last->program != rule->program || strcmp(last->table, rule->table) ||
	    strcmp(last->chain, rule->chain))
		return 1;
	return last->number + 1;
}

/* "[PACKETS:BYTES] -A CHAIN SPEC"; the line is changed. Other lines are none of ours. */
static int read_rule(struct ruleset *ruleset, struct rule *rule, char *line)
{
	int length = 0;

	if (sscanf(line, "[%llu:%llu] -A %n", &rule->packets, &rule->bytes, &length) < 2 || !length)
		return 0;
	rule->chain = line + length;
	rule->spec = strchrnul(rule->chain, ' ');
	if (*rule->spec)
		*rule->spec++ = '\0';
	rule->number = next_number(ruleset, rule);
	return ruleset_add(ruleset, rule);
}

static int read_rules(struct ruleset *ruleset, const char *program, char *text)
{
	struct rule rule = { .program = program };
	char *line;
	int err = 0;

	while (!err && (line = strsep(&text, "\n"))) {
		if (*line == '*')
			rule.table = line + 1;
		else if (rule.table)
			err = read_rule(ruleset, &rule, line);
	}
	return err;
}

/* A kernel without nftables, or with nfnetlink and without nf_tables. */
static bool is_missing(const struct child *child)
{
	return child->status == CHILD_NOT_FOUND ||
	       (child->status && (strstr(child->said, strerror(EPROTONOSUPPORT)) ||
				  strstr(child->said, strerror(EINVAL))));
}

/* Return: 1 when there is no such program, or it is for what this kernel has not. */
static int read_program(struct ruleset *ruleset, const char *program)
{
	char name[RULESET_PROGRAM_SIZE];
	const char *argv[] = { name, "--counters", NULL };
	struct child child;
	int err;

	snprintf(name, sizeof(name), "%s-save", program);
	err = child_run(&child, argv, NULL);
	if (!err && is_missing(&child))
		err = 1;
	else if (!err)
		err = child_check(&child, argv);
	if (!err)
		err = read_rules(ruleset, program, child.output);
	child_free(&child);
	return err;
}

static int read_family(struct ruleset *ruleset, const char *const *names)
{
	int flavour, err, missing = 0;

	for (flavour = 0; flavour < FLAVOURS; flavour++) {
		err = read_program(ruleset, names[flavour]);
		if (err < 0)
			return -1;
		missing += err;
	}
	return missing == FLAVOURS ? read_program(ruleset, names[FLAVOURS]) : 0;
}

/**
 * ruleset_read() - look which rules there are in this network namespace
 * @ruleset: filled in; for ruleset_free() in any case
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int ruleset_read(struct ruleset *ruleset)
{
	int family, missing = 0, err;

	memset(ruleset, 0, sizeof(*ruleset));
	for (family = 0; family < FAMILIES; family++) {
		err = read_family(ruleset, ruleset_programs + family * FAMILY_PROGRAMS);
		if (err < 0)
			return -1;
		missing += err;
	}
	if (missing < FAMILIES)
		return 0;
	complain("there is no iptables");
	return -1;
}

/**
 * ruleset_free() - forget rules
 * @ruleset: them
 */
void ruleset_free(struct ruleset *ruleset)
{
	size_t i;

	for (i = 0; i < ruleset->count; i++)
		free_rule(&ruleset->list[i]);
	free(ruleset->list);
	memset(ruleset, 0, sizeof(*ruleset));
}
