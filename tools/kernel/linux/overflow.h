/* SPDX-License-Identifier: GPL-2.0 */
/* Arithmetic that tells when it overflows. */
#ifndef USER_LINUX_OVERFLOW_H
#define USER_LINUX_OVERFLOW_H

#define check_add_overflow(a, b, sum)	  __builtin_add_overflow(a, b, sum)
#define check_mul_overflow(a, b, product) __builtin_mul_overflow(a, b, product)

#endif /* USER_LINUX_OVERFLOW_H */
