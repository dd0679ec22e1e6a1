/* SPDX-License-Identifier: GPL-2.0 */
/* What <linux/kernel.h> brings along. */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <linux/minmax.h>
#include <linux/types.h>

#define DIV_ROUND_UP(number, divisor) (((number) + (divisor)-1) / (divisor))

#endif /* SHIM_LINUX_KERNEL_H */
