/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report: tables as they are now, printed in some form.
 */
#ifndef TRAFCTL_REPORT_H
#define TRAFCTL_REPORT_H

#include "options.h"
#include "tables.h"

/**
 * enum report_files - which files of a table are shown if the user has not said
 * @REPORT_NO_FILES: none, but what the table is
 * @REPORT_FIRST_FILE: the first that it has
 * @REPORT_ALL_FILES: all that it has
 */
enum report_files {
	REPORT_NO_FILES,
	REPORT_FIRST_FILE,
	REPORT_ALL_FILES,
};

int report(const struct options *options, enum report_files files, char **names);

#endif /* TRAFCTL_REPORT_H */
