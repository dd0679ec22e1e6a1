// SPDX-License-Identifier: GPL-2.0
/*
 * info: see info.h
 */
#include "info.h"

#include <errno.h>
#include <string.h>
#include "kinds.h"
#include "rowtext.h"

const char *const info_names[INFO_NUMBERS] = {
	[INFO_GENERATION] = "generation",
	[INFO_ADDRESSES] = "addresses",
	[INFO_PORTS] = "ports",
	[INFO_MEMORY] = "memory",
	[INFO_MEMORY_LIMIT] = "memory_limit",
	[INFO_UNCOUNTED_PACKETS] = "uncounted_packets",
	[INFO_UNCOUNTED_BYTES] = "uncounted_bytes",
	[INFO_FLOWS_FORGOTTEN] = "flows_forgotten",
	[INFO_RULES] = "rules",
	[INFO_AGE_SECONDS] = "age_seconds",
};

/* What has been read of a file. */
enum {
	GOT_FAMILY = 1 << INFO_NUMBERS,
	GOT_NETWORK = GOT_FAMILY << 1,
	GOT_OPTIONS = GOT_FAMILY << 2,
	GOT_ALL = (GOT_FAMILY << 3) - 1,
};

/**
 * info_family() - of a table's addresses
 * @info: of the table
 *
 * Return: "ipv4" or "ipv6".
 */
const char *info_family(const struct info *info)
{
	return info->network.family == 4 ? "ipv4" : "ipv6";
}

static bool has_word(const char *words, const char *word)
{
	const size_t length = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word))) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
		at += length;
	}
	return false;
}

static bool take_options(struct info *info, const char *value, size_t length)
{
	unsigned int kind;

	if (length >= sizeof(info->options))
		return false;
	memcpy(info->options, value, length);
	info->options[length] = '\0';
	info->clears = has_word(info->options, "--clearonread");
	info->kinds = 0;
	for (kind = 0; kind < KINDS; kind++)
		if (has_word(info->options, kind_forms[kind].option))
			info->kinds |= KIND_BIT(kind);
	return info->kinds;
}

static bool key_is(const char *line, const char *tab, const char *key)
{
	const size_t length = tab - line;

	return length == strlen(key) && !memcmp(line, key, length);
}

/* Return: what it was, 0 for a key that is not known, or -1. */
static int take_line(struct info *info, const char *line, size_t length)
{
	const char *tab = memchr(line, '\t', length), *value;
	unsigned int i;

	if (!tab)
		return -1;
	value = tab + 1;
	length -= value - line;
	if (key_is(line, tab, "family"))
		return length == 4 && (!memcmp(value, "ipv4", 4) || !memcmp(value, "ipv6", 4))
			       ? GOT_FAMILY
			       : -1;
	if (key_is(line, tab, "network"))
		return prefix_parse(value, length, &info->network) ? GOT_NETWORK : -1;
	if (key_is(line, tab, "options"))
		return take_options(info, value, length) ? GOT_OPTIONS : -1;
	for (i = 0; i < INFO_NUMBERS; i++)
		if (key_is(line, tab, info_names[i]))
			return rowtext_parse_number(value, length, &info->numbers[i]) ? 1 << i : -1;
	return 0;
}

/**
 * info_read() - read NAME_info
 * @lines: the file, up to its end or an empty line
 * @info: filled in
 *
 * What a later kernel module may say besides is passed over.
 *
 * Return: 0, or -1 and errno: EILSEQ when it is not such a file.
 */
int info_read(struct lines *lines, struct info *info)
{
	const char *line;
	size_t length;
	int got = 0, taken, state;

	while ((state = lines_next(lines, &line, &length)) > 0 && length) {
		taken = take_line(info, line, length);
		if (taken < 0)
			break;
		got |= taken;
	}
	if (state < 0)
		return -1;
	if ((!state || !length) && got == GOT_ALL)
		return 0;
	errno = EILSEQ;
	return -1;
}

/**
 * info_put() - write what the kernel writes
 * @out: where to
 * @info: of a table
 */
void info_put(struct out *out, const struct info *info)
{
	char network[PREFIX_TEXT_SIZE];
	unsigned int i;

	prefix_put_network(&info->network, network);
	out_format(out, "family\t%s\nnetwork\t%s\noptions\t%s\n", info_family(info), network,
		   info->options);
	for (i = 0; i < INFO_NUMBERS; i++)
		out_format(out, "%s\t%llu\n", info_names[i], info->numbers[i]);
}
