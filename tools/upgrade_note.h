/* SPDX-License-Identifier: GPL-2.0 */
/*
 * upgrade_note: how far an upgrade has come, in the directory of run.h, for who comes
 * after somebody who was killed.
 */
#ifndef TRAFCTL_UPGRADE_NOTE_H
#define TRAFCTL_UPGRADE_NOTE_H

#include "module.h"
#include "ruleset.h"
#include "run.h"

/**
 * enum upgrade_stage - how far it has come
 * @UPGRADE_REPLACING: others are being put in the rules' places
 * @UPGRADE_STORED: they have been; what the tables had is in the snapshot
 * @UPGRADE_LOADED: the new module has been loaded
 */
enum upgrade_stage {
	UPGRADE_REPLACING,
	UPGRADE_STORED,
	UPGRADE_LOADED,
	UPGRADE_STAGES,
};

/**
 * struct upgrade_note - an upgrade
 * @stage: how far it has come
 * @snapshot: path of what the tables had, or "" when there was none; to be freed
 * @linger: the module's parameter as it was
 * @rules: that used the module, and their counters
 */
struct upgrade_note {
	enum upgrade_stage stage;
	char *snapshot;
	char linger[MODULE_VALUE_SIZE];
	struct ruleset rules;
};

int upgrade_note_read(struct run *run, struct upgrade_note *note);
int upgrade_note_write(struct run *run, const struct upgrade_note *note);
int upgrade_note_drop(struct run *run);
void upgrade_note_free(struct upgrade_note *note);

#endif /* TRAFCTL_UPGRADE_NOTE_H */
