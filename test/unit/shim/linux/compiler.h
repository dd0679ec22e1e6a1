/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of the kernel's C. READ_ONCE and WRITE_ONCE are atomics, so that a
 * thread sanitizer takes them for what they are, and plain accesses that meet
 * them for data races. What depends on what READ_ONCE has read comes after it.
 */
#ifndef SHIM_LINUX_COMPILER_H
#define SHIM_LINUX_COMPILER_H

#define likely(condition)	    __builtin_expect(!!(condition), 1)
#define unlikely(condition)	    __builtin_expect(!!(condition), 0)
#define noinline		    __attribute__((__noinline__))
#define READ_ONCE(variable)	    (shim_reading(), __atomic_load_n(&(variable), __ATOMIC_CONSUME))
#define WRITE_ONCE(variable, value) __atomic_store_n(&(variable), (value), __ATOMIC_RELAXED)

/* Called by whoever is about to read: here the other CPU may come in. */
extern void (*shim_before_read)(void);

static inline void shim_reading(void)
{
	if (shim_before_read)
		shim_before_read();
}

/* The C library has the same. */
#ifndef __always_inline
#define __always_inline __inline __attribute__((__always_inline__))
#endif

/* May be set to 0, to compile what a 32-bit kernel would run. */
#ifndef CONFIG_64BIT
#define CONFIG_64BIT 1
#endif
#define IS_ENABLED(option) (option)

#endif /* SHIM_LINUX_COMPILER_H */
