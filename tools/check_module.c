// SPDX-License-Identifier: GPL-2.0
/*
 * check_module: whether the kernel has the module, will have it after the next boot, and
 * takes rules of the extension that iptables finds.
 */
#include <string.h>
#include "checks.h"
#include "child.h"
#include "module.h"

#define ABOUT "module"

static void check_version(struct findings *findings, const struct module_file *file)
{
	char source[MODULE_VALUE_SIZE];

	if (!module_read("srcversion", source) && strcmp(source, file->source))
		find(findings, FINDING_NOTE, ABOUT,
		     "another version is installed than the one that is loaded: \"trafctl upgrade\" loads it");
}

void check_module(struct findings *findings)
{
	struct module_file file;

	if (module_is_loaded())
		find(findings, FINDING_OK, ABOUT, "it is loaded");
	else
		find(findings, FINDING_WRONG, ABOUT, "it is not loaded: modprobe " MODULE_NAME);
	if (module_look_at_file(&file)) {
		find(findings, FINDING_WRONG, ABOUT,
		     "modprobe does not find it, and so will not after the next boot: install it for this kernel (make install)");
		return;
	}
	if (!file.fits)
		find(findings, FINDING_WRONG, ABOUT,
		     "what modprobe finds is for Linux %s, and this is %s: install it for this kernel (make install)",
		     file.kernel, file.running);
	else if (module_is_loaded())
		check_version(findings, &file);
}

/* In a network namespace that is gone when it has ended. */
static void try_rule(struct findings *findings, const char *iptables, const char *netbase)
{
	const char *argv[] = {
		/* clang-format off */
		"unshare", "--net", iptables, "-w", "-t", "mangle", "-A", "OUTPUT", "-m", "traffic",
		"--traffic", "--netbase", netbase, "--name", "trafctl-check", NULL,
		/* clang-format on */
	};
	struct child child;

	if (!child_run(&child, argv, NULL)) {
		child.said[strcspn(child.said, "\n")] = '\0';
		if (child.status == CHILD_NOT_FOUND)
			find(findings, FINDING_WRONG, iptables,
			     "it is not there, or unshare is not");
		else if (child.status)
			find(findings, FINDING_WRONG, iptables,
			     "it cannot add a rule with -m traffic (status %d): %s", child.status,
			     child.said);
		else
			find(findings, FINDING_OK, iptables, "it takes rules with -m traffic");
	}
	child_free(&child);
}

void check_extension(struct findings *findings)
{
	try_rule(findings, "iptables", "192.0.2.0/24");
	try_rule(findings, "ip6tables", "2001:db8::/32");
}
