/* SPDX-License-Identifier: GPL-2.0 */
/* A parameter that a module has: cases set it as a write to sysfs does. */
#ifndef SHIM_LINUX_MODULEPARAM_H
#define SHIM_LINUX_MODULEPARAM_H

struct kernel_param;

struct kernel_param_ops {
	int (*set)(const char *text, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
};

#define module_param_cb(name, ops, argument, mode) \
	const struct kernel_param_ops *const shim_param_##name = ops
#define MODULE_PARM_DESC(name, text) _Static_assert(sizeof(text) > 1, "no description")

int param_get_ulong(char *buffer, const struct kernel_param *kp);

#endif /* SHIM_LINUX_MODULEPARAM_H */
