/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers whose lowest byte comes first. */
#ifndef SHIM_ASM_BYTEORDER_H
#define SHIM_ASM_BYTEORDER_H

#include <linux/types.h>

typedef uint64_t __le64;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define cpu_to_le64(number) ((u64)(number))
#else
#define cpu_to_le64(number) __builtin_bswap64(number)
#endif

#endif /* SHIM_ASM_BYTEORDER_H */
