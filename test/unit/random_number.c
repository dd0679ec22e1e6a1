// SPDX-License-Identifier: GPL-2.0
/* random_number: see random_number.h */
#include "random_number.h"

/* Knuth's MMIX generator; the upper bits are the good ones. */
unsigned int random_number(void)
{
	static unsigned long long state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 32;
}
