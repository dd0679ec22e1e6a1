// SPDX-License-Identifier: GPL-2.0
/*
 * pester: makes odd calls on the files of tables, at random.
 *
 *	pester SEED CALLS OUTPUT PLAIN... -- CLEARING...
 *
 * Opens them in all ways; reads, writes, seeks, splices, polls and maps them, at any
 * place and in any size, from and to memory that is there, or in part, or not at all.
 * PLAIN files do not change meanwhile: what is read from them has to be what stands
 * there (that of NAME_info, which does change, may be anything). All rows that are
 * delivered whole by CLEARING ones go to OUTPUT. Nothing it writes is a line that
 * may be taken. Prints how many calls there were, and how many of them succeeded.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	FILES_MAX = 32,
	HANDLES = 12,
	CONTENT_MAX = 1 << 20,
	/* Less than a pipe has room for: nothing waits. */
	SPLICE_MAX = 1 << 15,
	PARTS_MAX = 8,
};

struct target {
	const char *path;
	bool clears;
	bool changes;
	size_t length;
	char *content;
};

/* An open file; @got is what a clearing one has delivered. */
struct handle {
	int fd;
	const struct target *target;
	off_t pos;
	size_t length;
	char *got;
};

/* Memory that ends: pages that are there, then one that is not. */
struct edge {
	char *end;
	size_t there;
};

static struct target targets[FILES_MAX];
static unsigned int target_count;
static struct handle handles[HANDLES];
static struct edge edge;
static char *large;
static FILE *output;
static uint64_t random_state;
static unsigned long succeeded;

/* SplitMix64 */
static uint64_t next_random(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint32_t below(uint32_t limit)
{
	return (next_random() >> 32) % limit;
}

/* Small ones, those around a page, large ones. */
static size_t odd_size(void)
{
	switch (below(4)) {
	case 0:
		return below(16);
	case 1:
		return below(300);
	case 2:
		return 4090 + below(12);
	default:
		return below(CONTENT_MAX);
	}
}

static off_t odd_offset(void)
{
	static const off_t odd[] = { 0,
				     -1,
				     1,
				     4095,
				     INT32_MAX,
				     1LL << 32,
				     INT64_MAX,
				     INT64_MAX - 1,
				     INT64_MIN,
				     INT64_MIN + 1,
				     INT64_MAX / 2,
				     -4096 };

	if (below(3) == 0)
		return odd[below(sizeof(odd) / sizeof(*odd))];
	return below(3000);
}

/* Where @size bytes may be put: *@there says how many. */
static char *odd_memory(size_t size, size_t *there)
{
	switch (below(4)) {
	case 0:
		*there = below(2 * size + 1);
		if (*there > size)
			*there = size;
		if (*there > edge.there)
			*there = edge.there;
		return edge.end - *there;
	case 1:
		if (below(8) == 0) {
			*there = 0;
			return (char *)(below(2) ? 1L : -4096L);
		}
		/* fall through */
	default:
		*there = size;
		return large;
	}
}

static void fail(const struct handle *handle, const char *call, const char *what)
{
	errx(1, "%s of %s: %s", call, handle->target->path, what);
}

/* What a call has delivered at @pos has to stand there. */
static void compare(const struct handle *handle, const char *call, const char *got, size_t size,
		    off_t pos)
{
	const struct target *target = handle->target;

	if (target->changes)
		return;
	if (pos < 0 || pos > (off_t)target->length || size > target->length - pos)
		fail(handle, call, "delivers what is not there");
	if (memcmp(got, target->content + pos, size) != 0)
		fail(handle, call, "delivers something else");
}

static void append(struct handle *handle, const char *got, size_t size)
{
	handle->got = realloc(handle->got, handle->length + size + 1);
	if (!handle->got)
		err(1, "memory");
	memcpy(handle->got + handle->length, got, size);
	handle->length += size;
}

static void deliver(struct handle *handle, const char *call, const char *got, ssize_t size)
{
	if (size <= 0)
		return;
	if (handle->target->clears)
		append(handle, got, size);
	else
		compare(handle, call, got, size, handle->pos);
	handle->pos += size;
}

static void odd_open(struct handle *handle)
{
	static const int ways[] = { O_RDONLY, O_RDONLY, O_RDWR, O_WRONLY };
	static const int more[] = {
		0, 0, O_APPEND, O_TRUNC, O_NONBLOCK, O_SYNC, O_DIRECT, O_NOATIME
	};
	const int flags = ways[below(4)] | more[below(8)];
	const struct target *target = &targets[below(target_count)];

	handle->fd = open(target->path, flags | O_CLOEXEC);
	if (handle->fd < 0)
		return;
	succeeded++;
	handle->target = target;
	handle->pos = 0;
	handle->length = 0;
	handle->got = NULL;
}

/* What has its newline has been delivered. */
static void odd_close(struct handle *handle)
{
	const char *end = handle->got ? memrchr(handle->got, '\n', handle->length) : NULL;

	if (end)
		fwrite(handle->got, 1, end + 1 - handle->got, output);
	free(handle->got);
	close(handle->fd);
	handle->fd = -1;
	succeeded++;
}

static void odd_read(struct handle *handle)
{
	const size_t size = odd_size();
	size_t there;
	char *memory = odd_memory(size, &there);
	const ssize_t got = read(handle->fd, memory, size);

	if (got > (ssize_t)there)
		fail(handle, "read", "delivers more than there is room for");
	deliver(handle, "read", memory, got);
	succeeded += got >= 0;
}

static void odd_pread(struct handle *handle)
{
	const size_t size = odd_size();
	const off_t pos = odd_offset();
	size_t there;
	char *memory = odd_memory(size, &there);
	const ssize_t got = pread(handle->fd, memory, size, pos);

	if (got > (ssize_t)there)
		fail(handle, "pread", "delivers more than there is room for");
	if (got < 0)
		return;
	if (handle->target->clears)
		fail(handle, "pread", "seeks");
	if (got)
		compare(handle, "pread", memory, got, pos);
	succeeded++;
}

static void odd_readv(struct handle *handle)
{
	const unsigned int count = 1 + below(PARTS_MAX);
	struct iovec parts[PARTS_MAX];
	char *at = large;
	unsigned int i;
	ssize_t got;

	for (i = 0; i < count; i++) {
		parts[i].iov_base = at;
		parts[i].iov_len = below(2000);
		at += parts[i].iov_len;
	}
	/* The last part may not be there. */
	if (below(3) == 0)
		parts[count - 1].iov_base = edge.end;
	got = readv(handle->fd, parts, count);
	deliver(handle, "readv", large, got);
	succeeded += got >= 0;
}

static void odd_lseek(struct handle *handle)
{
	const off_t pos = lseek(handle->fd, odd_offset(), below(6));

	if (pos < 0)
		return;
	if (handle->target->clears)
		fail(handle, "lseek", "seeks");
	handle->pos = pos;
	succeeded++;
}

/* Each line has a byte that no line has. */
static void put_garbage(char *text, size_t size)
{
	static const char usual[] = "0123456789.:abcdefclear-\t\n \0/";
	size_t i;

	for (i = 0; i < size; i++)
		text[i] = i == 0 || text[i - 1] == '\n' ? '?' : usual[below(sizeof(usual))];
}

static void odd_write(struct handle *handle)
{
	const size_t size = odd_size();
	size_t there;
	char *memory = odd_memory(size, &there);
	ssize_t taken;

	put_garbage(memory, there);
	if (below(2))
		taken = write(handle->fd, memory, size);
	else
		taken = pwrite(handle->fd, memory, size, odd_offset());
	if (taken > (ssize_t)there)
		fail(handle, "write", "takes more than there is");
	if (taken > 0 && memchr(memory, '\n', taken))
		fail(handle, "write", "takes a line that is none");
	succeeded += taken >= 0;
}

static void odd_splice(struct handle *handle)
{
	int ends[2];
	ssize_t got, rest;

	if (pipe(ends))
		err(1, "pipe");
	got = splice(handle->fd, NULL, ends[1], NULL, below(SPLICE_MAX), SPLICE_F_NONBLOCK);
	if (got > 0) {
		rest = read(ends[0], large, got);
		if (rest != got)
			fail(handle, "splice", "delivers less than it says");
	}
	deliver(handle, "splice", large, got);
	succeeded += got >= 0;
	close(ends[0]);
	close(ends[1]);
}

static void odd_sendfile(struct handle *handle)
{
	const int to = memfd_create("pester", MFD_CLOEXEC);
	ssize_t got;

	if (to < 0)
		err(1, "memfd");
	got = sendfile(to, handle->fd, NULL, odd_size());
	if (got > 0 && pread(to, large, got, 0) != got)
		fail(handle, "sendfile", "delivers less than it says");
	deliver(handle, "sendfile", large, got);
	succeeded += got >= 0;
	close(to);
}

static void odd_poll(struct handle *handle)
{
	struct pollfd polled = { .fd = handle->fd, .events = below(65536) };

	succeeded += poll(&polled, 1, 0) >= 0;
}

static void odd_mmap(struct handle *handle)
{
	void *mapped = mmap(NULL, 4096, below(8), below(2) ? MAP_SHARED : MAP_PRIVATE, handle->fd,
			    (off_t)below(4) * 4096);

	if (mapped != MAP_FAILED)
		fail(handle, "mmap", "it is mapped");
}

static void odd_ioctl(struct handle *handle)
{
	if (ioctl(handle->fd, _IOC(below(4), 'x', below(256), below(1 << 14)), large) == 0)
		fail(handle, "ioctl", "is taken");
}

static void odd_size_change(struct handle *handle)
{
	succeeded += ftruncate(handle->fd, odd_offset()) == 0;
	succeeded += fallocate(handle->fd, 0, 0, 4096) == 0;
	succeeded += fsync(handle->fd) == 0;
}

static void call_something(void)
{
	static void (*const calls[])(struct handle * handle) = {
		odd_read,  odd_read,	    odd_read,	odd_pread,    odd_readv, odd_lseek,
		odd_write, odd_write,	    odd_splice, odd_sendfile, odd_poll,	 odd_mmap,
		odd_ioctl, odd_size_change, odd_close,	odd_close,
	};
	struct handle *handle = &handles[below(HANDLES)];

	if (handle->fd < 0)
		odd_open(handle);
	else
		calls[below(sizeof(calls) / sizeof(*calls))](handle);
}

static void add_target(const char *path, bool clears)
{
	const size_t length = strlen(path);
	struct target *target;
	ssize_t got;
	int fd;

	if (target_count == FILES_MAX)
		errx(2, "too many files");
	target = &targets[target_count++];
	target->path = path;
	target->clears = clears;
	target->changes = length > 5 && strcmp(path + length - 5, "_info") == 0;
	if (clears)
		return;
	target->content = malloc(CONTENT_MAX);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!target->content || fd < 0)
		err(1, "%s", path);
	while ((got = read(fd, target->content + target->length, CONTENT_MAX - target->length)) > 0)
		target->length += got;
	if (got < 0)
		err(1, "%s", path);
	close(fd);
}

static void parse(char **argv)
{
	bool clears = false;

	random_state = strtoull(argv[1], NULL, 10);
	output = fopen(argv[3], "w");
	if (!output)
		err(1, "%s", argv[3]);
	for (argv += 4; *argv; argv++) {
		if (strcmp(*argv, "--") == 0)
			clears = true;
		else
			add_target(*argv, clears);
	}
}

static void make_memory(void)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	char *pages =
		mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	large = malloc(CONTENT_MAX);
	if (!large || pages == MAP_FAILED || mprotect(pages + 3 * page, page, PROT_NONE))
		err(1, "memory");
	edge.there = 3 * page;
	edge.end = pages + edge.there;
}

int main(int argc, char **argv)
{
	unsigned long calls, i;

	if (argc < 5)
		errx(2, "usage: pester SEED CALLS OUTPUT PLAIN... -- CLEARING...");
	calls = strtoul(argv[2], NULL, 10);
	parse(argv);
	make_memory();
	for (i = 0; i < HANDLES; i++)
		handles[i].fd = -1;
	for (i = 0; i < calls; i++)
		call_something();
	for (i = 0; i < HANDLES; i++)
		if (handles[i].fd >= 0)
			odd_close(&handles[i]);
	if (fclose(output))
		err(1, "%s", argv[3]);
	printf("%lu calls, %lu succeeded\n", calls, succeeded);
	return 0;
}
