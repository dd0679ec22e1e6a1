// SPDX-License-Identifier: GPL-2.0
/*
 * timestamp: see timestamp.h
 */
#include "timestamp.h"

#include <stdio.h>
#include <time.h>

/**
 * timestamp_now() - the present moment
 *
 * Return: ns since 1970, by the system's clock.
 */
u64 timestamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/**
 * timestamp_put_seconds() - write a moment for machines
 * @text: filled in: "2026-11-23T11:32:46Z"
 * @time: ns since 1970
 *
 * Return: the text's length.
 */
size_t timestamp_put_seconds(char text[TIMESTAMP_SIZE], u64 time)
{
	const time_t seconds = time / NS_PER_SECOND;
	struct tm utc;

	gmtime_r(&seconds, &utc);
	return strftime(text, TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/**
 * timestamp_put() - write a moment for machines, exactly
 * @text: filled in: "2026-11-23T11:32:46.123456789Z"
 * @time: ns since 1970
 *
 * Return: the text's length.
 */
size_t timestamp_put(char text[TIMESTAMP_SIZE], u64 time)
{
	const size_t length = timestamp_put_seconds(text, time) - 1;

	return length +
	       snprintf(text + length, TIMESTAMP_SIZE - length, ".%09lluZ", time % NS_PER_SECOND);
}

/**
 * timestamp_put_local() - write a moment for people
 * @text: filled in: "2026-11-23 12:32:46 +0100"
 * @time: ns since 1970
 *
 * Return: the text's length.
 */
size_t timestamp_put_local(char text[TIMESTAMP_SIZE], u64 time)
{
	const time_t seconds = time / NS_PER_SECOND;
	struct tm local;

	localtime_r(&seconds, &local);
	return strftime(text, TIMESTAMP_SIZE, "%Y-%m-%d %H:%M:%S %z", &local);
}
