// SPDX-License-Identifier: GPL-2.0
/*
 * upgrade_note: see upgrade_note.h
 *
 * Its lines: the stage, the snapshot's path, the parameter, then for each rule
 * "PROGRAM TABLE NUMBER PACKETS BYTES CHAIN SPEC".
 */
#include "upgrade_note.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define NOTE "upgrade"

static const char *const stages[UPGRADE_STAGES] = {
	[UPGRADE_REPLACING] = "replacing",
	[UPGRADE_STORED] = "stored",
	[UPGRADE_LOADED] = "loaded",
};

/* A copy that stays, of a name that iptables has. */
static const char *find_program(const char *name)
{
	unsigned int i;

	for (i = 0; i < RULESET_PROGRAMS; i++)
		if (!strcmp(ruleset_programs[i], name))
			return ruleset_programs[i];
	return NULL;
}

static int parse_rule(char *line, struct ruleset *rules)
{
	char program[32], table[32];
	struct rule rule = { .table = table };
	int length = 0;

	if (sscanf(line, "%31s %31s %u %llu %llu %n", program, table, &rule.number, &rule.packets,
		   &rule.bytes, &length) < 5 ||
	    !length)
		return -1;
	rule.program = find_program(program);
	rule.chain = line + length;
	rule.spec = strchr(rule.chain, ' ');
	if (!rule.program || !rule.spec)
		return -1;
	*rule.spec++ = '\0';
	return ruleset_add(rules, &rule) ? 1 : 0;
}

static int parse(FILE *file, void *what)
{
	struct upgrade_note *note = what;
	char *line = run_read_line(file);
	const int stage = line ? run_parse_stage(line, stages, UPGRADE_STAGES) : -1;
	int err = 0;

	free(line);
	note->stage = stage;
	note->snapshot = run_read_line(file);
	line = run_read_line(file);
	if (stage < 0 || !note->snapshot || !line)
		err = -1;
	else
		snprintf(note->linger, sizeof(note->linger), "%s", line);
	free(line);
	while (!err && (line = run_read_line(file))) {
		err = parse_rule(line, &note->rules);
		free(line);
	}
	return err;
}

/**
 * upgrade_note_read() - look whether an upgrade was begun
 * @run: locked
 * @note: filled in; for upgrade_note_free() in any case
 *
 * Return: 1, 0 when there was none, or -1 when users have been told what is wrong.
 */
int upgrade_note_read(struct run *run, struct upgrade_note *note)
{
	memset(note, 0, sizeof(*note));
	return run_read_note(run, NOTE, parse, note);
}

static void put(FILE *file, const void *what)
{
	const struct upgrade_note *note = what;
	const struct rule *rule;
	size_t i;

	fprintf(file, "%s\n%s\n%s\n", stages[note->stage], note->snapshot, note->linger);
	for (i = 0; i < note->rules.count; i++) {
		rule = &note->rules.list[i];
		fprintf(file, "%s %s %u %llu %llu %s %s\n", rule->program, rule->table,
			rule->number, rule->packets, rule->bytes, rule->chain, rule->spec);
	}
}

/**
 * upgrade_note_write() - note how far an upgrade has come
 * @run: locked
 * @note: of it
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int upgrade_note_write(struct run *run, const struct upgrade_note *note)
{
	return run_write_note(run, NOTE, put, note);
}

/**
 * upgrade_note_drop() - it has come to its end
 * @run: locked
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int upgrade_note_drop(struct run *run)
{
	return run_drop_note(run, NOTE);
}

/**
 * upgrade_note_free() - forget an upgrade
 * @note: of it
 */
void upgrade_note_free(struct upgrade_note *note)
{
	free(note->snapshot);
	ruleset_free(&note->rules);
	memset(note, 0, sizeof(*note));
}
