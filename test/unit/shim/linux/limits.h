/* SPDX-License-Identifier: GPL-2.0 */
/* The greatest numbers of a type. */
#ifndef SHIM_LINUX_LIMITS_H
#define SHIM_LINUX_LIMITS_H

#define U32_MAX (~0U)
#define U64_MAX (~0ULL)
#ifndef ULONG_MAX /* the C library has the same */
#define ULONG_MAX (~0UL)
#endif

#endif /* SHIM_LINUX_LIMITS_H */
