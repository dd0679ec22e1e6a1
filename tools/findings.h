/* SPDX-License-Identifier: GPL-2.0 */
/*
 * findings: what "trafctl check" says, a line each.
 */
#ifndef TRAFCTL_FINDINGS_H
#define TRAFCTL_FINDINGS_H

/**
 * enum finding - what to think of it
 * @FINDING_OK: nothing
 * @FINDING_NOTE: it may be as it should be; something may be missing or twice there
 * @FINDING_WRONG: it has to be done something about
 * @FINDINGS: how many kinds there are
 */
enum finding {
	FINDING_OK,
	FINDING_NOTE,
	FINDING_WRONG,
	FINDINGS,
};

/**
 * struct findings - all of a run
 * @counts: of each kind
 */
struct findings {
	unsigned int counts[FINDINGS];
};

/* @about: a table, "rules", "module" ... */
void find(struct findings *findings, enum finding kind, const char *about, const char *format, ...)
	__attribute__((__format__(__printf__, 4, 5)));

#endif /* TRAFCTL_FINDINGS_H */
