/* SPDX-License-Identifier: GPL-2.0 */
/*
 * checks: what "trafctl check" looks at, each file of checks one thing.
 */
#ifndef TRAFCTL_CHECKS_H
#define TRAFCTL_CHECKS_H

#include "findings.h"
#include "run.h"

void check_module(struct findings *findings);
void check_extension(struct findings *findings);
void check_tables(struct findings *findings, const char *proc);
void check_rules(struct findings *findings);
void check_detours(struct findings *findings, const char *proc);
void check_containers(struct findings *findings, const char *proc);
void check_mirrors(struct findings *findings, struct run *run, const char *proc);

#endif /* TRAFCTL_CHECKS_H */
