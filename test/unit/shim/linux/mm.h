/* SPDX-License-Identifier: GPL-2.0 */
/* A machine's memory. */
#ifndef SHIM_LINUX_MM_H
#define SHIM_LINUX_MM_H

/* kvcalloc() and kvfree() were declared here before they moved to slab.h. */
#include <linux/slab.h>

#define PAGE_SHIFT 12

/* 1 GiB */
static inline unsigned long totalram_pages(void)
{
	return 1UL << (30 - PAGE_SHIFT);
}

#endif /* SHIM_LINUX_MM_H */
