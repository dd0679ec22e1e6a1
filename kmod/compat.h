/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels from 5.10 on, and nothing else. Kbuild
 * probes for the symbols.
 */
#ifndef TRAFFIC_COMPAT_H
#define TRAFFIC_COMPAT_H

#include <linux/proc_fs.h>

#ifndef HAVE_PDE_DATA		/* 5.17 gave PDE_DATA() its present name */
#define pde_data(inode) PDE_DATA(inode)
#endif

#endif /* TRAFFIC_COMPAT_H */
