/* SPDX-License-Identifier: GPL-2.0 */
/*
 * apply: take what a snapshot has off the tables, or add it to them, exactly once,
 * whoever is killed when.
 *
 * The kernel numbers the lines of a batch and remembers the number of the last one it
 * took: who comes again with the same batch is passed over up to there. So a batch
 * that was begun is ended by having all of it written once more.
 */
#ifndef TRAFCTL_APPLY_H
#define TRAFCTL_APPLY_H

#include "run.h"
#include "tables.h"

int apply(struct run *run, const struct tables *tables, const struct pending *pending);
int apply_what_is_pending(struct run *run, const struct tables *tables);

#endif /* TRAFCTL_APPLY_H */
