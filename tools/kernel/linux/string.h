/* SPDX-License-Identifier: GPL-2.0 */
/* The C library has the functions that are used. */
#ifndef USER_LINUX_STRING_H
#define USER_LINUX_STRING_H

#include <linux/types.h>
#include <string.h>

#endif /* USER_LINUX_STRING_H */
