/* SPDX-License-Identifier: GPL-2.0 */
/* The greatest numbers of a type; and what the C library wants from this name. */
#ifndef USER_LINUX_LIMITS_H
#define USER_LINUX_LIMITS_H

#include_next <linux/limits.h>

#define U32_MAX (~0U)
#define S64_MAX ((long long)(~0ULL >> 1))
#define U64_MAX (~0ULL)
#ifndef ULONG_MAX /* the C library has the same */
#define ULONG_MAX (~0UL)
#endif

#endif /* USER_LINUX_LIMITS_H */
