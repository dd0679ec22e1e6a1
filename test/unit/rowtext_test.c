// SPDX-License-Identifier: GPL-2.0
/*
 * Rows to text and text to rows: the promises of "Files" that rowtext.c keeps.
 * Every text is parsed from a heap block of its own size.
 */
#include "rowtext.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "random_number.h"

static char *exact(const char *text, size_t length)
{
	char *block = malloc(length);

	assert(block || !length);
	memcpy(block, text, length);
	return block;
}

/* The row's key and its values, of which the text itself is gone. */
static bool parse_length(const char *text, size_t length, u32 count, struct rowtext *row)
{
	char *line = exact(text, length);
	const bool parsed = rowtext_parse(line, length, count, row);

	if (parsed) {
		CHECK(row->key >= line);
		CHECK(row->key + row->key_length <= line + length);
		row->key = text + (row->key - line);
	}
	free(line);
	return parsed;
}

static bool parse(const char *text, u32 count, struct rowtext *row)
{
	return parse_length(text, strlen(text), count, row);
}

static bool parses(const char *text, u32 count)
{
	struct rowtext row;

	return parse(text, count, &row);
}

static bool number_is(const char *text, u64 expected)
{
	char *block = exact(text, strlen(text));
	u64 number;
	bool is;

	is = rowtext_parse_number(block, strlen(text), &number) && number == expected;
	free(block);
	return is;
}

static bool is_number(const char *text)
{
	char *block = exact(text, strlen(text));
	u64 number;
	const bool is = rowtext_parse_number(block, strlen(text), &number);

	free(block);
	return is;
}

static bool ipv4(const char *text, u32 *address)
{
	char *block = exact(text, strlen(text));
	const bool is = rowtext_parse_ipv4(block, strlen(text), address);

	free(block);
	return is;
}

static bool port(const char *text, u32 *number)
{
	char *block = exact(text, strlen(text));
	const bool is = rowtext_parse_port(block, strlen(text), number);

	free(block);
	return is;
}

static u64 random_value(u32 bits)
{
	const u64 number = (u64)random_number() << 32 | random_number();

	return bits ? number >> (64 - bits) : 0;
}

/* printf writes the number that is compared with. */
static void check_number(u64 number)
{
	char expected[32];
	char *block, *end;

	sprintf(expected, "%llu", (unsigned long long)number);
	block = malloc(strlen(expected) + ROWTEXT_SPARE);
	end = rowtext_put_number(block, number);
	CHECK_EQUAL(end - block, strlen(expected));
	CHECK(!memcmp(block, expected, end - block));
	CHECK(number_is(expected, number));
	free(block);
}

CASE(numbers_are_unsigned_64_bit_decimals)
{
	u64 power, number;
	u32 i;

	for (number = 0; number < 100000; number++)
		check_number(number);
	/* Eight digits are made of two times four. */
	for (number = 0; number < 10000; number++) {
		check_number(number * 10000 + 9999 - number);
		check_number((number * 10000 + number) * 100000000 + number);
	}
	/* Where a digit begins, and all pairs of digits of all lengths. */
	for (i = 0, power = 1; i < 20; i++, power *= 10) {
		check_number(power - 1);
		check_number(power);
		check_number(power + 1);
		for (number = 10; i < 18 && number < 100; number++)
			check_number(number * power);
	}
	/* Where a bit begins: 2^32 and 2^64 - 1 among them. */
	for (i = 0; i < 64; i++) {
		check_number((1ULL << i) - 1);
		check_number(1ULL << i);
		check_number(-1ULL >> i);
	}
	for (i = 0; i < 100000; i++)
		check_number(random_value(1 + i % 64));
}

CASE(numbers_end_at_2_to_the_64th)
{
	CHECK(number_is("18446744073709551615", -1));
	CHECK(!is_number("18446744073709551616"));
	CHECK(!is_number("18446744073709551620"));
	CHECK(!is_number("18446744073709551625"));
	CHECK(!is_number("20000000000000000000"));
	CHECK(!is_number("99999999999999999999"));
	CHECK(!is_number("184467440737095516150"));
	CHECK(!is_number("100000000000000000000"));
	CHECK(number_is("000000018446744073709551615", -1));
}

CASE(leading_zeros_of_a_number_are_no_octal)
{
	CHECK(number_is("007", 7));
	CHECK(number_is("08", 8));
	CHECK(number_is("00000000000000000000000000000000", 0));
}

CASE(a_number_is_all_digits)
{
	static const char *const wrong[] = {
		"",    " 1",  "1 ", "+1", "-1", "1.", "0x1",  "1e3",  "1\r",
		"\t1", "1\t", "/",  ":",  "1/", "1:", "\xb1", "\xff", "one",
	};
	u32 i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(!is_number(wrong[i]));
}

CASE(addresses_are_dotted_quads)
{
	static const u32 edges[] = { 0, 1, 9, 10, 99, 100, 255 };
	u32 i, address, parsed;
	char expected[16];
	char *block, *end;

	for (i = 0; i < 7 * 7 * 7 * 7; i++) {
		address = edges[i % 7] << 24 | edges[i / 7 % 7] << 16 | edges[i / 49 % 7] << 8 |
			  edges[i / 343];
		sprintf(expected, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
			address >> 8 & 255, address & 255);
		block = malloc(strlen(expected));
		end = rowtext_put_ipv4(block, address);
		CHECK_EQUAL(end - block, strlen(expected));
		CHECK(!memcmp(block, expected, end - block));
		CHECK(ipv4(expected, &parsed));
		CHECK_EQUAL(parsed, address);
		free(block);
	}
}

CASE(malformed_addresses_are_refused)
{
	static const char *const wrong[] = {
		"",
		".",
		"...",
		"1",
		"1.2",
		"1.2.3",
		"1.2.3.",
		".1.2.3",
		"1..2.3",
		"1.2.3.4.",
		"1.2.3.4.5",
		".1.2.3.4",
		"256.1.1.1",
		"1.256.1.1",
		"1.1.1.256",
		"1.1.1.1000",
		"01.2.3.4",
		"1.2.3.04",
		"1.2.3.00",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.4/32",
		"1.2.3.-4",
		"1.2.3.+4",
		"0x1.2.3.4",
		"1.2.3.4\r",
		"4294967297.2.3.4",
		"1.2.3.18446744073709551617",
		"a.b.c.d",
		"::1",
		"1,2,3,4",
	};
	u32 i, address;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(!ipv4(wrong[i], &address));
}

CASE(ports_go_from_0_to_65535)
{
	static const char *const wrong[] = {
		"",   "65536", "4294967296", "18446744073709551616", "-1", "00", "080",
		"1 ", " 1",    "http",
	};
	char text[8];
	u32 i, number;

	for (i = 0; i < 65536; i++) {
		sprintf(text, "%u", i);
		CHECK(port(text, &number));
		CHECK_EQUAL(number, i);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(!port(wrong[i], &number));
}

/* printf writes the row that is compared with. */
static size_t print_row(char *to, const char *key, const u64 *values, u32 count)
{
	u64 in = 0, out = 0;
	size_t length;
	u32 i;

	for (i = 0; i < count; i += 2) {
		in += values[i];
		out += values[i + 1];
	}
	length =
		sprintf(to, "%s\t%llu\t%llu", key, (unsigned long long)in, (unsigned long long)out);
	for (i = 0; i < count; i++)
		length += sprintf(to + length, "\t%llu", (unsigned long long)values[i]);
	return length + sprintf(to + length, "\n");
}

static void check_round_trip(const u64 *values, u32 count)
{
	char written[ROWTEXT_MAX], expected[512];
	struct rowtext row;
	size_t length;
	char *end;
	u32 i;

	end = rowtext_put_ipv4(written, 0xac140002);
	end = rowtext_put_values(end, values, count);
	length = print_row(expected, "172.20.0.2", values, count);
	CHECK_EQUAL(end - written, length);
	CHECK(!memcmp(written, expected, length));

	memset(&row, 0xa5, sizeof(row));
	CHECK(parse_length(written, length - 1, count, &row));
	CHECK(!row.subtract);
	CHECK_EQUAL(row.key_length, 10);
	CHECK(!memcmp(row.key, "172.20.0.2", 10));
	for (i = 0; i < count; i++)
		CHECK_EQUAL(row.values[i], values[i]);
}

CASE(random_rows_survive_the_round_trip)
{
	u64 values[ROWTEXT_VALUES_MAX];
	u32 i, count, round;

	for (round = 0; round < 20000; round++) {
		count = 2 + random_number() % 4 * 2;
		/* 62 bits at most: four of them make no overflow. */
		for (i = 0; i < count; i++)
			values[i] = random_value(random_number() % 63);
		check_round_trip(values, count);
	}
}

CASE(greatest_row_has_room_and_survives_the_round_trip)
{
	u64 values[ROWTEXT_VALUES_MAX] = { -1, -1 };
	char *block = malloc(ROWTEXT_MAX), *end;
	u32 i;

	check_round_trip(values, ROWTEXT_VALUES_MAX);
	for (i = 0; i < ROWTEXT_VALUES_MAX; i++)
		values[i] = 10000000000000000000ULL;
	*block = '-';
	end = rowtext_put_ipv4(block + 1, 0xffffffff);
	end = rowtext_put_values(end, values, ROWTEXT_VALUES_MAX);
	CHECK(end - block <= ROWTEXT_MAX);
	free(block);
}

CASE(a_row_of_the_spec_is_taken)
{
	struct rowtext row;

	CHECK(parse("172.20.0.2\t615\t3\t1\t1\t0\t2\t614\t0\t0\t0", 8, &row));
	CHECK_EQUAL(row.values[0], 1);
	CHECK_EQUAL(row.values[3], 2);
	CHECK_EQUAL(row.values[4], 614);
	CHECK(parse("22\t1\t2\t1\t2\t0\t0\t0\t0\t0\t0", 8, &row));
	CHECK_EQUAL(row.key_length, 2);
}

CASE(leading_minus_subtracts)
{
	struct rowtext row;

	CHECK(parse("-10.0.0.1\t5\t0\t5\t0", 2, &row));
	CHECK(row.subtract);
	CHECK_EQUAL(row.key_length, 8);
	CHECK(!memcmp(row.key, "10.0.0.1", 8));
	CHECK_EQUAL(row.values[0], 5);
	CHECK(parse("10.0.0.1\t5\t0\t5\t0", 2, &row));
	CHECK(!row.subtract);
	/* A second one belongs to the key, which the caller then refuses. */
	CHECK(parse("--10.0.0.1\t5\t0\t5\t0", 2, &row));
	CHECK_EQUAL(row.key_length, 9);
}

CASE(total_has_to_be_the_sum_of_its_direction)
{
	CHECK(parses("k\t4\t6\t1\t2\t3\t4", 4));
	CHECK(!parses("k\t5\t6\t1\t2\t3\t4", 4));
	CHECK(!parses("k\t4\t5\t1\t2\t3\t4", 4));
	CHECK(!parses("k\t6\t4\t1\t2\t3\t4", 4));
	CHECK(!parses("k\t0\t0\t1\t2\t3\t4", 4));
	CHECK(!parses("k\t3\t7\t1\t2\t3\t4", 4));
}

CASE(total_that_overflows_is_the_most_there_is)
{
	static const u64 high[] = { 18446744073709551615ULL, 0, 1, 2 };
	char text[ROWTEXT_MAX];

	*rowtext_put_values(text, high, 4) = '\0';
	CHECK(!strcmp(text, "\t18446744073709551615\t2\t18446744073709551615\t0\t1\t2\n"));
	CHECK(parses("k\t18446744073709551615\t0\t18446744073709551615\t0\t1\t0", 4));
	CHECK(parses("k\t18446744073709551615\t0\t18446744073709551614\t0\t1\t0", 4));
	CHECK(!parses("k\t0\t0\t18446744073709551615\t0\t1\t0", 4));
	CHECK(!parses("k\t0\t0\t0\t18446744073709551615\t0\t1", 4));
	CHECK(!parses("k\t18446744073709551616\t0\t18446744073709551615\t0\t1\t0", 4));
}

CASE(malformed_rows_are_refused)
{
	static const char *const wrong[] = {
		"",
		"-",
		"\t",
		"k",
		"k\t",
		"-k",
		"-\t",
		"k\t0",
		"k\t0\t",
		"k\t0\t0",
		"k\t0\t0\t",
		"k\t0\t0\t0",
		"k\t0\t0\t0\t",
		"k\t0\t0\t0\t0\t",
		"k\t0\t0\t0\t0\t0",
		"k\t0\t0\t0\t0\t\t",
		"k\t\t0\t0\t0",
		"k\t0\t\t0\t0",
		"k\t0\t0\t\t0",
		"k\t\t0\t0\t0\t0",
		"k 0 0 0 0",
		"k\t0 \t0\t0\t0",
		"k\t 0\t0\t0\t0",
		"k\t0\t0\t0\t0 ",
		"k\t0\t0\t0\t0\r",
		"k\t0\t0\t0\t0\n",
		"k\t-0\t0\t0\t0",
		"k\t0\t0\t-1\t1",
		"k\t+0\t0\t0\t0",
		"k\t0\t0\t0\tx",
		"IP\t\tTOTAL\t\tTCP",
		"k\t\t\t\t\t",
		"k\t0\t0\t0\t0x0",
		"\tk\t0\t0\t0\t0",
	};
	u32 i;

	CHECK(parses("k\t0\t0\t0\t0", 2));
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(!parses(wrong[i], 2));
}

CASE(every_prefix_of_a_row_is_refused)
{
	static const char text[] = "-10.0.0.1\t1234\t56\t1000\t50\t234\t6";
	struct rowtext row;
	size_t length;

	for (length = 0; length < sizeof(text) - 1; length++)
		CHECK(!parse_length(text, length, 4, &row));
	CHECK(parse_length(text, length, 4, &row));
}

CASE(a_byte_of_0_in_a_row_is_refused)
{
	char text[] = "k\t10\t10\t10\t10";
	struct rowtext row;
	size_t i;

	for (i = 1; i < sizeof(text) - 1; i++) {
		const char was = text[i];

		text[i] = '\0';
		CHECK(!parse_length(text, sizeof(text) - 1, 2, &row));
		text[i] = was;
	}
}

CASE(a_row_of_another_file_is_refused)
{
	u64 values[ROWTEXT_VALUES_MAX] = {};
	u32 written, read;
	char text[512];

	for (written = 2; written <= 8; written += 2) {
		print_row(text, "k", values, written);
		*strchr(text, '\n') = '\0';
		for (read = 2; read <= 8; read += 2)
			CHECK_EQUAL(parses(text, read), written == read);
	}
}
