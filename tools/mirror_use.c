// SPDX-License-Identifier: GPL-2.0
/*
 * mirror_use: see mirror.h: what a device is used for that hangs on no mirror port, or on
 * one that nobody should count at.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "child.h"
#include "device.h"
#include "mirror.h"

/* The value of MIRROR_ADDR_GEN_MODE where addresses are made of the MAC address. */
#define EUI64 "0"

/**
 * struct look - a look for the use of a device
 * @mirror: the device
 * @proc: "/proc", or what stands for it
 * @mac: its address
 * @use: what it is used for
 */
struct look {
	const struct mirror *mirror;
	const char *proc;
	u8 mac[DEVICE_MAC_SIZE];
	char *use;
};

/* By what stands before one of these characters, without blanks at its end. */
static int used(const struct look *look, const char *what, const char *by, const char *end)
{
	size_t length = strcspn(by, end);

	while (length && by[length - 1] == ' ')
		length--;
	snprintf(look->use, MIRROR_USE_SIZE, "%s%.*s", what, (int)length, by);
	return 1;
}

/* It goes and comes back with what the device is set to. */
static bool is_made_by_kernel(const struct look *look, const char *address)
{
	const u8 *mac = look->mac;
	const struct in6_addr made = { .s6_addr = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2,
						    mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4],
						    mac[5] } };
	char text[INET6_ADDRSTRLEN];
	struct in6_addr is;

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(address, "/ "), address);
	return !strcmp(look->mirror->settings[MIRROR_ADDR_GEN_MODE], EUI64) &&
	       inet_pton(AF_INET6, text, &is) == 1 && !memcmp(&is, &made, sizeof(is));
}

/* "NUMBER: NAME    inet ADDRESS/LENGTH ..."; the same with inet6. */
static int look_at_address(const struct look *look, const char *line)
{
	const char *address = strstr(line, " inet");

	if (!address)
		return 0;
	address += strlen(" inet");
	address += strcspn(address, " ");
	address += strspn(address, " ");
	return is_made_by_kernel(look, address) ? 0
						: used(look, "it has an address: ", address, " ");
}

static bool names_device(const struct look *look, const char *line)
{
	const size_t length = strlen(look->mirror->name);

	while ((line = strstr(line, " dev "))) {
		line += strlen(" dev ");
		if (!strncmp(line, look->mirror->name, length) && strchr(" \\", line[length]))
			return true;
	}
	return false;
}

/*
 * "DESTINATION dev NAME ...", or with several ways "DESTINATION ...\	nexthop ... dev NAME ...";
 * but for what the kernel itself has made of an address, and for multicast.
 */
static int look_at_route(const struct look *look, const char *line)
{
	if (!names_device(look, line) || strstr(line, " proto kernel") || strstr(line, "ff00::/8 "))
		return 0;
	return used(look, "a route leads through it: ", line, "\\");
}

/*
 * "NUMBER: NAME@PARENT: <...> ... master NAME ...\    veth ...": the parent of a veth is
 * its peer.
 */
static int look_at_link(const struct look *look, const char *line)
{
	const char *device = look->mirror->name;
	const char *name = strstr(line, ": ");
	const char *end = name ? strstr(name, ": <") : NULL;
	const char *master = name ? strstr(name, " master ") : NULL;
	const size_t length = strlen(device);
	size_t before;

	if (!end)
		return 0;
	name += strlen(": ");
	before = end - name;
	if (!strncmp(name, device, length) && strchr("@:", name[length]))
		return master ? used(look, "it is a port of another device: ",
				     master + strlen(" master "), " ")
			      : 0;
	if (before <= length || end[-(long)length - 1] != '@' ||
	    strncmp(end - length, device, length) || strstr(end, " veth "))
		return 0;
	return used(look, "another device is on top of it: ", name, "@");
}

/* "ID MAC-ADDRESS DEVICE" */
static int look_at_session(const struct look *look, const char *line)
{
	char device[IF_NAMESIZE];

	if (sscanf(line, "%*s %*s %15s", device) != 1 || strcmp(device, look->mirror->name))
		return 0;
	return used(look, "PPPoE runs on it: session ", line, " ");
}

/* Return: of the first line with one, else 0. */
static int look_at_lines(const struct look *look, char *text,
			 int (*look_at)(const struct look *look, const char *line))
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (look_at(look, line))
			return 1;
	return 0;
}

static int look_at_output(const struct look *look, const char *const *argv,
			  int (*look_at)(const struct look *look, const char *line))
{
	char *output = child_output(argv);
	int found;

	if (!output)
		return -1;
	found = look_at_lines(look, output, look_at);
	free(output);
	return found;
}

static int look_at_addresses(const struct look *look)
{
	const char *ip[] = { "ip", "-oneline", "address", "show", "dev", look->mirror->name, NULL };

	return look_at_output(look, ip, look_at_address);
}

/* Of all devices: "dev" finds none of several ways. */
static int look_at_routes(const struct look *look, const char *family)
{
	const char *ip[] = { "ip", family, "-oneline", "route", "show", "table", "all", NULL };

	return look_at_output(look, ip, look_at_route);
}

/* Of a program that lists what is the device's: there is something. */
static int look_for_any(const struct look *look, const char *what, const char *const *argv)
{
	char *output = child_output(argv);
	int found;

	if (!output)
		return -1;
	found = *output ? used(look, what, output, "\\\n") : 0;
	free(output);
	return found;
}

/* A route by one need not name the device. */
static int look_for_nexthops(const struct look *look)
{
	const char *ip[] = { "ip", "-oneline", "nexthop", "show", "dev", look->mirror->name, NULL };

	return look_for_any(look, "a nexthop leads through it: ", ip);
}

/* Somebody's own; they would go. */
static int look_for_neighbours(const struct look *look)
{
	const char *ip[] = { "ip",  "-oneline",	 "neighbour", "show", "dev", look->mirror->name,
			     "nud", "permanent", NULL };

	return look_for_any(look, "it has a neighbour: ", ip);
}

static int look_at_links(const struct look *look)
{
	static const char *const ip[] = { "ip", "-oneline", "-details", "link", "show", NULL };

	return look_at_output(look, ip, look_at_link);
}

static bool has_file(const struct look *look, const char *file)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", look->proc, file);
	return !access(path, F_OK);
}

/* The file is there if somebody has loaded what makes it. */
static int look_at_sessions(const struct look *look)
{
	char path[4096], line[128];
	int found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/net/pppoe", look->proc);
	file = fopen(path, "r");
	if (!file)
		return 0;
	while (!found && fgets(line, sizeof(line), file))
		found = look_at_session(look, line);
	fclose(file);
	return found;
}

/**
 * mirror_look_for_use() - look whether a device is used for something else
 * @mirror: the device; its settings have been read
 * @proc: "/proc", or what stands for it
 * @use: set to what for
 *
 * Return: 1, 0 when it is not, or -1 when users have been told what is wrong.
 */
int mirror_look_for_use(const struct mirror *mirror, const char *proc, char use[MIRROR_USE_SIZE])
{
	struct look look = { .mirror = mirror, .proc = proc, .use = use };
	int found = device_get_mac(mirror->name, look.mac);

	if (!found)
		return used(&look, "it is no Ethernet device", "", "");
	found = found < 0 ? -1 : look_at_addresses(&look);
	if (!found)
		found = look_at_routes(&look, "-4");
	if (!found && has_file(&look, "sys/net/ipv6"))
		found = look_at_routes(&look, "-6");
	if (!found)
		found = look_for_nexthops(&look);
	if (!found)
		found = look_for_neighbours(&look);
	if (!found)
		found = look_at_links(&look);
	return found ? found : look_at_sessions(&look);
}
