/* SPDX-License-Identifier: GPL-2.0 */
/* The smaller and the greater of two numbers of one type, or made so. */
#ifndef SHIM_LINUX_MINMAX_H
#define SHIM_LINUX_MINMAX_H

#define SHIM_SAME_TYPE(a, b)                                                                   \
	_Static_assert(__builtin_types_compatible_p(__typeof__((a) + 0), __typeof__((b) + 0)), \
		       "min or max of two types")
#define SHIM_CHOOSE(a, comparison, b)               \
	({                                          \
		const __typeof__((a) + 0) _a = (a); \
		const __typeof__((b) + 0) _b = (b); \
                                                    \
		SHIM_SAME_TYPE(a, b);               \
		_a comparison _b ? _a : _b;         \
	})
#define min(a, b)			SHIM_CHOOSE(a, <, b)
#define max(a, b)			SHIM_CHOOSE(a, >, b)

#define min_t(type, a, b)		min((type)(a), (type)(b))
#define max_t(type, a, b)		max((type)(a), (type)(b))

#define max3(a, b, c)			max(max(a, b), c)

#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)

#endif /* SHIM_LINUX_MINMAX_H */
