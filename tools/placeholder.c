// SPDX-License-Identifier: GPL-2.0
/*
 * placeholder: see placeholder.h
 *
 * A rule is replaced in its place, and all of a program's at one go, by its -restore. A
 * placeholder has the number of the rule that it stands for in its comment, by which it
 * is found again wherever it is by then.
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

/* All matches of the rule but "-m traffic", and no target, which come last. */
static void put_spec(FILE *input, const char *spec, size_t which)
{
	struct spec_word word, before = {};
	bool passing = false;

	while (spec_next_word(&spec, &word)) {
		if (spec_word_is(&word, "-j") || spec_word_is(&word, "-g"))
			break;
		if (spec_word_is(&word, "-m")) {
			before = word;
			passing = false;
			continue;
		}
		if (before.length && spec_word_is(&word, "traffic"))
			passing = true;
		else if (before.length)
			fprintf(input, " -m");
		before.length = 0;
		if (!passing)
			fprintf(input, " %.*s", (int)word.length, word.start);
	}
	fprintf(input, " -m comment --comment \"" COMMENT "%zu\"\n", which);
}

static int feed(const char *program, const char *input)
{
	const char *argv[] = { NULL, "--noflush", "--counters", "-w", NULL };
	struct child child;
	char *name;
	int err;

	if (asprintf(&name, "%s-restore", program) < 0) {
		complain("%s", strerror(ENOMEM));
		return -1;
	}
	argv[0] = name;
	err = child_run(&child, argv, input);
	if (!err && child.status) {
		child_complain(&child, argv);
		err = -1;
	}
	child_free(&child);
	free(name);
	return err;
}

/**
 * struct replacing - rules that take others' places
 * @rules: as they were, by the number in a placeholder's comment
 * @back: from the placeholders to them; else the other way
 * @places: as @rules; where those are that are to be replaced. Its number is 0 where
 *	there is none
 */
struct replacing {
	const struct ruleset *rules;
	bool back;
	const struct rule **places;
};

static void put_rule(FILE *input, const struct replacing *replacing, size_t which)
{
	const struct rule *rule = &replacing->rules->list[which];
	const struct rule *place = replacing->places[which];

	if (replacing->back) {
		fprintf(input, "[%llu:%llu] -R %s %u %s\n", rule->packets, rule->bytes,
			place->chain, place->number, rule->spec);
		return;
	}
	fprintf(input, "[0:0] -R %s %u", place->chain, place->number);
	put_spec(input, rule->spec, which);
}

/* The rules come table by table, as iptables-save has them. */
static void put_rules(FILE *input, const struct replacing *replacing, const char *program)
{
	const char *table = NULL;
	const struct rule *place;
	size_t i;

	for (i = 0; i < replacing->rules->count; i++) {
		place = replacing->places[i];
		if (!place || strcmp(place->program, program))
			continue;
		if (!table || strcmp(table, place->table))
			fprintf(input, "%s*%s\n", table ? "COMMIT\n" : "", place->table);
		table = place->table;
		put_rule(input, replacing, i);
	}
	if (table)
		fprintf(input, "COMMIT\n");
}

static int replace(const struct replacing *replacing, const char *program)
{
	char *input = NULL;
	size_t length;
	FILE *file;
	int err;

	file = open_memstream(&input, &length);
	if (file)
		put_rules(file, replacing, program);
	if (!file || fclose(file)) {
		complain("%s", strerror(ENOMEM));
		err = -1;
	} else {
		err = length ? feed(program, input) : 0;
	}
	free(input);
	return err;
}

/* As many programs as can be done are. */
static int replace_all(const struct replacing *replacing)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < RULESET_PROGRAMS; i++)
		err |= replace(replacing, ruleset_programs[i]);
	return err;
}

static const struct rule **new_places(const struct ruleset *rules)
{
	const struct rule **places = calloc(rules->count + 1, sizeof(*places));

	if (!places)
		complain("%s", strerror(ENOMEM));
	return places;
}

/**
 * placeholder_put() - replace rules by placeholders
 * @rules: as they are
 *
 * Return: 0, or -1 when users have been told what is wrong; some may have been replaced.
 */
int placeholder_put(const struct ruleset *rules)
{
	struct replacing replacing = { .rules = rules };
	size_t i;
	int err;

	replacing.places = new_places(rules);
	if (!replacing.places)
		return -1;
	for (i = 0; i < rules->count; i++)
		replacing.places[i] = &rules->list[i];
	err = replace_all(&replacing);
	free(replacing.places);
	return err;
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

/* Somebody has put it back, who was killed before that could be noted. */
static bool is_back(const struct ruleset *now, const struct rule *rule)
{
	const struct rule *other;
	size_t i;

	for (i = 0; i < now->count; i++) {
		other = &now->list[i];
		if (other->program == rule->program && !strcmp(other->table, rule->table) &&
		    !strcmp(other->chain, rule->chain) && !strcmp(other->spec, rule->spec))
			return true;
	}
	return false;
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
	for (i = 0; i < replacing->rules->count; i++)
		if (!replacing->places[i] && !is_back(now, &replacing->rules->list[i]))
			sums->missing++;
}

/**
 * placeholder_put_back() - put rules back where their placeholders are
 * @rules: as they were; those that no placeholder stands for are left out
 * @sums: set to what came by the placeholders
 *
 * Return: 0, or -1 when users have been told what is wrong; some may have been put back.
 */
int placeholder_put_back(const struct ruleset *rules, struct placeholder_sums *sums)
{
	struct replacing replacing = { .rules = rules, .back = true };
	struct ruleset now;
	int err;

	memset(sums, 0, sizeof(*sums));
	replacing.places = new_places(rules);
	err = replacing.places ? ruleset_read(&now) : -1;
	if (!err) {
		find_places(&replacing, &now, sums);
		err = replace_all(&replacing);
	}
	if (replacing.places)
		ruleset_free(&now);
	free(replacing.places);
	return err;
}
