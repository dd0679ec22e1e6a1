// SPDX-License-Identifier: GPL-2.0
/*
 * array: see array.h
 */
#include "array.h"

#include <stdlib.h>

/**
 * array_grow() - make room for one more element
 * @array: from here, or NULL
 * @count: of elements that it has
 * @size: of an element
 *
 * Room is doubled whenever the count is a power of two, so a list needs to know no more
 * than its count.
 *
 * Return: the array, which may be elsewhere now; or NULL and errno, with @array as it was.
 */
void *array_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? 2 * count : 1, size);
}
