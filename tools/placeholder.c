// SPDX-License-Identifier: GPL-2.0
/*
 * placeholder: see placeholder.h
 *
 * A rule is deleted by what it says, and another is inserted at its number, all of a
 * program's at one go, by its -restore: if somebody else changes the chain in between,
 * that costs a place, and nobody a rule. A placeholder has in its comment the number of
 * the rule that it stands for, by which it is found again wherever it is by then.
 */
#include "placeholder.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "child.h"
#include "complain.h"

#define COMMENT "trafctl upgrade "

/*
 * What the rule asks before "-m traffic", and no target: who comes so far is asked by the
 * module. What may stand behind can have effects of its own.
 */
static void put_placeholder(FILE *input, const char *spec, size_t which)
{
	struct spec_word word, before = {};

	for (; spec_next_word(&spec, &word); before = word) {
		if (before.length && spec_word_is(&before, "-m")) {
			if (spec_word_is(&word, RULESET_MATCH))
				break;
			fprintf(input, " -m");
		}
		if (!spec_word_is(&word, "-m"))
			fprintf(input, " %.*s", (int)word.length, word.start);
	}
	fprintf(input, " -m comment --comment \"" COMMENT "%zu\"\n", which);
}

enum restore_mode {
	RESTORE_TRY,
	RESTORE_DO,
};

static int feed(const char *program, const char *input, enum restore_mode mode)
{
	char name[RULESET_PROGRAM_SIZE];
	const char *argv[] = { name, "--noflush", "--counters", "-w", NULL, NULL };

	if (mode == RESTORE_TRY)
		argv[4] = "--test";
	snprintf(name, sizeof(name), "%s-restore", program);
	return child_do(argv, input);
}

/**
 * struct replacing - rules that take others' places
 * @rules: as they were, by the number in a placeholder's comment
 * @places: as @rules; what is there now instead of each: itself, a placeholder, or NULL
 * @put: writes what comes to a place; NULL: nothing does
 */
struct replacing {
	const struct ruleset *rules;
	const struct rule **places;
	void (*put)(FILE *input, const struct replacing *replacing, size_t which);
};

/*
 * ip6tables-legacy 1.8.9 does not look into matches when it compares rules, so there a
 * rule has to be deleted by its number.
 */
static void put_deletion(FILE *input, const struct rule *place)
{
	if (!strcmp(place->program, "ip6tables-legacy"))
		fprintf(input, "-D %s %u\n", place->chain, place->number);
	else
		fprintf(input, "-D %s %s\n", place->chain, place->spec);
}

static void put_in(FILE *input, const struct replacing *replacing, size_t which)
{
	const struct rule *place = replacing->places[which];

	fprintf(input, "[0:0] -I %s %u", place->chain, place->number);
	put_placeholder(input, place->spec, which);
}

static unsigned int count_same(const struct ruleset *rules, const struct rule *rule)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < rules->count; i++)
		count += rule_is_same(&rules->list[i], rule);
	return count;
}

static void put_out(FILE *input, const struct replacing *replacing, size_t which)
{
	const struct rule *rule = &replacing->rules->list[which];
	const struct rule *place = replacing->places[which];

	fprintf(input, "[%llu:%llu] -I %s %u %s\n", rule->packets, rule->bytes, place->chain,
		place->number, rule->spec);
}

/*
 * The rules come table by table, as iptables-save has them; the last first, so that no
 * number changes before it is used.
 */
static void put_rules(FILE *input, const struct replacing *replacing, const char *program)
{
	const char *table = NULL;
	const struct rule *place;
	size_t i;

	for (i = replacing->rules->count; i--;) {
		place = replacing->places[i];
		if (!place || strcmp(place->program, program))
			continue;
		if (!table || strcmp(table, place->table))
			fprintf(input, "%s*%s\n", table ? "COMMIT\n" : "", place->table);
		table = place->table;
		put_deletion(input, place);
		replacing->put(input, replacing, i);
	}
	if (table)
		fprintf(input, "COMMIT\n");
}

static int replace(const struct replacing *replacing, const char *program, enum restore_mode mode)
{
	char *input = NULL;
	size_t length;
	FILE *file;
	int err;

	file = open_memstream(&input, &length);
	if (file)
		put_rules(file, replacing, program);
	if (!file || fclose(file)) {
		complain_of_memory();
		err = -1;
	} else {
		err = length ? feed(program, input, mode) : 0;
	}
	free(input);
	return err;
}

/* As many programs as can be done are. */
static int replace_all(const struct replacing *replacing, enum restore_mode mode)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < RULESET_PROGRAMS; i++)
		err |= replace(replacing, ruleset_programs[i], mode);
	return err;
}

static const struct rule **new_places(const struct ruleset *rules)
{
	const struct rule **places = calloc(rules->count + 1, sizeof(*places));

	if (!places)
		complain_of_memory();
	return places;
}

static int replace_rules(const struct ruleset *rules, enum restore_mode mode,
			 void (*put)(FILE *input, const struct replacing *replacing, size_t which))
{
	struct replacing replacing = { .rules = rules, .put = put };
	size_t i;
	int err;

	replacing.places = new_places(rules);
	if (!replacing.places)
		return -1;
	for (i = 0; i < rules->count; i++)
		replacing.places[i] = &rules->list[i];
	err = replace_all(&replacing, mode);
	free(replacing.places);
	return err;
}

/**
 * placeholder_try() - see whether rules could be put back
 * @rules: as they are
 *
 * What iptables-save has written, iptables-restore need not be able to read: so it is if
 * the extension that is installed is another one than the module's.
 *
 * Return: 0, or -1 when users have been told what is wrong. Nothing has changed.
 */
int placeholder_try(const struct ruleset *rules)
{
	return replace_rules(rules, RESTORE_TRY, put_out);
}

/**
 * placeholder_put() - replace rules by placeholders
 * @rules: as they are
 *
 * Return: 0, or -1 when users have been told what is wrong; some may have been replaced.
 */
int placeholder_put(const struct ruleset *rules)
{
	return replace_rules(rules, RESTORE_DO, put_in);
}

/* Return: for which rule it stands; or SIZE_MAX: it is no placeholder. */
static size_t stands_for(const struct rule *rule)
{
	const char *comment = strstr(rule->spec, "--comment \"" COMMENT);
	size_t which;

	if (!comment || sscanf(comment, "--comment \"" COMMENT "%zu\"", &which) != 1)
		return SIZE_MAX;
	return which;
}

static void find_places(const struct replacing *replacing, const struct ruleset *now,
			struct placeholder_sums *sums)
{
	const struct rule *place;
	size_t i, which;

	for (i = 0; i < now->count; i++) {
		place = &now->list[i];
		which = stands_for(place);
		if (which >= replacing->rules->count || replacing->places[which])
			continue;
		replacing->places[which] = place;
		sums->packets += place->packets;
		sums->bytes += place->bytes;
	}
}

/*
 * Some may be back already: by somebody who was killed before that could be noted, or who
 * has loaded his rules meanwhile.
 */
static bool is_back(const struct ruleset *rules, const struct ruleset *now, const struct rule *rule)
{
	return count_same(now, rule) >= count_same(rules, rule);
}

static void tell_of_missing(const struct replacing *replacing, const struct ruleset *now,
			    struct placeholder_sums *sums)
{
	const struct rule *rule;
	size_t i;

	for (i = 0; i < replacing->rules->count; i++) {
		rule = &replacing->rules->list[i];
		if (replacing->places[i] || is_back(replacing->rules, now, rule))
			continue;
		complain(
			"somebody has removed what was in the place of a rule, which is not put back: %s -t %s -A %s %s",
			rule->program, rule->table, rule->chain, rule->spec);
		sums->missing++;
	}
}

/**
 * struct returning - rules that come back
 * @replacing: to which places
 * @now: the rules that there are
 */
struct returning {
	struct replacing replacing;
	const struct ruleset *now;
};

static void put_out_unless_back(FILE *input, const struct replacing *replacing, size_t which)
{
	const struct returning *returning = (const struct returning *)replacing;

	if (!is_back(replacing->rules, returning->now, &replacing->rules->list[which]))
		put_out(input, replacing, which);
}

/**
 * placeholder_put_back() - put rules back where their placeholders are
 * @rules: as they were
 * @sums: set to what came by the placeholders
 *
 * Users are told of rules whose placeholders are not there any more.
 *
 * Return: 0, or -1 when users have been told what is wrong; some may have been put back.
 */
int placeholder_put_back(const struct ruleset *rules, struct placeholder_sums *sums)
{
	struct returning returning = { .replacing = { .rules = rules,
						      .put = put_out_unless_back } };
	struct ruleset now;
	int err;

	memset(sums, 0, sizeof(*sums));
	returning.replacing.places = new_places(rules);
	if (!returning.replacing.places)
		return -1;
	err = ruleset_read(&now);
	if (!err) {
		returning.now = &now;
		find_places(&returning.replacing, &now, sums);
		tell_of_missing(&returning.replacing, &now, sums);
		err = replace_all(&returning.replacing, RESTORE_DO);
	}
	ruleset_free(&now);
	free(returning.replacing.places);
	return err;
}
