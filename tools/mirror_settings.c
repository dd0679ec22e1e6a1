// SPDX-License-Identifier: GPL-2.0
/*
 * mirror_settings: see mirror.h: a device's sysctls.
 *
 * IPv6 has to be on, or it throws packets away before table raw; but it makes no address,
 * and learns nothing. IPv4 forwards nothing, and throws away, behind table raw, what the
 * filters have made packets to all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "complain.h"
#include "mirror.h"

/* There is none: of IPv6, where the kernel has none or the device's MTU is too small. */
#define NONE "-"

/**
 * struct setting - a sysctl
 * @family: "ipv4" or "ipv6"
 * @name: of it
 * @value: that it is given
 * @has_all: there is one of all devices that sets each device's when it is set
 */
struct setting {
	const char *family;
	const char *name;
	const char *value;
	bool has_all;
};

static const struct setting settings[MIRROR_SETTINGS] = {
	[MIRROR_DISABLE_IPV6] = { "ipv6", "disable_ipv6", "0", true },
	[MIRROR_ADDR_GEN_MODE] = { "ipv6", "addr_gen_mode", "1", true },
	[MIRROR_ACCEPT_RA] = { "ipv6", "accept_ra", "0", false },
	[MIRROR_ACCEPT_REDIRECTS] = { "ipv6", "accept_redirects", "0", false },
	[MIRROR_IPV6_DROP_UNICAST] = { "ipv6", "drop_unicast_in_l2_multicast", "0", false },
	/* That of all devices is ip_forward. */
	[MIRROR_FORWARDING] = { "ipv4", "forwarding", "0", true },
	[MIRROR_IPV4_DROP_UNICAST] = { "ipv4", "drop_unicast_in_l2_multicast", "1", false },
};

#define NAME_SIZE 128

/* As sysctl(8) would have it, if the device had no dots. */
static const char *name_of(const char *device, const struct setting *setting)
{
	static char name[NAME_SIZE];

	snprintf(name, sizeof(name), "net/%s/conf/%s/%s", setting->family, device, setting->name);
	return name;
}

static int open_setting(const char *device, const char *proc, const struct setting *setting,
			int flags)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/sys/%s", proc, name_of(device, setting));
	return open(path, flags | O_CLOEXEC);
}

static int complain_of(const char *device, const struct setting *setting)
{
	complain("%s: %s", name_of(device, setting), strerror(errno));
	return -1;
}

static int read_setting(const char *device, const char *proc, const struct setting *setting,
			char value[MIRROR_SETTING_SIZE])
{
	const int fd = open_setting(device, proc, setting, O_RDONLY);
	ssize_t length;

	if (fd < 0 && errno == ENOENT) {
		strcpy(value, NONE);
		return 0;
	}
	length = fd < 0 ? -1 : read(fd, value, MIRROR_SETTING_SIZE - 1);
	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return complain_of(device, setting);
	value[length] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

static int write_setting(const char *device, const char *proc, const struct setting *setting,
			 const char *value)
{
	const ssize_t length = strlen(value);
	ssize_t written;
	int fd;

	if (!strcmp(value, NONE))
		return 0;
	fd = open_setting(device, proc, setting, O_WRONLY);
	/* IPv6 is gone from a device whose MTU has become too small for it. */
	if (fd < 0 && errno == ENOENT)
		return 0;
	written = fd < 0 ? -1 : write(fd, value, length);
	if (fd >= 0)
		close(fd);
	return written == length ? 0 : complain_of(device, setting);
}

/**
 * mirror_settings_read() - look how they are
 * @mirror: its settings are filled in
 * @proc: "/proc", or what stands for it
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_settings_read(struct mirror *mirror, const char *proc)
{
	int i, err = 0;

	for (i = 0; !err && i < MIRROR_SETTINGS; i++) {
		err = read_setting(mirror->name, proc, &settings[i], mirror->settings[i]);
		strcpy(mirror->of_all[i], NONE);
		if (!err && settings[i].has_all)
			err = read_setting("all", proc, &settings[i], mirror->of_all[i]);
	}
	return err;
}

static const char *wanted(const struct mirror *mirror, int i)
{
	return strcmp(mirror->settings[i], NONE) ? settings[i].value : NONE;
}

/* Return: the first that is another than it is to be, or NULL. */
static const struct setting *find_other(const struct mirror *now,
					const char *const values[MIRROR_SETTINGS])
{
	int i;

	for (i = 0; i < MIRROR_SETTINGS; i++)
		if (strcmp(now->settings[i], values[i]))
			return &settings[i];
	return NULL;
}

/*
 * With IPv6 off meanwhile: an address that the kernel has made goes with it, and one
 * that it is to make comes.
 */
static int change(const struct mirror *mirror, const char *proc, const struct mirror *now,
		  const char *const values[MIRROR_SETTINGS])
{
	const char *ipv6 = values[MIRROR_DISABLE_IPV6], *device = mirror->name;
	int i, err = 0;

	if (!find_other(now, values))
		return 0;
	if (strcmp(ipv6, NONE))
		err = write_setting(device, proc, &settings[MIRROR_DISABLE_IPV6], "1");
	for (i = MIRROR_DISABLE_IPV6 + 1; !err && i < MIRROR_SETTINGS; i++)
		err = write_setting(device, proc, &settings[i], values[i]);
	return err ? err : write_setting(device, proc, &settings[MIRROR_DISABLE_IPV6], ipv6);
}

/**
 * mirror_settings_put() - set them
 * @mirror: its settings have been read
 * @proc: "/proc", or what stands for it
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_settings_put(const struct mirror *mirror, const char *proc)
{
	const char *values[MIRROR_SETTINGS];
	struct mirror now = *mirror;
	int i;

	if (mirror_settings_read(&now, proc))
		return -1;
	for (i = 0; i < MIRROR_SETTINGS; i++)
		values[i] = wanted(mirror, i);
	return change(mirror, proc, &now, values);
}

/**
 * mirror_settings_restore() - set them as they were
 * @mirror: has how they were
 * @proc: "/proc", or what stands for it
 *
 * What somebody has set for all devices since, it is set to as well.
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_settings_restore(const struct mirror *mirror, const char *proc)
{
	const char *values[MIRROR_SETTINGS];
	struct mirror now = *mirror;
	int i;

	if (mirror_settings_read(&now, proc))
		return -1;
	for (i = 0; i < MIRROR_SETTINGS; i++)
		values[i] = strcmp(now.of_all[i], mirror->of_all[i]) ? now.of_all[i]
								     : mirror->settings[i];
	return change(mirror, proc, &now, values);
}

/**
 * mirror_settings_forward_since() - whether somebody has had all devices forward since
 * @mirror: has how they were
 * @proc: "/proc", or what stands for it
 */
bool mirror_settings_forward_since(const struct mirror *mirror, const char *proc)
{
	const char *before = mirror->of_all[MIRROR_FORWARDING];
	char now[MIRROR_SETTING_SIZE];

	return !read_setting("all", proc, &settings[MIRROR_FORWARDING], now) &&
	       strcmp(now, before) && !strcmp(now, "1");
}

/**
 * mirror_settings_tell() - tell people what has been set
 * @mirror: has how they were
 */
void mirror_settings_tell(const struct mirror *mirror)
{
	int i;

	for (i = 0; i < MIRROR_SETTINGS; i++)
		if (strcmp(mirror->settings[i], wanted(mirror, i)))
			printf("%s: %s is %s, was %s\n", mirror->name,
			       name_of(mirror->name, &settings[i]), wanted(mirror, i),
			       mirror->settings[i]);
	if (!strcmp(mirror->settings[MIRROR_DISABLE_IPV6], NONE))
		printf("%s: it has no IPv6, so that packets of IPv6 are not seen\n", mirror->name);
}

/**
 * mirror_settings_find_other() - whether one is not as it was set
 * @mirror: has how they were before
 * @proc: "/proc", or what stands for it
 *
 * Return: its name, which stays until the next call here; or NULL.
 */
const char *mirror_settings_find_other(const struct mirror *mirror, const char *proc)
{
	const char *values[MIRROR_SETTINGS];
	struct mirror now = *mirror;
	const struct setting *other;
	int i;

	for (i = 0; i < MIRROR_SETTINGS; i++)
		values[i] = wanted(mirror, i);
	if (mirror_settings_read(&now, proc))
		return "net";
	other = find_other(&now, values);
	return other ? name_of(mirror->name, other) : NULL;
}
