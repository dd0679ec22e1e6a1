/* SPDX-License-Identifier: GPL-2.0 */
/* The first namespace of users. */
#ifndef SHIM_LINUX_USER_NAMESPACE_H
#define SHIM_LINUX_USER_NAMESPACE_H

struct user_namespace {
	int unused;
};

extern struct user_namespace init_user_ns;

#endif /* SHIM_LINUX_USER_NAMESPACE_H */
