// SPDX-License-Identifier: GPL-2.0
/*
 * fail: has an allocation fail that the kernel makes for a program.
 *
 *	FAIL_NTH=N FAIL_CALL=CALL FAIL_REPORT=FILE LD_PRELOAD=fail.so COMMAND...
 *
 * In each call of CALL it is the Nth, counted from 1: the kernel's fault injection
 * counts down for the thread, in /proc/thread-self/fail-nth. CALL is one of
 *
 *	open, read, write
 *	setsockopt	by which iptables-legacy changes rules
 *	send		sendmsg and sendto, by which iptables-nft does
 *	syscall		by which insmod loads a module
 *	unshare
 *
 * FILE gets a line for each call: "failed", if an allocation did, or "spared", as
 * there were less than N.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void give_up(const char *what)
{
	fprintf(stderr, "fail.so: %s: %s\n", what, strerror(errno));
	abort();
}

static void *next(const char *function)
{
	void *found = dlsym(RTLD_NEXT, function);

	if (!found)
		give_up(function);
	return found;
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		give_up(name);
	return value;
}

/* What is called here must not come back here. */
static long plain(long number, long a, long b, long c, long d)
{
	return ((typeof(&syscall))next("syscall"))(number, a, b, c, d);
}

static int begin(const char *call)
{
	const char *n;
	int countdown;

	if (strcmp(call, setting("FAIL_CALL")) != 0)
		return -1;
	n = setting("FAIL_NTH");
	countdown = plain(SYS_openat, AT_FDCWD, (long)"/proc/thread-self/fail-nth",
			  O_RDWR | O_CLOEXEC, 0);
	if (countdown < 0 || plain(SYS_pwrite64, countdown, (long)n, strlen(n), 0) < 0)
		give_up("fail-nth");
	return countdown;
}

static void report(const char *result)
{
	const char *path = setting("FAIL_REPORT");
	int fd;

	fd = plain(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		   0600);
	if (fd < 0 || plain(SYS_write, fd, (long)result, strlen(result), 0) < 0)
		give_up(path);
	plain(SYS_close, fd, 0, 0, 0);
}

static void end(int countdown)
{
	const int error = errno;
	char left[16] = "";

	if (countdown < 0)
		return;
	if (plain(SYS_pread64, countdown, (long)left, sizeof(left) - 1, 0) <= 0 ||
	    plain(SYS_pwrite64, countdown, (long)"0", 1, 0) < 0)
		give_up("fail-nth");
	plain(SYS_close, countdown, 0, 0, 0);
	report(atoi(left) == 0 ? "failed\n" : "spared\n");
	errno = error;
}

#define FAILING(call, function, ...)                                           \
	({                                                                     \
		const typeof(&(function)) next_ = next(#function);             \
		const int countdown_ = begin(call);                            \
		const typeof(next_(__VA_ARGS__)) result_ = next_(__VA_ARGS__); \
		end(countdown_);                                               \
		result_;                                                       \
	})

ssize_t read(int fd, void *buffer, size_t bytes)
{
	return FAILING("read", read, fd, buffer, bytes);
}

ssize_t write(int fd, const void *buffer, size_t bytes)
{
	return FAILING("write", write, fd, buffer, bytes);
}

static mode_t mode_of(int flags, va_list arguments)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return FAILING("open", open, path, flags, mode);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	return FAILING("send", sendmsg, fd, message, flags);
}

ssize_t sendto(int fd, const void *buffer, size_t bytes, int flags, const struct sockaddr *to,
	       socklen_t to_bytes)
{
	return FAILING("send", sendto, fd, buffer, bytes, flags, to, to_bytes);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t bytes)
{
	return FAILING("setsockopt", setsockopt, fd, level, option, value, bytes);
}

int unshare(int flags)
{
	return FAILING("unshare", unshare, flags);
}

long syscall(long number, ...)
{
	long a, b, c, d, e, f;
	va_list arguments;

	va_start(arguments, number);
	a = va_arg(arguments, long);
	b = va_arg(arguments, long);
	c = va_arg(arguments, long);
	d = va_arg(arguments, long);
	e = va_arg(arguments, long);
	f = va_arg(arguments, long);
	va_end(arguments);
	return FAILING("syscall", syscall, number, a, b, c, d, e, f);
}
