// SPDX-License-Identifier: GPL-2.0
/*
 * findings: see findings.h
 */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const words[FINDINGS] = {
	[FINDING_OK] = "ok",
	[FINDING_NOTE] = "note",
	[FINDING_WRONG] = "wrong",
};

void find(struct findings *findings, enum finding kind, const char *about, const char *format, ...)
{
	va_list args;

	findings->counts[kind]++;
	printf("%-6s %s: ", words[kind], about);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}
