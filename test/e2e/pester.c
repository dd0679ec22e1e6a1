// SPDX-License-Identifier: GPL-2.0
/*
 * pester: makes odd calls on the files of tables, at random.
 *
 *	pester SEED CALLS OUTPUT PLAIN... -- CLEARING...
 *
 * Opens them in all ways; reads, writes, seeks, splices, polls and maps them, at any
 * place and in any size, from and to memory that is there, or in part, or not at all;
 * and has several threads do so with one open file.
 * PLAIN files do not change meanwhile: what is read from them has to be what stands
 * there, and something comes up to the end (of NAME_info, which does change, it may be
 * anything). All rows that are
 * delivered whole by CLEARING ones, in which they have to ascend, go to OUTPUT. Nothing
 * it writes is a line that may be taken. Prints how often each call was made, and how
 * often it succeeded; each has to, once at least, with each kind of file for which it can:
 * for that there may be ten times as many CALLS.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
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
	THREADS = 3,
	/* Twice the longest line: has a whole one in it. */
	PIECE_MIN = 600,
	PIECES_MAX = 8,
	KEY_SIZE = 64,
};

enum kind {
	PLAIN,
	INFO,
	CLEARING,
	KINDS,
};

static const char *const kinds[KINDS] = { "plain", "info", "clearing" };

struct target {
	const char *path;
	enum kind kind;
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
static __thread uint64_t random_state;

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

	if (target->kind == INFO)
		return;
	if (pos < 0 || pos > (off_t)target->length || size > target->length - pos)
		fail(handle, call, "delivers what is not there");
	if (memcmp(got, target->content + pos, size) != 0)
		fail(handle, call, "delivers something else");
}

/* Nothing comes only at the end, or when nothing was asked for. */
static void check_end(const struct handle *handle, const char *call, ssize_t got, size_t asked,
		      off_t pos)
{
	if (got == 0 && asked && handle->target->kind == PLAIN && pos >= 0 &&
	    pos < (off_t)handle->target->length)
		fail(handle, call, "ends too early");
}

static void append(struct handle *handle, const char *got, size_t size)
{
	handle->got = realloc(handle->got, handle->length + size + 1);
	if (!handle->got)
		err(1, "memory");
	memcpy(handle->got + handle->length, got, size);
	handle->length += size;
}

/* Returns whether a call that has asked for so much has delivered something. */
static bool deliver(struct handle *handle, const char *call, const char *got, ssize_t size,
		    size_t asked)
{
	check_end(handle, call, size, asked, handle->pos);
	if (size <= 0)
		return false;
	if (handle->target->kind == CLEARING)
		append(handle, got, size);
	else
		compare(handle, call, got, size, handle->pos);
	handle->pos += size;
	return true;
}

/* The same from @pos of a file; those that clear have no such place. */
static bool deliver_from(const struct handle *handle, const char *call, const char *got,
			 ssize_t size, size_t asked, off_t pos)
{
	check_end(handle, call, size, asked, pos);
	if (size < 0)
		return false;
	if (handle->target->kind == CLEARING)
		fail(handle, call, "seeks");
	if (size)
		compare(handle, call, got, size, pos);
	return size > 0;
}

/* These return whether they succeed, which is more than to deliver nothing. */
static bool odd_open(struct handle *handle)
{
	static const int ways[] = { O_RDONLY, O_RDONLY, O_RDWR, O_WRONLY };
	static const int more[] = {
		0, 0, O_APPEND, O_TRUNC, O_NONBLOCK, O_SYNC, O_DIRECT, O_NOATIME
	};
	const int flags = ways[below(4)] | more[below(8)];

	handle->target = &targets[below(target_count)];
	handle->fd = open(handle->target->path, flags | O_CLOEXEC);
	handle->pos = 0;
	handle->length = 0;
	handle->got = NULL;
	return handle->fd >= 0;
}

/* Of the line at @line, of @size bytes with its newline: such that keys ascend. */
static void get_key(const char *line, size_t size, unsigned char key[KEY_SIZE])
{
	char text[KEY_SIZE];
	size_t length = 0;

	while (length < size && length < sizeof(text) - 1 && !strchr("\t\n/", line[length])) {
		text[length] = line[length];
		length++;
	}
	text[length] = '\0';
	memset(key, 0, KEY_SIZE);
	if (!inet_pton(AF_INET, text, key) && !inet_pton(AF_INET6, text, key))
		*(uint16_t *)key = htons(strtoul(text, NULL, 10));
}

/* What has its newline has been delivered. */
static bool odd_close(struct handle *handle)
{
	const char *end = handle->got ? memrchr(handle->got, '\n', handle->length) : NULL;
	unsigned char before[KEY_SIZE], key[KEY_SIZE];
	const char *line, *next;
	bool first = true;

	for (line = handle->got; end && line <= end; line = next) {
		next = memchr(line, '\n', end + 1 - line) + 1;
		if (line == handle->got)
			continue; /* the header */
		get_key(line, next - line, key);
		if (!first && memcmp(before, key, sizeof(key)) >= 0)
			fail(handle, "close", "its rows do not ascend");
		memcpy(before, key, sizeof(key));
		first = false;
	}
	if (end)
		fwrite(handle->got, 1, end + 1 - handle->got, output);
	free(handle->got);
	handle->got = NULL;
	close(handle->fd);
	handle->fd = -1;
	return true;
}

static bool odd_read(struct handle *handle)
{
	const size_t size = odd_size();
	size_t there;
	char *memory = odd_memory(size, &there);
	const ssize_t got = read(handle->fd, memory, size);

	if (got > (ssize_t)there)
		fail(handle, "read", "delivers more than there is room for");
	return deliver(handle, "read", memory, got, size);
}

static bool odd_pread(struct handle *handle)
{
	const size_t size = odd_size();
	const off_t pos = odd_offset();
	size_t there;
	char *memory = odd_memory(size, &there);
	const ssize_t got = pread(handle->fd, memory, size, pos);

	if (got > (ssize_t)there)
		fail(handle, "pread", "delivers more than there is room for");
	return deliver_from(handle, "pread", memory, got, size, pos);
}

/* Returns how many: one behind the other in @large. */
static unsigned int odd_parts(struct iovec parts[PARTS_MAX])
{
	const unsigned int count = 1 + below(PARTS_MAX);
	char *at = large;
	unsigned int i;

	for (i = 0; i < count; i++) {
		parts[i].iov_base = at;
		parts[i].iov_len = below(2000);
		at += parts[i].iov_len;
	}
	/* The last part may not be there. */
	if (below(3) == 0)
		parts[count - 1].iov_base = edge.end;
	return count;
}

static size_t size_of(const struct iovec *parts, unsigned int count)
{
	size_t size = 0;

	for (; count; count--)
		size += parts++->iov_len;
	return size;
}

static bool odd_readv(struct handle *handle)
{
	struct iovec parts[PARTS_MAX];
	const unsigned int count = odd_parts(parts);
	const ssize_t got = readv(handle->fd, parts, count);

	return deliver(handle, "readv", large, got, size_of(parts, count));
}

static bool odd_preadv(struct handle *handle)
{
	struct iovec parts[PARTS_MAX];
	const unsigned int count = odd_parts(parts);
	const off_t pos = odd_offset();
	const ssize_t got = preadv(handle->fd, parts, count, pos);

	return deliver_from(handle, "preadv", large, got, size_of(parts, count), pos);
}

static bool odd_preadv2(struct handle *handle)
{
	static const int flags[] = { 0, 0, RWF_HIPRI, RWF_NOWAIT, RWF_DSYNC, 1 << 30 };
	struct iovec parts[PARTS_MAX];
	const unsigned int count = odd_parts(parts);
	/* -1: from where it is. */
	const off_t pos = below(2) ? -1 : odd_offset();
	const ssize_t got = preadv2(handle->fd, parts, count, pos,
				    flags[below(sizeof(flags) / sizeof(*flags))]);

	if (pos == -1)
		return deliver(handle, "preadv2", large, got, size_of(parts, count));
	return deliver_from(handle, "preadv2", large, got, size_of(parts, count), pos);
}

static bool odd_lseek(struct handle *handle)
{
	const off_t offset = odd_offset();
	const int whence = below(6);
	const off_t pos = lseek(handle->fd, offset, whence);
	off_t wanted = offset;

	/* There is no end to seek from. */
	if (handle->target->kind == CLEARING || (whence != SEEK_SET && whence != SEEK_CUR) ||
	    (whence == SEEK_CUR && __builtin_add_overflow(handle->pos, offset, &wanted)))
		wanted = -1;
	if (pos != (wanted < 0 ? -1 : wanted))
		fail(handle, "lseek", "goes elsewhere");
	if (pos < 0)
		return false;
	handle->pos = pos;
	return true;
}

/* Each line has a byte that no line has; many have no end. */
static void put_garbage(char *text, size_t size)
{
	static const char usual[] = "0123456789.:abcdefclear-\t \0/";
	size_t i;

	for (i = 0; i < size; i++) {
		if (i == 0 || text[i - 1] == '\n')
			text[i] = '?';
		else
			text[i] = below(100) ? usual[below(sizeof(usual))] : '\n';
	}
}

static bool odd_write(struct handle *handle)
{
	const size_t size = odd_size();
	size_t there;
	char *memory = odd_memory(size, &there);
	struct iovec part = { .iov_base = memory, .iov_len = size };
	ssize_t taken;

	put_garbage(memory, there);
	switch (below(8)) {
	case 0:
		taken = pwrite(handle->fd, memory, size, odd_offset());
		break;
	case 1:
		taken = pwritev(handle->fd, &part, 1, odd_offset());
		break;
	default:
		taken = write(handle->fd, memory, size);
	}
	if (taken > (ssize_t)there)
		fail(handle, "write", "takes more than there is");
	if (taken > 0 && memchr(memory, '\n', taken))
		fail(handle, "write", "takes a line that is none");
	return taken >= 0;
}

static bool odd_splice(struct handle *handle)
{
	const bool from_place = !below(3);
	const off_t pos = odd_offset();
	const size_t size = below(SPLICE_MAX);
	off_t moved = pos;
	int ends[2];
	ssize_t got;

	if (pipe(ends))
		err(1, "pipe");
	got = splice(handle->fd, from_place ? &moved : NULL, ends[1], NULL, size,
		     SPLICE_F_NONBLOCK);
	if (got > 0 && read(ends[0], large, got) != got)
		fail(handle, "splice", "delivers less than it says");
	close(ends[0]);
	close(ends[1]);
	if (from_place)
		return deliver_from(handle, "splice", large, got, size, pos);
	return deliver(handle, "splice", large, got, size);
}

static bool odd_sendfile(struct handle *handle)
{
	const int to = memfd_create("pester", MFD_CLOEXEC);
	const bool from_place = !below(3);
	const off_t pos = odd_offset();
	const size_t size = odd_size();
	off_t moved = pos;
	ssize_t got;

	if (to < 0)
		err(1, "memfd");
	got = sendfile(to, handle->fd, from_place ? &moved : NULL, size);
	if (got > 0 && pread(to, large, got, 0) != got)
		fail(handle, "sendfile", "delivers less than it says");
	close(to);
	if (from_place)
		return deliver_from(handle, "sendfile", large, got, size, pos);
	return deliver(handle, "sendfile", large, got, size);
}

static bool odd_poll(struct handle *handle)
{
	/* As of a regular file: nobody has ever to wait. */
	const short always = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
	struct pollfd polled = { .fd = handle->fd, .events = below(65536) };
	const int number = poll(&polled, 1, 0);

	if (polled.revents != (polled.events & always) || number != !!polled.revents)
		fail(handle, "poll", "says something else");
	return number > 0;
}

static bool odd_mmap(struct handle *handle)
{
	void *mapped = mmap(NULL, 4096, below(8), below(2) ? MAP_SHARED : MAP_PRIVATE, handle->fd,
			    (off_t)below(4) * 4096);

	if (mapped != MAP_FAILED)
		fail(handle, "mmap", "it is mapped");
	return false;
}

static bool odd_ioctl(struct handle *handle)
{
	if (ioctl(handle->fd, _IOC(below(4), 'x', below(256), below(1 << 14)), large) == 0)
		fail(handle, "ioctl", "is taken");
	return false;
}

static bool odd_size_change(struct handle *handle)
{
	switch (below(3)) {
	case 0:
		return ftruncate(handle->fd, odd_offset()) == 0;
	case 1:
		return fallocate(handle->fd, 0, 0, 4096) == 0;
	default:
		return fsync(handle->fd) == 0;
	}
}

/* --- one open file, several threads --------------------------------------- */

/* What one read() has delivered; its first whole line has @key, if it has any. */
struct piece {
	size_t length;
	char *text;
	bool placed;
	unsigned char key[KEY_SIZE];
};

struct sharer {
	pthread_t thread;
	struct handle handle;
	uint64_t seed;
	struct piece pieces[PIECES_MAX];
	unsigned int count;
	bool succeeded;
};

static void take_piece(struct sharer *sharer)
{
	struct piece *piece = &sharer->pieces[sharer->count];
	const size_t size = PIECE_MIN + below(5000);
	const struct target *target = sharer->handle.target;
	const char *line, *end;
	ssize_t got;

	piece->text = malloc(size);
	if (!piece->text)
		err(1, "memory");
	got = read(sharer->handle.fd, piece->text, size);
	sharer->succeeded |= got > 0;
	if (got > 0 && target->kind == PLAIN &&
	    !memmem(target->content, target->length, piece->text, got))
		fail(&sharer->handle, "read by several", "delivers what is not there");
	if (got <= 0 || target->kind != CLEARING) {
		free(piece->text);
		return;
	}
	sharer->count++;
	piece->length = got;
	line = memchr(piece->text, '\n', got);
	end = line ? memchr(line + 1, '\n', piece->text + got - (line + 1)) : NULL;
	piece->placed = end;
	if (end)
		get_key(line + 1, end - line, piece->key);
}

static void read_at_some_place(struct sharer *sharer)
{
	const size_t size = below(5000);
	const off_t pos = below(3000);
	char *memory = malloc(size);
	ssize_t got;

	if (!memory)
		err(1, "memory");
	got = pread(sharer->handle.fd, memory, size, pos);
	deliver_from(&sharer->handle, "pread by several", memory, got, size, pos);
	free(memory);
}

static void write_garbage(struct sharer *sharer)
{
	char garbage[100];

	put_garbage(garbage, sizeof(garbage));
	if (write(sharer->handle.fd, garbage, sizeof(garbage)) > 0 &&
	    memchr(garbage, '\n', sizeof(garbage)))
		fail(&sharer->handle, "write by several", "takes a line that is none");
}

static void *share(void *data)
{
	struct sharer *sharer = data;
	unsigned int calls;

	random_state = sharer->seed;
	for (calls = below(PIECES_MAX + 1); calls; calls--) {
		switch (below(4)) {
		case 0:
			read_at_some_place(sharer);
			break;
		case 1:
			write_garbage(sharer);
			break;
		default:
			take_piece(sharer);
		}
	}
	close(sharer->handle.fd);
	return NULL;
}

/* That without a place is at the end, and shorter than was asked for. */
static int compare_pieces(const void *a, const void *b)
{
	const struct piece *one = a, *other = b;

	if (one->placed != other->placed)
		return one->placed ? -1 : 1;
	return memcmp(one->key, other->key, sizeof(one->key));
}

/*
 * Rows ascend, so what has been delivered of a clearing file can be put together
 * again. The file is closed by the one who is the last.
 */
static bool odd_sharing(struct handle *handle)
{
	struct piece pieces[THREADS * PIECES_MAX];
	struct sharer sharers[THREADS] = {};
	unsigned int i, count = 0;
	bool succeeded = false;

	for (i = 0; i < THREADS; i++) {
		sharers[i].handle = *handle;
		sharers[i].handle.fd = dup(handle->fd);
		sharers[i].seed = next_random();
		if (sharers[i].handle.fd < 0)
			err(1, "dup");
	}
	close(handle->fd);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&sharers[i].thread, NULL, share, &sharers[i]))
			errx(1, "pthread_create");
	for (i = 0; i < THREADS; i++) {
		pthread_join(sharers[i].thread, NULL);
		succeeded |= sharers[i].succeeded;
		memcpy(pieces + count, sharers[i].pieces, sharers[i].count * sizeof(*pieces));
		count += sharers[i].count;
	}
	qsort(pieces, count, sizeof(*pieces), compare_pieces);
	for (i = 0; i < count; i++) {
		append(handle, pieces[i].text, pieces[i].length);
		free(pieces[i].text);
	}
	handle->fd = -1;
	odd_close(handle);
	return succeeded;
}

/* --- all of them ---------------------------------------------------------- */

enum {
	OF_PLAIN = 1 << PLAIN,
	OF_INFO = 1 << INFO,
	OF_CLEARING = 1 << CLEARING,
	OF_ALL = OF_PLAIN | OF_INFO | OF_CLEARING,
};

/* @can: the kinds of files with which it can succeed. */
static struct call {
	const char *name;
	bool (*make)(struct handle *handle);
	unsigned int share, can;
	unsigned long made[KINDS], succeeded[KINDS];
} calls[] = {
	{ "open", odd_open, 0, OF_ALL, {}, {} },
	{ "close", odd_close, 2, OF_ALL, {}, {} },
	{ "read", odd_read, 3, OF_ALL, {}, {} },
	{ "pread", odd_pread, 1, OF_PLAIN | OF_INFO, {}, {} },
	{ "readv", odd_readv, 1, OF_ALL, {}, {} },
	{ "preadv", odd_preadv, 1, OF_PLAIN | OF_INFO, {}, {} },
	{ "preadv2", odd_preadv2, 1, OF_ALL, {}, {} },
	{ "lseek", odd_lseek, 1, OF_PLAIN | OF_INFO, {}, {} },
	{ "write", odd_write, 3, OF_PLAIN | OF_CLEARING, {}, {} },
	{ "splice", odd_splice, 1, OF_ALL, {}, {} },
	/* Since Linux 6.0 or so, not with files that do not seek. */
	{ "sendfile", odd_sendfile, 1, OF_PLAIN | OF_INFO, {}, {} },
	{ "sharing", odd_sharing, 1, OF_ALL, {}, {} },
	{ "poll", odd_poll, 1, OF_ALL, {}, {} },
	{ "mmap", odd_mmap, 1, 0, {}, {} },
	{ "ioctl", odd_ioctl, 1, 0, {}, {} },
	{ "size change", odd_size_change, 1, 0, {}, {} },
};

enum { CALLS = sizeof(calls) / sizeof(*calls) };

/* As often as their shares are. */
static struct call *some_call(void)
{
	unsigned int i, all = 0, at;

	for (i = 0; i < CALLS; i++)
		all += calls[i].share;
	at = below(all);
	for (i = 0; at >= calls[i].share; i++)
		at -= calls[i].share;
	return &calls[i];
}

static void call_something(void)
{
	struct handle *handle = &handles[below(HANDLES)];
	struct call *call = handle->fd < 0 ? &calls[0] : some_call();
	const bool succeeded = call->make(handle);

	call->made[handle->target->kind]++;
	call->succeeded[handle->target->kind] += succeeded;
}

/* Whether it could, and never has; of kinds of files that are there. */
static bool has_failed(const struct call *call, enum kind kind)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		if (targets[i].kind == kind)
			return call->can & 1 << kind && !call->succeeded[kind];
	return false;
}

static bool all_have_succeeded(void)
{
	unsigned int i, k;

	for (i = 0; i < CALLS; i++)
		for (k = 0; k < KINDS; k++)
			if (has_failed(&calls[i], k))
				return false;
	return true;
}

static void report(void)
{
	unsigned int i, k;

	for (i = 0; i < CALLS; i++) {
		printf("%s:", calls[i].name);
		for (k = 0; k < KINDS; k++) {
			printf(" %lu of %lu %s", calls[i].succeeded[k], calls[i].made[k], kinds[k]);
			if (has_failed(&calls[i], k))
				errx(1, "%s of %s files has never succeeded", calls[i].name,
				     kinds[k]);
		}
		putchar('\n');
	}
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
	target->kind = PLAIN;
	if (clears)
		target->kind = CLEARING;
	else if (length > 5 && strcmp(path + length - 5, "_info") == 0)
		target->kind = INFO;
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
	unsigned long count, i;

	if (argc < 5)
		errx(2, "usage: pester SEED CALLS OUTPUT PLAIN... -- CLEARING...");
	count = strtoul(argv[2], NULL, 10);
	parse(argv);
	make_memory();
	for (i = 0; i < HANDLES; i++)
		handles[i].fd = -1;
	for (i = 0; i < count || (i < 10 * count && !all_have_succeeded()); i++)
		call_something();
	for (i = 0; i < HANDLES; i++)
		if (handles[i].fd >= 0)
			odd_close(&handles[i]);
	if (fclose(output))
		err(1, "%s", argv[3]);
	report();
	return 0;
}
