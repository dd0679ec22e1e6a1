/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's string functions, which the sanitizers watch. */
#include <string.h>
