/* SPDX-License-Identifier: GPL-2.0 */
/* kvcalloc() and kvfree() were declared here before they moved to slab.h. */
#include <linux/slab.h>
