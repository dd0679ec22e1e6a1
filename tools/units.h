/* SPDX-License-Identifier: GPL-2.0 */
/*
 * units: amounts for people, and as people write them.
 */
#ifndef TRAFCTL_UNITS_H
#define TRAFCTL_UNITS_H

#include <linux/types.h>

enum units {
	UNITS_IEC,
	UNITS_SI,
	UNITS_RAW,
};

/* "18446744073709551615", and a NUL. */
#define UNITS_TEXT_SIZE 24

bool units_parse(const char *name, enum units *units);
size_t units_put(char text[UNITS_TEXT_SIZE], u64 bytes, enum units units);
bool units_parse_amount(const char *text, u64 *amount);
size_t units_put_duration(char text[UNITS_TEXT_SIZE], u64 seconds);

#endif /* TRAFCTL_UNITS_H */
