/* SPDX-License-Identifier: GPL-2.0 */
/*
 * restoring: add what a snapshot has to the tables, once and only once in the life of
 * their counters.
 */
#ifndef TRAFCTL_RESTORING_H
#define TRAFCTL_RESTORING_H

#include "run.h"

int restore(struct run *run, const char *proc, const char *path, bool all);

#endif /* TRAFCTL_RESTORING_H */
