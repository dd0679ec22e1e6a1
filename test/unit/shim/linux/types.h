/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's names of types, and the byte order of the network. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/compiler.h>

typedef unsigned int gfp_t;
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef uint16_t __be16;
typedef uint32_t __be32;

/* In what user space shares. */
typedef u8 __u8;
typedef u32 __u32;
typedef u64 __aligned_u64 __attribute__((__aligned__(8)));

#define __force /* what a static checker wants to hear */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define be16_to_cpu(number) __builtin_bswap16(number)
#define be32_to_cpu(number) __builtin_bswap32(number)
#else
#define be16_to_cpu(number) ((u16)(number))
#define be32_to_cpu(number) ((u32)(number))
#endif
#define cpu_to_be16(number) be16_to_cpu(number)
#define cpu_to_be32(number) be32_to_cpu(number)

#endif /* SHIM_LINUX_TYPES_H */
