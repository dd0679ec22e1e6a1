// SPDX-License-Identifier: GPL-2.0
/*
 * drain: reads a file of a --clearonread table to its end again and again, with
 * several readers at once, some of which are killed on the way, and prints the
 * sum of all whole rows that were delivered.
 *
 *	drain FILE SIZE READERS SESSIONS KILLED SEED [STOPPED]
 *
 * SIZE is that of each read(), KILLED a percentage of the sessions. Half of those have
 * their readers stopped, for up to STOPPED ms, and some go on then. A reader
 * reads straight into memory it shares with its parent, so what the kernel
 * delivered before the reader was killed is known, whether or not the reader
 * lived to see it. The last session is never killed. There are more sessions if
 * none was killed in time.
 *
 * The rows are summed with their totals, and come in the order of their keys as
 * text.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NUMBERS_MAX 10
#define KEY_SIZE    64 /* the longest is an IPv6 prefix */
#define READERS_MAX 8
#define LOG_BYTES   (64UL << 20) /* of address space: pages are made when read into */

struct sum {
	char key[KEY_SIZE];
	uint64_t numbers[NUMBERS_MAX];
};

struct reader {
	char *log;
	pid_t pid;
};

static struct sum *sums;
static size_t sums_used, sums_room;
static int numbers_of_row = -1;
static char header[256];

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static void read_to_the_end(const char *path, size_t size, char *log)
{
	size_t used = 0;
	ssize_t got;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0)
		err(1, "%s", path);
	for (;;) {
		if (used + size >= LOG_BYTES)
			errx(1, "%s is larger than thought possible", path);
		got = read(fd, log + used, size);
		if (got < 0)
			err(1, "read %s", path);
		if (!got)
			break;
		used += got;
	}
	close(fd);
}

static void sleep_ns(uint64_t ns)
{
	const struct timespec pause = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&pause, NULL);
}

static void start_reader(struct reader *reader, const char *path, size_t size)
{
	reader->log = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reader->log == MAP_FAILED)
		err(1, "mmap");
	reader->pid = fork();
	if (reader->pid < 0)
		err(1, "fork");
	if (!reader->pid) {
		read_to_the_end(path, size, reader->log);
		_exit(0);
	}
}

/* Whether it had not come to its end before. */
static bool stop_reader(const struct reader *reader)
{
	siginfo_t info;

	kill(reader->pid, SIGSTOP);
	if (waitid(P_PID, reader->pid, &info, WSTOPPED | WEXITED | WNOWAIT))
		err(1, "waitid");
	return info.si_code == CLD_STOPPED;
}

/* Whether it lived. */
static bool end_reader(struct reader *reader, bool may_be_killed)
{
	int status;

	if (waitpid(reader->pid, &status, 0) != reader->pid)
		err(1, "waitpid");
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	if (!may_be_killed || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		errx(1, "a reader ended with status %#x", status);
	return false;
}

static struct sum *new_sum(const char *key)
{
	struct sum *sum;

	if (sums_used == sums_room) {
		sums_room = sums_room ? 2 * sums_room : 1024;
		sums = realloc(sums, sums_room * sizeof(*sums));
		if (!sums)
			err(1, "realloc");
	}
	sum = &sums[sums_used++];
	memset(sum, 0, sizeof(*sum));
	if (snprintf(sum->key, KEY_SIZE, "%s", key) >= KEY_SIZE)
		errx(1, "what a key: %s", key);
	return sum;
}

static void add_row(char *line)
{
	char *field = strtok(line, "\t");
	struct sum *sum = new_sum(field);
	int count = 0;

	while ((field = strtok(NULL, "\t"))) {
		if (count == NUMBERS_MAX)
			errx(1, "a row with too many numbers");
		sum->numbers[count++] = strtoull(field, NULL, 10);
	}
	if (numbers_of_row >= 0 && numbers_of_row != count)
		errx(1, "rows of %d and of %d numbers", numbers_of_row, count);
	numbers_of_row = count;
}

/* What has no newline was not delivered whole, and stays in the table. */
static void add_log(char *log)
{
	char *line = log, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (line == log)
			snprintf(header, sizeof(header), "%s", line);
		else
			add_row(line);
	}
	munmap(log, LOG_BYTES);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(((const struct sum *)a)->key, ((const struct sum *)b)->key);
}

/* Into the last one of each key. */
static void add_up_sums(void)
{
	size_t i;
	int n;

	qsort(sums, sums_used, sizeof(*sums), compare_keys);
	for (i = 1; i < sums_used; i++)
		for (n = 0; n < numbers_of_row && !compare_keys(&sums[i], &sums[i - 1]); n++)
			sums[i].numbers[n] += sums[i - 1].numbers[n];
}

static void print_sums(void)
{
	size_t i;
	int n;

	puts(header);
	for (i = 0; i < sums_used; i++) {
		if (i + 1 < sums_used && !compare_keys(&sums[i], &sums[i + 1]))
			continue;
		fputs(sums[i].key, stdout);
		for (n = 0; n < numbers_of_row; n++)
			printf("\t%" PRIu64, sums[i].numbers[n]);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct reader readers[READERS_MAX];
	uint64_t started, whole_ns = 2000000;
	int count, sessions, killed, session, i, lived = 0, died = 0, stopped = 0, stop_ms;
	bool kill_some, goes_on, all_lived, last = false;
	size_t size;

	if (argc != 7 && argc != 8)
		errx(2, "usage: drain FILE SIZE READERS SESSIONS KILLED SEED [STOPPED]");
	size = strtoul(argv[2], NULL, 10);
	count = atoi(argv[3]);
	sessions = atoi(argv[4]);
	killed = atoi(argv[5]);
	srandom(atoi(argv[6]));
	stop_ms = argc == 8 ? atoi(argv[7]) : 0;
	if (!size || count < 1 || count > READERS_MAX)
		errx(2, "bad SIZE or READERS");

	for (session = 1; !last; session++) {
		/* More than asked for, if none was killed in time so far. */
		last = session >= sessions && (!killed || died || session >= 20 * sessions);
		kill_some = !last && random() % 100 < killed;
		started = monotonic_ns();
		for (i = 0; i < count; i++)
			start_reader(&readers[i], argv[1], size);
		if (kill_some) {
			/* At any moment of what a whole session has taken. */
			sleep_ns(random() % whole_ns);
			goes_on = false;
			if (stop_ms && random() % 2) {
				for (i = 0; i < count; i++)
					stopped += stop_reader(&readers[i]);
				sleep_ns(random() % stop_ms * UINT64_C(1000000));
				goes_on = random() % 2;
			}
			for (i = 0; i < count; i++)
				kill(readers[i].pid, goes_on ? SIGCONT : SIGKILL);
		}
		all_lived = true;
		for (i = 0; i < count; i++) {
			if (end_reader(&readers[i], kill_some)) {
				lived++;
			} else {
				died++;
				all_lived = false;
			}
			add_log(readers[i].log);
		}
		if (all_lived && !kill_some)
			whole_ns = monotonic_ns() - started;
		if (whole_ns > 900000000)
			whole_ns = 900000000;
	}
	fprintf(stderr, "drain: %d readers came to the end, %d were killed, %d were stopped\n",
		lived, died, stopped);
	if (killed && !died)
		errx(1, "no reader was killed in time: nothing was tried");
	add_up_sums();
	print_sums();
	return 0;
}
