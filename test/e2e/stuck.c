// SPDX-License-Identifier: GPL-2.0
/*
 * stuck: a reader that stops in the middle of a read(), in a page fault that does
 * not return (userfaultfd, with nobody to answer).
 *
 *	stuck FILE READY
 *
 * Reads FILE into memory of which the second page is not there; makes READY once the
 * read() waits for it. Lives until it is killed, or READY is removed: then the page is
 * given, and what has been read printed.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *ready;
static int uffd;
static atomic_bool answered;

/* Waits for the page fault, and leaves it waiting. */
static void *watch(void *missing)
{
	struct pollfd fault = { .fd = uffd, .events = POLLIN };
	struct uffdio_zeropage page = { .range = *(struct uffdio_range *)missing };

	if (poll(&fault, 1, -1) != 1)
		err(1, "poll");
	close(open(ready, O_WRONLY | O_CREAT, 0600));
	while (access(ready, F_OK) == 0)
		usleep(10000);
	atomic_store(&answered, true);
	if (ioctl(uffd, UFFDIO_ZEROPAGE, &page))
		err(1, "UFFDIO_ZEROPAGE");
	return NULL;
}

int main(int argc, char **argv)
{
	const long page = sysconf(_SC_PAGESIZE);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register missing = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	pthread_t watcher;
	char *memory;
	ssize_t got;
	int fd;

	if (argc != 3)
		errx(2, "usage: stuck FILE READY");
	ready = argv[2];
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		err(1, "userfaultfd");
	memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	memset(memory, 0, page);
	missing.range.start = (uintptr_t)memory + page;
	missing.range.len = page;
	if (ioctl(uffd, UFFDIO_REGISTER, &missing))
		err(1, "UFFDIO_REGISTER");
	if (pthread_create(&watcher, NULL, watch, &missing.range))
		errx(1, "pthread_create");

	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		err(1, "%s", argv[1]);
	/* 40 bytes before the missing page: the header, and a part of the first row. */
	got = read(fd, memory + page - 40, page);
	if (got < 0)
		err(1, "read");
	if (!atomic_load(&answered))
		errx(1, "read returned %zd: it should have waited", got);
	fwrite(memory + page - 40, 1, got, stdout);
	return 0;
}
