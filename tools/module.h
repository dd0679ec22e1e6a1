/* SPDX-License-Identifier: GPL-2.0 */
/*
 * module: the kernel module, as sysfs and modprobe have it.
 */
#ifndef TRAFCTL_MODULE_H
#define TRAFCTL_MODULE_H

#include <linux/types.h>

#define MODULE_NAME "ipt_traffic"

/* The longest value of a parameter or attribute, and a NUL. */
#define MODULE_VALUE_SIZE 64

/* As struct utsname has it. */
#define MODULE_KERNEL_SIZE 65

/**
 * struct module_file - what modprobe would load
 * @fits: it is for the kernel that runs
 * @kernel: the version of the kernel that it was built for
 * @running: the version of the kernel that runs
 * @source: its srcversion
 */
struct module_file {
	bool fits;
	char kernel[MODULE_VALUE_SIZE];
	char running[MODULE_KERNEL_SIZE];
	char source[MODULE_VALUE_SIZE];
};

bool module_is_loaded(void);
int module_read(const char *attribute, char value[MODULE_VALUE_SIZE]);
int module_write(const char *attribute, const char *value);
int module_users(u64 *users);
int module_look_at_file(struct module_file *file);
int module_remove(void);
int module_load(void);

#endif /* TRAFCTL_MODULE_H */
