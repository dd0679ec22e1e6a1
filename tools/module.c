// SPDX-License-Identifier: GPL-2.0
/*
 * module: see module.h
 */
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "child.h"
#include "complain.h"
#include "rowtext.h"

#define DIRECTORY "/sys/module/" MODULE_NAME

/**
 * module_is_loaded() - whether the kernel has the module
 */
bool module_is_loaded(void)
{
	return !access(DIRECTORY, F_OK);
}

static int open_attribute(const char *attribute, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), DIRECTORY "/%s", attribute);
	return open(path, flags | O_CLOEXEC);
}

static void end_line(char *text)
{
	text[strcspn(text, "\n")] = '\0';
}

/**
 * module_read() - read what sysfs says about the module
 * @attribute: "refcnt", "parameters/linger"
 * @value: filled in
 *
 * Return: 0, or -1 and errno.
 */
int module_read(const char *attribute, char value[MODULE_VALUE_SIZE])
{
	const int fd = open_attribute(attribute, O_RDONLY);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, value, MODULE_VALUE_SIZE - 1);
	close(fd);
	if (length < 0)
		return -1;
	value[length] = '\0';
	end_line(value);
	return 0;
}

/**
 * module_write() - change a parameter of the module
 * @attribute: as for module_read()
 * @value: the new one
 *
 * Return: 0, or -1 and errno.
 */
int module_write(const char *attribute, const char *value)
{
	const ssize_t length = strlen(value);
	const int fd = open_attribute(attribute, O_WRONLY);
	ssize_t written;

	if (fd < 0)
		return -1;
	written = write(fd, value, length);
	close(fd);
	return written == length ? 0 : -1;
}

/**
 * module_users() - how many rules of all network namespaces use the module
 * @users: set to it
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int module_users(u64 *users)
{
	char value[MODULE_VALUE_SIZE];

	if (!module_read("refcnt", value) && rowtext_parse_number(value, strlen(value), users))
		return 0;
	complain(DIRECTORY "/refcnt: %s", strerror(errno));
	return -1;
}

static int read_field(const char *name, char value[MODULE_VALUE_SIZE])
{
	const char *argv[] = { "modinfo", "-F", name, MODULE_NAME, NULL };
	struct child child;
	int err;

	err = child_run(&child, argv, NULL);
	if (!err)
		err = child_check(&child, argv);
	if (!err) {
		snprintf(value, MODULE_VALUE_SIZE, "%s", child.output);
		end_line(value);
	}
	child_free(&child);
	return err;
}

/**
 * module_look_at_file() - look at what modprobe would load
 * @file: filled in
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int module_look_at_file(struct module_file *file)
{
	struct utsname kernel;

	if (read_field("vermagic", file->kernel) || read_field("srcversion", file->source))
		return -1;
	file->kernel[strcspn(file->kernel, " ")] = '\0';
	uname(&kernel);
	snprintf(file->running, sizeof(file->running), "%s", kernel.release);
	file->fits = !strcmp(file->kernel, file->running);
	return 0;
}

/**
 * module_remove() - have the kernel forget the module
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int module_remove(void)
{
	if (!syscall(SYS_delete_module, MODULE_NAME, O_NONBLOCK))
		return 0;
	complain("removing the module " MODULE_NAME ": %s", strerror(errno));
	return -1;
}

/**
 * module_load() - have the kernel load the module, as modprobe finds it
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int module_load(void)
{
	static const char *const argv[] = { "modprobe", MODULE_NAME, NULL };

	return child_do(argv, NULL);
}
