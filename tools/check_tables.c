// SPDX-License-Identifier: GPL-2.0
/*
 * check_tables: what tables say of themselves: what could not be counted, what is getting
 * short, and who may read them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checks.h"
#include "tables.h"

/* At so many percent the kernel says that a table gets full. */
#define NEARLY_FULL 90

static bool is_nearly_full(u64 has, u64 bound)
{
	return bound && has / NEARLY_FULL >= bound / 100 &&
	       has * 100.0 >= bound * (double)NEARLY_FULL;
}

static u64 option_of(const struct info *info, const char *name, u64 without)
{
	const char *option = strstr(info->options, name);

	return option ? strtoull(option + strlen(name), NULL, 10) : without;
}

/* Return: how many addresses or prefixes it takes; 0: all of its network. */
static u64 most_addresses(const struct info *info)
{
	const u64 most = option_of(info, "--maxaddrs ", 0);
	const u64 bits = option_of(info, "--aggregate ", prefix_address_bits(&info->network)) -
			 info->network.length;

	return bits < 64 && most >> bits ? 0 : most;
}

static void check_numbers(struct findings *findings, const struct table *table)
{
	const u64 *is = table->info.numbers;
	const u64 most = most_addresses(&table->info);
	const bool full = is_nearly_full(is[INFO_ADDRESSES], most);
	const bool short_of_memory = is_nearly_full(is[INFO_MEMORY], is[INFO_MEMORY_LIMIT]);

	if (is[INFO_UNCOUNTED_PACKETS])
		find(findings, FINDING_WRONG, table->name,
		     "%llu packets (%llu bytes) found no row or no memory: %s",
		     is[INFO_UNCOUNTED_PACKETS], is[INFO_UNCOUNTED_BYTES],
		     full	       ? "give the rule a higher --maxaddrs, or --aggregate"
		     : short_of_memory ? "give the module more memory (parameter \"memory\")"
				       : "it was full, or short of memory, at some time");
	if (full)
		find(findings, FINDING_NOTE, table->name, "%llu of %llu addresses are taken",
		     is[INFO_ADDRESSES], most);
	if (short_of_memory)
		find(findings, FINDING_NOTE, table->name, "%llu of %llu bytes of memory are taken",
		     is[INFO_MEMORY], is[INFO_MEMORY_LIMIT]);
	if (is[INFO_FLOWS_FORGOTTEN])
		find(findings, FINDING_NOTE, table->name,
		     "%llu connections were forgotten early, and may have been counted twice",
		     is[INFO_FLOWS_FORGOTTEN]);
	if (!is[INFO_RULES])
		find(findings, FINDING_NOTE, table->name,
		     "no rule uses it any more, and it will be gone soon");
}

static void check_rights(struct findings *findings, const struct tables *tables,
			 const struct table *table)
{
	char name[TABLE_FILE_NAME_SIZE];
	unsigned int kind = 0;
	struct stat is;

	while (!(table->info.kinds & KIND_BIT(kind)))
		kind++;
	table_put_file_name(name, table->name, kind);
	if (faccessat(tables->directory, name, R_OK, 0))
		find(findings, FINDING_NOTE, table->name, "you may not read it");
	if (!fstatat(tables->directory, name, &is, 0) && is.st_mode & 0007)
		find(findings, FINDING_WRONG, table->name,
		     "everybody may read it: see the module parameter \"perms\"");
}

void check_tables(struct findings *findings, const char *proc)
{
	struct tables tables;
	size_t i;

	if (tables_read(&tables, proc)) {
		find(findings, FINDING_WRONG, "tables", "they cannot be read");
		return;
	}
	if (!tables.count)
		find(findings, FINDING_NOTE, "tables",
		     "there is none in this network namespace: add a rule with -m traffic");
	for (i = 0; i < tables.count; i++) {
		check_numbers(findings, &tables.list[i]);
		check_rights(findings, &tables, &tables.list[i]);
	}
	if (tables.count)
		find(findings, FINDING_OK, "tables", "%zu", tables.count);
	tables_free(&tables);
}
