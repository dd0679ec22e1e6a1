// SPDX-License-Identifier: GPL-2.0
/*
 * mirror_note: see mirror.h: devices that hang on a mirror port, in the directory of
 * run.h, with what they were like before.
 *
 * A line for each: "STAGE COOKIE INDEX FLAGS MERGED SETTING... OF-ALL... NAME". The cookie
 * is the network namespace's: the number that the directory is named after may be another
 * namespace's when that has gone, and a cookie is not.
 */
#include <asm/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "array.h"
#include "complain.h"
#include "mirror.h"

#define NOTE "mirrors"

/* Headers of Linux 5.10 have none, as that has none. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/**
 * struct written - what is written down
 * @mirrors: the devices
 * @cookie: of the network namespace
 */
struct written {
	const struct mirrors *mirrors;
	u64 cookie;
};

static const char *const stages[MIRROR_STAGES] = {
	[MIRROR_STARTING] = "starting",
	[MIRROR_STARTED] = "started",
	[MIRROR_STOPPING] = "stopping",
};

/* Return: it, or 0 where the kernel does not tell. */
static u64 namespace_cookie(void)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(u64);
	u64 cookie = 0;

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		cookie = 0;
	close(fd);
	return cookie;
}

static int parse_settings(const char **rest, mirror_values values)
{
	int i, length;

	for (i = 0; i < MIRROR_SETTINGS; i++) {
		length = 0;
		if (sscanf(*rest, "%15s %n", values[i], &length) != 1 || !length)
			return -1;
		*rest += length;
	}
	return 0;
}

/* It may have been renamed. */
static void find_device(struct mirror *mirror)
{
	mirror->gone = !if_indextoname(mirror->index, mirror->name);
	if (mirror->gone)
		strcpy(mirror->name, mirror->first_name);
}

static int parse_line(const char *line, struct mirrors *mirrors, u64 cookie)
{
	struct mirror mirror = {};
	unsigned int merged;
	int stage, length = 0;
	u64 its_cookie;
	char word[16];

	if (sscanf(line, "%15s %llu %u %x %u %n", word, &its_cookie, &mirror.index, &mirror.flags,
		   &merged, &length) != 5 ||
	    !length)
		return -1;
	stage = run_parse_stage(word, stages, MIRROR_STAGES);
	if (stage < 0)
		return -1;
	mirror.stage = stage;
	mirror.merged = merged;
	line += length;
	if (parse_settings(&line, mirror.settings) || parse_settings(&line, mirror.of_all) ||
	    !*line || strlen(line) >= IF_NAMESIZE)
		return -1;
	if (its_cookie != cookie)
		return 0;
	strcpy(mirror.first_name, line);
	find_device(&mirror);
	return mirrors_add(mirrors, &mirror) ? 1 : 0;
}

static int parse(FILE *file, void *mirrors)
{
	const u64 cookie = namespace_cookie();
	char *line;
	int err = 0;

	while (!err && (line = run_read_line(file))) {
		err = parse_line(line, mirrors, cookie);
		free(line);
	}
	return err;
}

/**
 * mirrors_read() - look which devices hang on mirror ports
 * @run: locked
 * @mirrors: filled in; for mirrors_free() in any case
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirrors_read(struct run *run, struct mirrors *mirrors)
{
	memset(mirrors, 0, sizeof(*mirrors));
	return run_read_note(run, NOTE, parse, mirrors) < 0 ? -1 : 0;
}

static void put_settings(FILE *file, const mirror_values values)
{
	int i;

	for (i = 0; i < MIRROR_SETTINGS; i++)
		fprintf(file, " %s", values[i]);
}

static void put(FILE *file, const void *what)
{
	const struct written *written = what;
	const struct mirror *mirror;
	size_t i;

	for (i = 0; i < written->mirrors->count; i++) {
		mirror = &written->mirrors->list[i];
		fprintf(file, "%s %llu %u %x %u", stages[mirror->stage], written->cookie,
			mirror->index, mirror->flags, mirror->merged);
		put_settings(file, mirror->settings);
		put_settings(file, mirror->of_all);
		fprintf(file, " %s\n", mirror->first_name);
	}
}

/**
 * mirrors_write() - note which devices hang on mirror ports
 * @run: locked
 * @mirrors: all of them
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirrors_write(struct run *run, const struct mirrors *mirrors)
{
	const struct written written = { mirrors, namespace_cookie() };

	if (!mirrors->count)
		return run_drop_note(run, NOTE);
	return run_write_note(run, NOTE, put, &written);
}

/**
 * mirrors_add() - one more
 * @mirrors: so far
 * @mirror: the last one then
 *
 * Return: 0, or -1 when users have been told that there is no memory.
 */
int mirrors_add(struct mirrors *mirrors, const struct mirror *mirror)
{
	struct mirror *list = array_grow(mirrors->list, mirrors->count, sizeof(*list));

	if (!list)
		return complain_of_memory();
	mirrors->list = list;
	list[mirrors->count++] = *mirror;
	return 0;
}

/**
 * mirrors_remove() - one less
 * @mirrors: so far
 * @mirror: one of them
 */
void mirrors_remove(struct mirrors *mirrors, struct mirror *mirror)
{
	const struct mirror *end = mirrors->list + mirrors->count;

	memmove(mirror, mirror + 1, (const char *)end - (const char *)(mirror + 1));
	mirrors->count--;
}

/**
 * mirrors_free() - forget them
 * @mirrors: has none then
 */
void mirrors_free(struct mirrors *mirrors)
{
	free(mirrors->list);
	memset(mirrors, 0, sizeof(*mirrors));
}
