// SPDX-License-Identifier: GPL-2.0
/*
 * upgrade: load another version of the kernel module, and keep rules and counts.
 *
 * Placeholders are put in the places of the rules, so that nothing is counted any more;
 * what the tables have is stored; the module is removed and loaded; the rules come back
 * to their places; what was stored is restored. It is noted how far that has come:
 * who is killed has to be followed by another "trafctl upgrade", which goes on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "apply.h"
#include "commands.h"
#include "complain.h"
#include "module.h"
#include "options.h"
#include "placeholder.h"
#include "restoring.h"
#include "signals.h"
#include "snapshots.h"
#include "take.h"
#include "timestamp.h"
#include "upgrade_note.h"

static const char usage[] =
	"usage: trafctl upgrade [-o DIR]\n"
	"  -o DIR   where what the tables have is stored (default " SNAPSHOTS_DIRECTORY ")\n";

/* So long tables live without rules, in seconds, if nobody goes on: the most there is. */
#define LINGER "86400"

/* Rules are freed when no processor can be in them any more, and that may take a while. */
#define PATIENCE_MS 10000
#define PAUSE_MS    10

/**
 * struct upgrade - an upgrade
 * @options: how
 * @run: locked
 * @note: how far it has come
 * @from: ns since 1970: when counting stopped; 0: somebody else stopped it
 */
struct upgrade {
	const struct options *options;
	struct run run;
	struct upgrade_note note;
	u64 from;
};

static void pause_ms(unsigned int ms)
{
	const struct timespec time = { .tv_nsec = ms * (NS_PER_SECOND / 1000) };

	nanosleep(&time, NULL);
}

static int check_file(void)
{
	struct module_file file;

	if (module_look_at_file(&file))
		return -1;
	if (file.fits)
		return 0;
	complain("the module that modprobe would load is for Linux %s, and this is %s", file.kernel,
		 file.running);
	return -1;
}

/* Whether as many rules use the module in the end; "users" is how many do. */
static int wait_for_users(u64 wanted, u64 *users)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += PAUSE_MS) {
		if (module_users(users))
			return -1;
		if (*users == wanted)
			return 0;
		pause_ms(PAUSE_MS);
	}
	return 1;
}

/* Others' rules cannot be seen from here. */
static int check_users(const struct ruleset *rules)
{
	u64 wanted = 0, users;
	size_t i;
	int err;

	for (i = 0; i < rules->count; i++)
		wanted += spec_count_matches(rules->list[i].spec, RULESET_MATCH);
	err = wait_for_users(wanted, &users);
	if (err > 0)
		complain(
			"rules use the module %llu times, and those of this network namespace %llu times: remove the others first",
			users, wanted);
	return err;
}

static int choose_rules(struct ruleset *chosen)
{
	struct ruleset all;
	size_t i;
	int err;

	ruleset_free(chosen);
	err = ruleset_read(&all);
	for (i = 0; !err && i < all.count; i++)
		if (spec_find_match(all.list[i].spec, RULESET_MATCH))
			err = ruleset_add(chosen, &all.list[i]);
	ruleset_free(&all);
	return err;
}

/* What only lingers has no rule by which it would come back. */
static void tell_of_unused(const struct tables *tables)
{
	size_t i;

	for (i = 0; i < tables->count; i++)
		if (!tables->list[i].info.numbers[INFO_RULES])
			complain(
				"%s has no rule any more: what it has will be in the snapshot only",
				tables->list[i].name);
}

/* What somebody has begun could not be ended any more when the tables have gone. */
static int check_tables_first(struct upgrade *upgrade)
{
	struct tables tables;
	int err;

	if (tables_read(&tables, upgrade->options->proc))
		return -1;
	err = apply_what_is_pending(&upgrade->run, &tables);
	if (err >= 0)
		tell_of_unused(&tables);
	tables_free(&tables);
	return err < 0 ? -1 : 0;
}

/* What they have it for, nothing else does. */
static void tell_of_targets(const struct ruleset *rules)
{
	const struct rule *rule;
	struct spec_word target;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		rule = &rules->list[i];
		if (spec_find_target(rule->spec, &target))
			complain(
				"until it is back, no packet will get the target of: %s -t %s -A %s %s",
				rule->program, rule->table, rule->chain, rule->spec);
	}
}

static int prepare(struct upgrade *upgrade)
{
	struct ruleset *rules = &upgrade->note.rules;

	if (!module_is_loaded()) {
		complain("the module is not loaded (modprobe " MODULE_NAME ")");
		return -1;
	}
	if (check_file() || check_tables_first(upgrade) || choose_rules(rules) ||
	    check_users(rules) || placeholder_try(rules))
		return -1;
	tell_of_targets(rules);
	upgrade->note.stage = UPGRADE_REPLACING;
	upgrade->note.snapshot = strdup("");
	return upgrade->note.snapshot ? 0 : complain_of_memory();
}

static int wait_for_no_users(void)
{
	u64 users;
	const int err = wait_for_users(0, &users);

	if (err > 0)
		complain("rules still use the module %llu times", users);
	return err;
}

static int set_linger(struct upgrade *upgrade)
{
	if (!module_read("parameters/linger", upgrade->note.linger) &&
	    !module_write("parameters/linger", LINGER))
		return 0;
	complain("the module's parameter linger: %s", strerror(errno));
	return -1;
}

/* From the root: who goes on may be elsewhere. */
static char *choose_path(const char *directory)
{
	struct snapshots snapshots = {};
	char *absolute, *path = NULL;

	if (snapshots_make_directory(directory))
		return NULL;
	absolute = realpath(directory, NULL);
	if (!absolute || strchr(absolute, '\n'))
		complain("%s: not a name that can be noted", directory);
	else if (!snapshots_read(&snapshots, absolute))
		path = snapshots_new_path(&snapshots, timestamp_now());
	snapshots_free(&snapshots);
	free(absolute);
	return path;
}

static int store_in(struct upgrade *upgrade, struct taking *taking)
{
	struct outfile file;
	char *path;

	path = choose_path(upgrade->options->output);
	if (!path || take_to_file(taking, &file, path) || outfile_close(&file, 0)) {
		free(path);
		return -1;
	}
	free(upgrade->note.snapshot);
	upgrade->note.snapshot = path;
	return 0;
}

/* What the tables have; nothing is counted any more. */
static int store(struct upgrade *upgrade)
{
	static char *no_names[] = { NULL };
	struct taking taking = { .proc = upgrade->options->proc };
	struct tables tables;
	int err;

	if (tables_read(&tables, upgrade->options->proc))
		return -1;
	taking.tables = &tables;
	err = tables_choose(&tables, no_names, &taking.chosen, &taking.count);
	if (!err && taking.count)
		err = store_in(upgrade, &taking);
	free(taking.chosen);
	tables_free(&tables);
	return err;
}

static int go_to(struct upgrade *upgrade, enum upgrade_stage stage)
{
	upgrade->note.stage = stage;
	return upgrade_note_write(&upgrade->run, &upgrade->note);
}

static void tell(const struct upgrade *upgrade, const struct placeholder_sums *sums)
{
	const u64 ms = (timestamp_now() - upgrade->from) / (NS_PER_SECOND / 1000);

	printf("%zu rules were away", upgrade->note.rules.count);
	if (upgrade->from)
		printf(" for %llu.%03llu s", ms / 1000, ms % 1000);
	printf("; %llu packets (%llu bytes) came to their places meanwhile\n", sums->packets,
	       sums->bytes);
}

/*
 * Rules first, as they make the tables. Those that have never gone have what was stored,
 * and restore() knows.
 */
static int put_back(struct upgrade *upgrade)
{
	struct placeholder_sums sums;
	int err = 0;

	if (placeholder_put_back(&upgrade->note.rules, &sums))
		return -1;
	if (*upgrade->note.snapshot)
		err = restore(&upgrade->run, upgrade->options->proc, upgrade->note.snapshot, false);
	if (err < 0)
		return -1;
	tell(upgrade, &sums);
	if (upgrade_note_drop(&upgrade->run))
		return -1;
	return sums.missing ? -1 : err;
}

/* As it was, when it cannot be as it should. */
static int undo(struct upgrade *upgrade)
{
	module_write("parameters/linger", upgrade->note.linger);
	return put_back(upgrade);
}

static int replace_and_store(struct upgrade *upgrade)
{
	int err;

	if (set_linger(upgrade))
		return -1;
	/* Once more, for their counters. */
	err = choose_rules(&upgrade->note.rules);
	upgrade->from = timestamp_now();
	if (!err)
		err = upgrade_note_write(&upgrade->run, &upgrade->note);
	if (!err)
		err = placeholder_put(&upgrade->note.rules);
	if (!err)
		err = wait_for_no_users();
	if (!err)
		err = store(upgrade);
	if (!err)
		err = go_to(upgrade, UPGRADE_STORED);
	if (!err)
		return 0;
	undo(upgrade);
	return -1;
}

static int reload(struct upgrade *upgrade)
{
	if (module_is_loaded() && module_remove()) {
		undo(upgrade);
		return -1;
	}
	if (!module_load())
		return go_to(upgrade, UPGRADE_LOADED);
	complain(
		"rules and counts are put back by another \"trafctl upgrade\", when the module can be loaded");
	return -1;
}

static int go_on(struct upgrade *upgrade)
{
	if (upgrade->note.stage == UPGRADE_STORED && reload(upgrade))
		return -1;
	return put_back(upgrade);
}

static int begin(struct upgrade *upgrade)
{
	upgrade_note_free(&upgrade->note);
	if (prepare(upgrade))
		return -1;
	signals_ignore();
	if (replace_and_store(upgrade))
		return -1;
	return go_on(upgrade);
}

static int upgrade_locked(struct upgrade *upgrade)
{
	int got;

	got = upgrade_note_read(&upgrade->run, &upgrade->note);
	if (got < 0)
		return -1;
	if (!got)
		return begin(upgrade);
	complain("going on with an upgrade that was begun");
	signals_ignore();
	if (upgrade->note.stage != UPGRADE_REPLACING)
		return go_on(upgrade);
	return undo(upgrade) ? -1 : begin(upgrade);
}

static int upgrade(const struct options *options, char **names)
{
	struct upgrade upgrade = { .options = options };
	int err = options_no_names(names);

	if (err)
		return err;
	if (run_open(&upgrade.run, options->run))
		return -1;
	err = upgrade_locked(&upgrade);
	upgrade_note_free(&upgrade.note);
	run_close(&upgrade.run);
	return err;
}

int upgrade_main(int argc, char **argv)
{
	static const struct option known[] = {
		OPTIONS_COMMON,
		OPTIONS_OUTPUT,
		OPTIONS_RUN,
		OPTIONS_END,
	};
	static const struct command_line command = { ":ho:", known, usage, upgrade };
	struct options options = { .proc = "/proc",
				   .run = RUN_DIRECTORY,
				   .output = SNAPSHOTS_DIRECTORY };

	return options_run(&command, &options, argc, argv);
}
