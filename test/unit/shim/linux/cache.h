/* SPDX-License-Identifier: GPL-2.0 */
/* Lines that CPUs do not share. */
#ifndef SHIM_LINUX_CACHE_H
#define SHIM_LINUX_CACHE_H

#define ____cacheline_aligned_in_smp /* malloc() does not align so far */

#endif /* SHIM_LINUX_CACHE_H */
