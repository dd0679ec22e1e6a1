/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers whose lowest byte comes first. */
#ifndef USER_ASM_BYTEORDER_H
#define USER_ASM_BYTEORDER_H

#include_next <asm/byteorder.h>

#define cpu_to_le64(number) __cpu_to_le64(number)

#endif /* USER_ASM_BYTEORDER_H */
