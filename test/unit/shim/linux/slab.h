/* SPDX-License-Identifier: GPL-2.0 */
/* Memory from the heap, and a way to make it fail. */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL	   0U
#define GFP_KERNEL_ACCOUNT 0U
#define GFP_NOWAIT	   0U
#define __GFP_NOWARN	   0U

/* How many more allocations succeed; negative: all. Not for threads. */
extern int shim_allocations_left;

void *kzalloc(size_t size, gfp_t flags);
void *kvcalloc(size_t count, size_t size, gfp_t flags);
void *kvmalloc_array(size_t count, size_t size, gfp_t flags);
void kfree(const void *memory);
void kvfree(const void *memory);

#endif /* SHIM_LINUX_SLAB_H */
