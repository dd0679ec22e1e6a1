// SPDX-License-Identifier: GPL-2.0
/*
 * fail: has an allocation fail that the kernel makes for a program.
 *
 *	FAIL_CALL=CALL FAIL_SKIP=M FAIL_NTH=N FAIL_REST=yes|no FAIL_REPORT=FILE
 *		LD_PRELOAD=fail.so COMMAND...
 *
 * It is the Nth, counted from 1, of that call of CALL which comes after M others: the
 * kernel's fault injection counts down for the thread, in /proc/thread-self/fail-nth.
 * With FAIL_REST=yes all that follow in that call fail as well, if failslab and
 * fail_page_alloc have all fail of tasks that are marked for it: the mark only tells
 * once the countdown is over. CALL is one of
 *
 *	open, read, write
 *	replace		setsockopt, by which iptables-legacy changes rules, not by which it
 *			sets counters afterwards
 *	table		getsockopt, by which iptables-legacy asks for a table, which is made then
 *	batch		sendmsg, by which iptables-nft changes them, not by which it asks
 *	syscall		by which insmod loads a module
 *	unshare
 *	packets		by which swarm has a chunk of them sent
 *
 * FILE gets a line, if there is such a call: "failed", if an allocation did, or
 * "spared", as there were less than N.
 */
#define _GNU_SOURCE
#include "../bench/bench_hook.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

struct fault {
	int countdown; /* or -1: not in this call */
	int mark;      /* or -1: none but the Nth */
};

static int open_own(const char *path)
{
	const int fd = plain(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_CLOEXEC, 0);

	if (fd < 0)
		give_up(path);
	return fd;
}

static void put(int fd, const char *value)
{
	if (plain(SYS_pwrite64, fd, (long)value, strlen(value), 0) < 0)
		give_up("fault injection");
}

static bool is_the_call(const char *call)
{
	static int calls;

	return strcmp(call, setting("FAIL_CALL")) == 0 && calls++ == atoi(setting("FAIL_SKIP"));
}

static struct fault begin(const char *call)
{
	struct fault fault = { -1, -1 };

	if (!is_the_call(call))
		return fault;
	fault.countdown = open_own("/proc/thread-self/fail-nth");
	if (strcmp(setting("FAIL_REST"), "yes") == 0)
		fault.mark = open_own("/proc/thread-self/make-it-fail");
	put(fault.countdown, setting("FAIL_NTH"));
	if (fault.mark >= 0)
		put(fault.mark, "1");
	return fault;
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

static void end(struct fault fault)
{
	const int error = errno;
	char left[16] = "";

	if (fault.countdown < 0)
		return;
	if (plain(SYS_pread64, fault.countdown, (long)left, sizeof(left) - 1, 0) <= 0)
		give_up("fail-nth");
	put(fault.countdown, "0");
	if (fault.mark >= 0) {
		put(fault.mark, "0");
		plain(SYS_close, fault.mark, 0, 0, 0);
	}
	plain(SYS_close, fault.countdown, 0, 0, 0);
	report(atoi(left) == 0 ? "failed\n" : "spared\n");
	errno = error;
}

#define FAILING(call, function, ...)                                           \
	({                                                                     \
		const typeof(&(function)) next_ = next(#function);             \
		const struct fault fault_ = begin(call);                       \
		const typeof(next_(__VA_ARGS__)) result_ = next_(__VA_ARGS__); \
		end(fault_);                                                   \
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

static bool begins_batch(const struct msghdr *message)
{
	const struct nlmsghdr *first;

	if (!message->msg_iovlen || message->msg_iov[0].iov_len < sizeof(*first))
		return false;
	first = message->msg_iov[0].iov_base;
	return first->nlmsg_type == NFNL_MSG_BATCH_BEGIN;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	return FAILING(begins_batch(message) ? "batch" : "", sendmsg, fd, message, flags);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t bytes)
{
	return FAILING(option == IPT_SO_SET_REPLACE ? "replace" : "", setsockopt, fd, level, option,
		       value, bytes);
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *bytes)
{
	return FAILING(option == IPT_SO_GET_INFO ? "table" : "", getsockopt, fd, level, option,
		       value, bytes);
}

int unshare(int flags)
{
	return FAILING("unshare", unshare, flags);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return FAILING(request == BENCH_RUN ? "packets" : "", ioctl, fd, request, argument);
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
