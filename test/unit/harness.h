/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases by name.
 *
 *	CASE(promise_that_is_kept)
 *	{
 *		CHECK(condition);
 *		CHECK_EQUAL(number, expected);
 *	}
 *
 * A case is found by being linked. Its first failed check is its result; it
 * runs on, so a check is no guard for what follows.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>

struct test_case {
	const char *name;
	void (*run)(void);
	struct test_case *next;
};

void harness_register(struct test_case *test_case);
void harness_check(bool holds, const char *file, int line, const char *expression);
void harness_check_equal(unsigned long long number, unsigned long long expected, const char *file,
			 int line, const char *expression);

#define CASE(name)                                                     \
	static void name(void);                                        \
	static struct test_case name##_case = { #name, name, 0 };      \
	static void __attribute__((constructor)) name##_register(void) \
	{                                                              \
		harness_register(&name##_case);                        \
	}                                                              \
	static void name(void)

#define CHECK(condition) harness_check(condition, __FILE__, __LINE__, #condition)
#define CHECK_EQUAL(number, expected) \
	harness_check_equal(number, expected, __FILE__, __LINE__, #number " == " #expected)

#endif /* HARNESS_H */
