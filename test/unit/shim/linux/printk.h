/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel log: its last message, and how many there were. */
#ifndef SHIM_LINUX_PRINTK_H
#define SHIM_LINUX_PRINTK_H

extern unsigned int shim_messages;
extern char shim_message[256];

/* Set by a Makefile there. */
#define KBUILD_MODNAME			 "ipt_traffic"

#define pr_warn_ratelimited(format, ...) shim_log(pr_fmt(format), ##__VA_ARGS__)

__attribute__((__format__(__printf__, 1, 2))) void shim_log(const char *format, ...);

#endif /* SHIM_LINUX_PRINTK_H */
