// SPDX-License-Identifier: GPL-2.0
/*
 * mirror: have table raw see what comes in by a mirror port.
 *
 * What that is is addressed to others, so IP throws it away before table raw. First of all
 * it is seen to that it would be dropped right behind that; then it is let in. It is noted
 * before how the device was, and how far it has come: who is killed can be followed by
 * another "trafctl mirror".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "checks.h"
#include "child.h"
#include "commands.h"
#include "complain.h"
#include "mirror.h"
#include "options.h"
#include "signals.h"

static const char usage[] =
	"usage: trafctl mirror start DEVICE\n"
	"       trafctl mirror stop DEVICE\n"
	"       trafctl mirror status\n"
	"  start    has table raw see what DEVICE, on a mirror port, receives, and nobody else;\n"
	"           once more, puts back what is missing of that\n"
	"  stop     makes DEVICE what it was before\n"
	"  status   says which devices are in mirror mode; its exit status is 1 if anything is\n"
	"           missing\n";

/**
 * struct session - something is being done to a device
 * @options: how
 * @run: locked
 * @mirrors: all devices that are noted
 */
struct session {
	const struct options *options;
	struct run run;
	struct mirrors mirrors;
};

static int check_program(const char *program, const char *package)
{
	const char *version[] = { program, "-V", NULL };
	struct child child;
	int err;

	err = child_run(&child, version, NULL);
	if (!err && child.status == CHILD_NOT_FOUND) {
		complain("%s: there is no such program: install the package %s", program, package);
		err = -1;
	}
	child_free(&child);
	return err;
}

static int check_programs(void)
{
	return check_program("nft", "nftables") || check_program("tc", "iproute2") ||
			       check_program("ip", "iproute2")
		       ? -1
		       : 0;
}

/* Of one that is there before one that had the name, and has another one or is gone. */
static struct mirror *find_mirror(struct mirrors *mirrors, const char *name)
{
	const unsigned int index = if_nametoindex(name);
	struct mirror *mirror, *found = NULL;
	size_t i;

	for (i = 0; i < mirrors->count; i++) {
		mirror = &mirrors->list[i];
		if (mirror->index == index)
			return mirror;
		if (!strcmp(mirror->first_name, name) && (mirror->gone || !index))
			found = mirror;
	}
	return found;
}

static int restore_device(const struct mirror *mirror, const char *proc)
{
	int err;

	if (mirror->gone)
		return 0;
	err = mirror_filters_remove(mirror);
	if (!err)
		err = mirror_link_restore(mirror);
	if (!err)
		err = mirror_settings_restore(mirror, proc);
	if (err || mirror_settings_forward_since(mirror, proc))
		return err;
	return mirror_link_restore_merging(mirror);
}

/* What it receives is dropped until it lets in nothing any more. */
static int undo(struct session *session, struct mirror *mirror)
{
	mirror->stage = MIRROR_STOPPING;
	if (mirrors_write(&session->run, &session->mirrors) ||
	    restore_device(mirror, session->options->proc))
		return -1;
	mirrors_remove(&session->mirrors, mirror);
	return mirror_drop_put(&session->mirrors) || mirrors_write(&session->run, &session->mirrors)
		       ? -1
		       : 0;
}

/*
 * What somebody has begun, or a device has left that is gone.
 *
 * Return: as undo(); @started is set to the device if it is in mirror mode.
 */
static int undo_others(struct session *session, const char *name, struct mirror **started)
{
	struct mirror *mirror;

	*started = NULL;
	while ((mirror = find_mirror(&session->mirrors, name))) {
		if (!mirror->gone && mirror->stage == MIRROR_STARTED) {
			*started = mirror;
			return 0;
		}
		if (undo(session, mirror))
			return -1;
	}
	return 0;
}

static int check_use(const struct mirror *mirror, const char *proc)
{
	char use[MIRROR_USE_SIZE];
	const int used = mirror_look_for_use(mirror, proc, use);

	if (used > 0)
		complain("%s: %s", mirror->name, use);
	return used ? -1 : 0;
}

static int look_at_device(struct mirror *mirror, const char *name, const char *proc)
{
	mirror->index = if_nametoindex(name);
	if (!mirror->index || !if_indextoname(mirror->index, mirror->name)) {
		complain("%s: %s", name, strerror(errno));
		return -1;
	}
	/* Within quotes, nft knows no way to write it. */
	if (strchr(mirror->name, '"')) {
		complain("%s: nft cannot be told this name", mirror->name);
		return -1;
	}
	strcpy(mirror->first_name, mirror->name);
	return mirror_link_read(mirror) || mirror_settings_read(mirror, proc) ||
			       check_use(mirror, proc) || mirror_filters_look_for_others(mirror)
		       ? -1
		       : 0;
}

static int put(const struct session *session, const struct mirror *mirror)
{
	const char *name = mirror->name;

	if (mirror_drop_put(&session->mirrors))
		return -1;
	printf("%s: nothing tracks what it receives, and behind table raw it is dropped (nft list table inet " MIRROR_TABLE
	       ")\n",
	       name);
	if (mirror_filters_put(mirror))
		return -1;
	printf("%s: tags of VLANs are taken off, IPv4 and IPv6 to whomever let in, all else dropped, and all it would send (tc filter show dev %s ingress; egress)\n",
	       name, name);
	if (mirror_settings_put(mirror, session->options->proc))
		return -1;
	mirror_settings_tell(mirror);
	if (mirror_link_put(mirror))
		return -1;
	printf("%s: up, promisc on, arp off%s (ip link show %s)\n", name,
	       mirror->merged ? ", lro off" : "", name);
	return 0;
}

static void tell_what_next(const char *name)
{
	printf("%s: count with\n"
	       "  iptables -t raw -A PREROUTING -i %s -m traffic --traffic --netbase NETWORK --name NAME\n"
	       "  ip6tables -t raw -A PREROUTING -i %s -m traffic --traffic --netbase NETWORK --name NAME\n",
	       name, name, name);
}

static int put_back(const struct session *session, const struct mirror *mirror)
{
	const char *proc = session->options->proc;

	if (check_use(mirror, proc) || mirror_drop_put(&session->mirrors))
		return -1;
	if (!mirror_filters_are_in_place(mirror) &&
	    (mirror_filters_remove(mirror) || mirror_filters_put(mirror)))
		return -1;
	if (mirror_settings_put(mirror, proc) || mirror_link_put(mirror))
		return -1;
	printf("%s: it is in mirror mode already; what was missing of that has been put back\n",
	       mirror->name);
	return 0;
}

static int start(struct session *session, const char *name)
{
	struct mirror found = { .stage = MIRROR_STARTING };
	struct mirror *mirror;

	if (check_programs() || undo_others(session, name, &mirror))
		return -1;
	if (mirror)
		return put_back(session, mirror);
	if (look_at_device(&found, name, session->options->proc) ||
	    mirrors_add(&session->mirrors, &found))
		return -1;
	mirror = &session->mirrors.list[session->mirrors.count - 1];
	if (mirrors_write(&session->run, &session->mirrors))
		return -1;
	if (!put(session, mirror)) {
		mirror->stage = MIRROR_STARTED;
		if (!mirrors_write(&session->run, &session->mirrors)) {
			tell_what_next(mirror->name);
			return 0;
		}
	}
	if (!undo(session, mirror))
		complain("%s: it is what it was before", found.name);
	return -1;
}

static int stop(struct session *session, const char *name)
{
	struct mirror *mirror = find_mirror(&session->mirrors, name);
	struct mirror found;

	if (!mirror) {
		complain("%s: it is not in mirror mode", name);
		return -1;
	}
	found = *mirror;
	if (undo(session, mirror))
		return -1;
	if (found.gone)
		printf("%s: it is gone, and forgotten\n", found.name);
	else
		printf("%s: it is what it was before: filters, settings and drop are gone\n",
		       found.name);
	return 0;
}

static int status(struct session *session)
{
	struct findings findings = {};

	check_mirrors(&findings, &session->run, session->options->proc);
	if (!session->mirrors.count)
		printf("no device is in mirror mode\n");
	return findings.counts[FINDING_WRONG] ? -1 : 0;
}

static int do_locked(struct session *session, char **names)
{
	if (mirrors_read(&session->run, &session->mirrors))
		return -1;
	if (!strcmp(names[0], "status"))
		return status(session);
	signals_ignore();
	return !strcmp(names[0], "start") ? start(session, names[1]) : stop(session, names[1]);
}

static int check_names(char **names)
{
	const bool is_status = *names && !strcmp(*names, "status");

	if (!*names || (!is_status && strcmp(*names, "start") && strcmp(*names, "stop"))) {
		complain("mirror %s: there are start, stop and status", *names ? *names : "");
		return STATUS_USAGE;
	}
	if (!is_status && !names[1]) {
		complain("mirror %s: wants a device", *names);
		return STATUS_USAGE;
	}
	return options_no_names(names + (is_status ? 1 : 2));
}

static int mirror(const struct options *options, char **names)
{
	struct session session = { .options = options };
	int err = check_names(names);

	if (err)
		return err;
	if (run_open(&session.run, options->run))
		return -1;
	err = do_locked(&session, names);
	mirrors_free(&session.mirrors);
	run_close(&session.run);
	return err;
}

int mirror_main(int argc, char **argv)
{
	static const struct option known[] = { OPTIONS_COMMON, OPTIONS_RUN, OPTIONS_END };
	static const struct command_line command = { ":h", known, usage, mirror };
	struct options options = { .proc = "/proc", .run = RUN_DIRECTORY };

	return options_run(&command, &options, argc, argv);
}
