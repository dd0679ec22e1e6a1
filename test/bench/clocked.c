// SPDX-License-Identifier: GPL-2.0
/*
 * clocked: how long a command takes.
 *
 *	clocked RUNS COMMAND [ARGUMENT...]
 *
 * Runs it RUNS times with its output thrown away and prints the least of each:
 * nanoseconds on the clock, and nanoseconds of CPU time of the command. Under
 * QEMU's -icount a nanosecond is an instruction; the CPU time is the one to use
 * there, as the clock jumps whenever the guest waits for the host.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct cost {
	uint64_t clock;
	uint64_t cpu;
};

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static uint64_t ns_of(const struct timeval *time)
{
	return time->tv_sec * UINT64_C(1000000000) + time->tv_usec * UINT64_C(1000);
}

static void run(char **command)
{
	const int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		err(1, "/dev/null");
	execvp(command[0], command);
	err(1, "%s", command[0]);
}

static struct cost clock_command(char **command)
{
	const uint64_t started = monotonic_ns();
	struct rusage used;
	struct cost cost;
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		run(command);
	if (wait4(pid, &status, 0, &used) != pid)
		err(1, "wait4");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s ended with status %#x", command[0], status);
	cost.clock = monotonic_ns() - started;
	cost.cpu = ns_of(&used.ru_utime) + ns_of(&used.ru_stime);
	return cost;
}

int main(int argc, char **argv)
{
	struct cost least = { UINT64_MAX, UINT64_MAX }, cost;
	int runs;

	if (argc < 3 || (runs = atoi(argv[1])) < 1)
		errx(2, "usage: clocked RUNS COMMAND [ARGUMENT...]");
	while (runs--) {
		cost = clock_command(argv + 2);
		if (cost.clock < least.clock)
			least.clock = cost.clock;
		if (cost.cpu < least.cpu)
			least.cpu = cost.cpu;
	}
	printf("%" PRIu64 "\t%" PRIu64 "\n", least.clock, least.cpu);
	return 0;
}
