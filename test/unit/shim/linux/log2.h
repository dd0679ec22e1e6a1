/* SPDX-License-Identifier: GPL-2.0 */
/* The powers of two around a number that is not 0. */
#ifndef SHIM_LINUX_LOG2_H
#define SHIM_LINUX_LOG2_H

static inline unsigned long rounddown_pow_of_two(unsigned long number)
{
	while (number & (number - 1))
		number &= number - 1;
	return number;
}

static inline unsigned long roundup_pow_of_two(unsigned long number)
{
	const unsigned long down = rounddown_pow_of_two(number);

	return down == number ? down : 2 * down;
}

#endif /* SHIM_LINUX_LOG2_H */
