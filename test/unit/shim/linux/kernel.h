/* SPDX-License-Identifier: GPL-2.0 */
/* What <linux/kernel.h> brings along. */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <errno.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/types.h>

#define DIV_ROUND_UP(number, divisor) (((number) + (divisor)-1) / (divisor))

static inline void cond_resched(void)
{
}

unsigned long long memparse(const char *text, char **end);
int scnprintf(char *to, size_t size, const char *format, ...);

#endif /* SHIM_LINUX_KERNEL_H */
