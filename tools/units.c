// SPDX-License-Identifier: GPL-2.0
/*
 * units: see units.h
 */
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char letters[] = "KMGTPE";

/**
 * units_parse() - which units have a name
 * @name: "iec", "si" or "raw"
 * @units: set to them
 *
 * Return: false when there are none.
 */
bool units_parse(const char *name, enum units *units)
{
	static const char *const names[] = {
		[UNITS_IEC] = "iec",
		[UNITS_SI] = "si",
		[UNITS_RAW] = "raw",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i])) {
			*units = i;
			return true;
		}
	}
	return false;
}

/*
 * Three digits and more: 1.23, 12.3, 123, 1023. Rounded to the nearest, which may
 * make it a thousand of what is less than that.
 */
static size_t put_scaled(char *text, u64 whole, u64 rest, u64 base, char letter, const char *unit)
{
	unsigned int decimals = whole < 10 ? 2 : whole < 100 ? 1 : 0;

	return snprintf(text, UNITS_TEXT_SIZE, "%.*f %c%s", decimals,
			(double)whole + (double)rest / (double)base, letter, unit);
}

/**
 * units_put() - write an amount for people
 * @text: filled in: "1.19 MiB", "1.25 MB", "1247106"; below a thousand (or 1024) in
 *	bytes: "999 B"
 * @bytes: any number
 * @units: which
 *
 * Return: the text's length.
 */
size_t units_put(char text[UNITS_TEXT_SIZE], u64 bytes, enum units units)
{
	const u64 step = units == UNITS_IEC ? 1024 : 1000;
	u64 base = 1;
	int letter = -1;

	if (units == UNITS_RAW)
		return sprintf(text, "%llu", bytes);
	while (bytes / base >= step) {
		base *= step;
		letter++;
	}
	if (letter < 0)
		return sprintf(text, "%llu B", bytes);
	return put_scaled(text, bytes / base, bytes % base, base,
			  units == UNITS_SI && !letter ? 'k' : letters[letter],
			  units == UNITS_IEC ? "iB" : "B");
}

/**
 * units_parse_amount() - read an amount
 * @text: digits; and K, M, G, T, P or E of 1024 each, "kB", "MB" and so on of 1000,
 *	"KiB", "MiB" and so on of 1024
 * @amount: set to it
 *
 * Return: false when it is none, or 2^64 or more.
 */
bool units_parse_amount(const char *text, u64 *amount)
{
	const char *letter;
	u64 step = 1024;
	char *end;
	int i;

	if (*text < '0' || *text > '9')
		return false;
	*amount = strtoull(text, &end, 10);
	if (*amount == ~0ULL && strcmp(text, "18446744073709551615"))
		return false;
	if (!*end || !strcmp(end, "B"))
		return true;
	letter = strchr(letters, *end == 'k' ? 'K' : *end);
	if (!letter)
		return false;
	if (!strcmp(end + 1, "B"))
		step = 1000;
	else if (end[1] && strcmp(end + 1, "iB"))
		return false;
	for (i = letter - letters; i >= 0; i--)
		if (__builtin_mul_overflow(*amount, step, amount))
			return false;
	return true;
}

/**
 * units_put_duration() - write how long it takes, in two units at most
 * @text: filled in: "59 s", "12 min 3 s", "5 h 59 min", "400 d 3 h"
 * @seconds: any number
 *
 * Return: the text's length.
 */
size_t units_put_duration(char text[UNITS_TEXT_SIZE], u64 seconds)
{
	if (seconds < 60)
		return sprintf(text, "%llu s", seconds);
	if (seconds < 3600)
		return sprintf(text, "%llu min %llu s", seconds / 60, seconds % 60);
	if (seconds < 86400)
		return sprintf(text, "%llu h %llu min", seconds / 3600, seconds / 60 % 60);
	return snprintf(text, UNITS_TEXT_SIZE, "%llu d %llu h", seconds / 86400,
			seconds / 3600 % 24);
}
