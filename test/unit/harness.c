// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the cases whose names contain one of the arguments; all without any.
 * Exit status 1 when one failed, 2 when there was none.
 */
#include "harness.h"

#include <stdio.h>
#include <string.h>

/* What a build is, when it is not the ordinary one. */
#ifndef VARIANT
#define VARIANT ""
#endif

static struct test_case *first, **last = &first;
static const char *running;
static bool failed;

void harness_register(struct test_case *test_case)
{
	*last = test_case;
	last = &test_case->next;
}

static void fail(const char *file, int line, const char *expression)
{
	const char *slash = strrchr(file, '/');

	failed = true;
	printf("not ok %s" VARIANT ": %s:%d: %s", running, slash ? slash + 1 : file, line,
	       expression);
}

void harness_check(bool holds, const char *file, int line, const char *expression)
{
	if (holds || failed)
		return;
	fail(file, line, expression);
	putchar('\n');
}

void harness_check_equal(unsigned long long number, unsigned long long expected, const char *file,
			 int line, const char *expression)
{
	if (number == expected || failed)
		return;
	fail(file, line, expression);
	printf(" (%llu, %llu)\n", number, expected);
}

static bool chosen(const char *name, char **filters)
{
	if (!*filters)
		return true;
	while (*filters)
		if (strstr(name, *filters++))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	int passed = 0, not_passed = 0;
	struct test_case *test_case;

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (test_case = first; test_case; test_case = test_case->next) {
		if (!chosen(test_case->name, argv + 1))
			continue;
		running = test_case->name;
		failed = false;
		test_case->run();
		if (failed) {
			not_passed++;
			continue;
		}
		printf("ok %s" VARIANT "\n", running);
		passed++;
	}
	printf("%d passed, %d failed\n", passed, not_passed);
	if (passed + not_passed == 0)
		return 2;
	return not_passed != 0;
}
