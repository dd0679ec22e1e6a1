// SPDX-License-Identifier: GPL-2.0
/*
 * check_detours: ways by which packets pass the rules by, or come to them joined: flow
 * offload, in the kernel and in devices; XDP; bridges; defragmentation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "checks.h"
#include "child.h"
#include "rowtext.h"

/* Return: what a program says, to be freed; or NULL: it is not there, or has failed. */
static char *ask(const char *const *argv)
{
	struct child child;
	char *output = NULL;

	if (!child_run(&child, argv, NULL) && !child.status) {
		output = child.output;
		child.output = NULL;
	}
	child_free(&child);
	return output;
}

static bool says(const char *const *argv, const char *text)
{
	char *output = ask(argv);
	const bool is = output && strstr(output, text);

	free(output);
	return is;
}

/* What is not asked is not known. */
static bool is_installed(struct findings *findings, const char *program, const char *unknown)
{
	const char *version[] = { program, "--version", NULL };
	struct child child;
	bool is;

	is = !child_run(&child, version, NULL) && child.status != CHILD_NOT_FOUND;
	child_free(&child);
	if (!is)
		find(findings, FINDING_NOTE, program, "it is not installed: nobody looked at %s",
		     unknown);
	return is;
}

static u64 number_in(const char *proc, const char *file)
{
	char path[4096], text[32];
	u64 number = 0;
	FILE *from;

	snprintf(path, sizeof(path), "%s/%s", proc, file);
	from = fopen(path, "r");
	if (!from)
		return 0;
	if (fgets(text, sizeof(text), from))
		rowtext_parse_number(text, strcspn(text, "\n"), &number);
	fclose(from);
	return number;
}

static void check_flow_offload(struct findings *findings)
{
	static const char *const flowtables[] = { "nft", "list", "flowtables", NULL };

	if (says(flowtables, "flowtable "))
		find(findings, FINDING_NOTE, "offload",
		     "nftables has a flowtable (nft list flowtables): packets of its connections pass all rules by");
}

static void check_offload(struct findings *findings, const char *device)
{
	const char *features[] = { "ethtool", "--show-features", device, NULL };

	if (says(features, "hw-tc-offload: on"))
		find(findings, FINDING_NOTE, device,
		     "hw-tc-offload is on: what its hardware forwards passes all rules by");
}

/* "NUMBER: NAME: ..." or "NUMBER: NAME@OTHER: ..."; the line is changed. */
static void check_device(struct findings *findings, const char *proc, char *line, bool ethtool)
{
	char *device = strstr(line, ": ");
	char *about;

	if (!device)
		return;
	device += strlen(": ");
	about = device + strcspn(device, "@:");
	if (*about)
		*about++ = '\0';
	if (strstr(about, " xdp") || strstr(about, "prog/xdp"))
		find(findings, FINDING_NOTE, device,
		     "an XDP program is loaded: what it drops or redirects passes all rules by");
	if (strstr(about, " bridge_slave ") &&
	    !number_in(proc, "sys/net/bridge/bridge-nf-call-iptables"))
		find(findings, FINDING_NOTE, device,
		     "it is a port of a bridge: what is bridged passes all rules by (see br_netfilter)");
	if (ethtool)
		check_offload(findings, device);
}

static void check_devices(struct findings *findings, const char *proc)
{
	static const char *const links[] = { "ip", "-oneline", "-details", "link", "show", NULL };
	const bool ethtool = is_installed(findings, "ethtool", "offload to hardware");
	char *output = ask(links), *rest = output, *line;

	while ((line = strsep(&rest, "\n")))
		check_device(findings, proc, line, ethtool);
	free(output);
}

static void check_defragmentation(struct findings *findings, const char *proc)
{
	if (number_in(proc, "sys/net/netfilter/nf_conntrack_count"))
		find(findings, FINDING_NOTE, "fragments",
		     "connections are tracked: fragments are joined before any rule, and count as the packet that they make");
}

void check_detours(struct findings *findings, const char *proc)
{
	if (is_installed(findings, "nft", "flow tables"))
		check_flow_offload(findings);
	if (is_installed(findings, "ip", "devices"))
		check_devices(findings, proc);
	check_defragmentation(findings, proc);
}
