// SPDX-License-Identifier: GPL-2.0
/*
 * check_containers: containers that share this network namespace and have an iptables of
 * their own without the extension: it can neither list nor save tables that have a rule
 * with "-m traffic".
 */
#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "array.h"
#include "checks.h"

#define EXTENSION "libxt_traffic.so"

/* Where distributions keep extensions, and iptables itself. */
#define EXTENSIONS "{usr/,}{lib,lib64,lib/*-linux-*}/xtables/" EXTENSION
#define PROGRAMS   "{usr/,usr/local/,}{sbin,bin}/{iptables,iptables-nft,iptables-legacy}"

/**
 * struct seen - file systems that have been looked at
 * @count: how many
 * @namespaces: inode numbers of their mount namespaces
 */
struct seen {
	size_t count;
	ino_t *namespaces;
};

static bool see(struct seen *seen, ino_t namespace)
{
	ino_t *namespaces;
	size_t i;

	for (i = 0; i < seen->count; i++)
		if (seen->namespaces[i] == namespace)
			return false;
	namespaces = array_grow(seen->namespaces, seen->count, sizeof(*namespaces));
	if (!namespaces)
		return false;
	namespaces[seen->count++] = namespace;
	seen->namespaces = namespaces;
	return true;
}

static ino_t namespace_of(const char *proc, const char *process, const char *kind)
{
	char path[4096];
	struct stat is;

	snprintf(path, sizeof(path), "%s/%s/ns/%s", proc, process, kind);
	return stat(path, &is) ? 0 : is.st_ino;
}

static bool has(const char *proc, const char *process, const char *pattern)
{
	char path[4096];
	glob_t found = {};
	bool is;

	snprintf(path, sizeof(path), "%s/%s/root/%s", proc, process, pattern);
	is = !glob(path, GLOB_BRACE | GLOB_NOSORT, NULL, &found);
	globfree(&found);
	return is;
}

static void check_process(struct findings *findings, const char *proc, const char *process)
{
	if (has(proc, process, PROGRAMS) && !has(proc, process, EXTENSIONS))
		find(findings, FINDING_NOTE, "containers",
		     "process %s has an iptables of its own without " EXTENSION
		     ": it can neither list nor save tables with such rules (copy the file into it)",
		     process);
}

void check_containers(struct findings *findings, const char *proc)
{
	const ino_t net = namespace_of(proc, "self", "net");
	const struct dirent *entry;
	struct seen seen = {};
	ino_t namespace;
	DIR *processes;

	processes = opendir(proc);
	if (!processes)
		return;
	see(&seen, namespace_of(proc, "self", "mnt"));
	while ((entry = readdir(processes))) {
		if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name))
			continue;
		namespace = namespace_of(proc, entry->d_name, "mnt");
		if (namespace && namespace_of(proc, entry->d_name, "net") == net &&
		    see(&seen, namespace))
			check_process(findings, proc, entry->d_name);
	}
	closedir(processes);
	free(seen.namespaces);
}
