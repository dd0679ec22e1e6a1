/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of bytes. */
#ifndef SHIM_LINUX_SIZES_H
#define SHIM_LINUX_SIZES_H

#define SZ_1M 0x100000

#endif /* SHIM_LINUX_SIZES_H */
