// SPDX-License-Identifier: GPL-2.0
/*
 * swarm: sends packets of very many addresses, from several CPUs at once, by the
 * bench's module (test/bench/bench_hook.c), and writes down what the files of a
 * table have to say about them.
 *
 *	swarm [options] NETNS PREFIX
 *
 * There are addresses that are known from the start (10.0.0.0 and on): each has
 * packets of every kind, from each CPU, before all else, and more at random. And there are new
 * ones (11.0.0.0 and on), that appear one after another, with one packet each. A
 * CPU sends chunks of BENCH_CHUNK packets; what is left in a chunk are packets
 * between strangers (172.16.0.0 and 192.0.2.1).
 *
 *	-6		by IPv6: each address stands for the one of 2001:db8::/96 that
 *			has it as its end
 *	-c CPUS		(1)
 *	-s SEED		of all random choices (1)
 *	-j CHUNKS	for each CPU (1)
 *	-k KNOWN	addresses (1)
 *	-a AGAIN	packets of known addresses in each chunk (0), or
 *	-r RATE		so many each second, as far as chunks have room for them
 *	-n NEW		packets of new addresses in each chunk (0); when 2^24 have
 *			been, they start over
 *	-p MS		between two chunks (0)
 *	-q MS		between two chunks in one case of 16, at most (0)
 *	-h		hold up whatever runs at ordinary priority (workers of the
 *			kernel's): half the time, in pieces of 4 ms, on each CPU. The
 *			caller has a realtime priority above 1
 *	-m		have memory for the packets fail, as /sys/kernel/debug/failslab and
 *			fail_page_alloc say of tasks that are marked for it
 *	-o		open connections: TCP's SYN and UDP besides, each of a flow that
 *			there has not been, and TCP's RST, that ends some
 *	-x		leave the new ones out of the files
 *
 * The kinds of packets are such that it makes no difference when they come:
 * TCP's ACK and ICMP's replies open no connection, each of ICMP's queries opens
 * one, and so does what is of a new flow. Even CPUs send all kinds, odd ones only
 * what opens connections: these are counted by another way in the module, without
 * a journal.
 *
 * Writes PREFIX, PREFIX_packets, PREFIX_ipconn, PREFIX_portconn for the known and
 * the new, in the order of their addresses and ports, as does truth.c. Prints what
 * was sent, and what a packet took:
 *
 *	known PACKETS BYTES
 *	new PACKETS BYTES
 *	strangers PACKETS BYTES
 *	addresses NEW
 *	ns MEDIAN...	of each tenth of the chunks, one after the other
 */
#define _GNU_SOURCE
#include "../bench/bench_hook.h"
#include "place.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	HOLD_NS = 4000000,
	CPUS_MAX = 64,
	NEW_MAX = 1 << 24, /* what a step has room for */
	QUIET = 16,	   /* one pause of so many is a long one */
	TENTHS = 10,
};

#define KNOWN_BASE 0x0a000000u /* 10.0.0.0 */
#define NEW_BASE   0x0b000000u /* 11.0.0.0 */
#define STRANGER   0xac100000u /* 172.16.0.0 */
#define OTHER_END  0xc0000201u /* 192.0.2.1, of TEST-NET-1 */
#define PEERS	   0xc6120000u /* 198.18.0.0/15, for benchmarks: the other ends of flows */

/* As the columns of the files go: IN, then OUT. */
enum direction {
	IN,
	OUT,
};

enum class {
	TCP,
	UDP,
	OTHER,
	CLASSES,
};

/* The ports that connections are opened to. */
static const uint16_t ports[CLASSES] = { [TCP] = 443, [UDP] = 53 };

static const struct kind {
	enum direction direction;
	enum class class;
	int type; /* of ICMP, or the flags of TCP */
	uint16_t size;
} kinds[] = {
	{ OUT, TCP, TH_ACK, 1492 },
	{ IN, TCP, TH_ACK, 64 },
	{ OUT, OTHER, ICMP_ECHOREPLY, 1028 },
	{ IN, OTHER, ICMP_ECHOREPLY, 333 },
	{ OUT, OTHER, ICMP_ECHO, 84 },
	{ IN, OTHER, ICMP_ECHO, 61 },
	{ OUT, TCP, TH_SYN, 60 },
	{ IN, TCP, TH_SYN, 72 },
	{ OUT, UDP, 0, 71 },
	{ IN, UDP, 0, 516 },
	{ OUT, TCP, TH_RST, 62 },
	{ IN, TCP, TH_RST, 68 },
};

/* Where in that list begins what always opens a connection, what does if its flow is
 * new, what ends one. */
enum {
	QUERIES = 4,
	OPENINGS = 6,
	ENDINGS = 10,
	KINDS = sizeof(kinds) / sizeof(*kinds),
};

/* How often an address has had each kind of packet. */
struct sent {
	uint32_t of_kind[KINDS];
};

struct worker {
	unsigned int cpu;
	pthread_t thread;
	int fd;
	uint64_t random;
	uint32_t steps[BENCH_CHUNK];
	uint32_t chunk;	  /* how many it has begun: flows are named after it */
	uint32_t *opened; /* in which of them each known address has last opened one */
	uint64_t strangers;
	uint32_t *clocks; /* ns of each chunk */
	int mark;	  /* make-it-fail of the thread, or -1 */
	uint64_t started; /* ms */
	uint64_t sent;	  /* by rate */
};

static struct {
	uint32_t cpus;
	uint32_t seed;
	uint32_t chunks;
	uint32_t known;
	uint32_t new;
	uint32_t again;
	uint32_t rate;
	uint32_t pause;
	uint32_t quiet;
	bool known_only;
	bool ipv6;
	bool hold;
	bool fail_memory;
	bool open;
} options = { .cpus = 1, .seed = 1, .chunks = 1, .known = 1 };

static struct sent *known, *new;
static uint32_t new_count;
static pthread_barrier_t barrier;
static bool over;

/* SplitMix64 */
static uint64_t next_random(struct worker *worker)
{
	uint64_t z = worker->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint32_t below(struct worker *worker, uint32_t limit)
{
	return (next_random(worker) >> 32) % limit;
}

/* Whose packet it is. */
enum whose {
	THE_KNOWN,
	THE_NEW,
	STRANGERS,
	ALL,
};

static const uint32_t bases[ALL] = { KNOWN_BASE, NEW_BASE, STRANGER };

static unsigned int packet_of(unsigned int kind, enum whose whose)
{
	return ALL * kind + whose;
}

static uint8_t protocol_of(const struct kind *kind)
{
	if (kind->class != OTHER)
		return kind->class == TCP ? IPPROTO_TCP : IPPROTO_UDP;
	return options.ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
}

static uint8_t icmp_type(const struct kind *kind)
{
	if (!options.ipv6)
		return kind->type;
	return kind->type == ICMP_ECHO ? ICMP6_ECHO_REQUEST : ICMP6_ECHO_REPLY;
}

static bool has_own_flow(const struct kind *kind)
{
	return kind >= kinds + OPENINGS;
}

/* Of flows of their own: another one for each CPU, chunk and direction. */
static uint16_t source_port(const struct worker *worker, const struct kind *kind)
{
	return has_own_flow(kind) ? worker->chunk : 40000;
}

static uint32_t other_end(const struct worker *worker, const struct kind *kind)
{
	if (!has_own_flow(kind))
		return OTHER_END;
	return PEERS | worker->cpu << 11 | kind->direction << 10 | worker->chunk >> 16;
}

static void put_tcp(uint8_t *at, const struct worker *worker, const struct kind *kind)
{
	const struct tcphdr th = {
		.th_sport = htons(source_port(worker, kind)),
		.th_dport = htons(ports[TCP]),
		.th_off = sizeof(th) / 4,
		.th_flags = kind->type,
	};

	memcpy(at, &th, sizeof(th));
}

static void put_udp(uint8_t *at, const struct worker *worker, const struct kind *kind,
		    size_t length)
{
	const struct udphdr uh = {
		.uh_sport = htons(source_port(worker, kind)),
		.uh_dport = htons(ports[UDP]),
		.uh_ulen = htons(length),
	};

	memcpy(at, &uh, sizeof(uh));
}

static void put_transport(uint8_t *at, const struct worker *worker, const struct kind *kind,
			  size_t length)
{
	switch (kind->class) {
	case TCP:
		put_tcp(at, worker, kind);
		break;
	case UDP:
		put_udp(at, worker, kind, length);
		break;
	default:
		*at = icmp_type(kind);
	}
}

static struct in6_addr ipv6_of(uint32_t address)
{
	struct in6_addr ipv6 = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8 } };

	ipv6.s6_addr32[3] = htonl(address);
	return ipv6;
}

/* Returns the length of the header. */
static size_t put_ipv4(struct bench_packet *packet, const struct kind *kind, uint32_t base,
		       uint32_t other)
{
	const bool out = kind->direction == OUT;
	const struct iphdr iph = {
		.version = 4,
		.ihl = sizeof(iph) / 4,
		.tot_len = htons(kind->size),
		.ttl = 64,
		.protocol = protocol_of(kind),
		.saddr = htonl(out ? base : other),
		.daddr = htonl(out ? other : base),
	};

	memcpy(packet->bytes, &iph, sizeof(iph));
	packet->inside = out ? offsetof(struct iphdr, saddr) : offsetof(struct iphdr, daddr);
	return sizeof(iph);
}

static size_t put_ipv6(struct bench_packet *packet, const struct kind *kind, uint32_t base,
		       uint32_t other)
{
	const bool out = kind->direction == OUT;
	const struct ip6_hdr ip6h = {
		.ip6_flow = htonl(6u << 28),
		.ip6_plen = htons(kind->size - sizeof(ip6h)),
		.ip6_nxt = protocol_of(kind),
		.ip6_hlim = 64,
		.ip6_src = ipv6_of(out ? base : other),
		.ip6_dst = ipv6_of(out ? other : base),
	};
	const size_t address =
		out ? offsetof(struct ip6_hdr, ip6_src) : offsetof(struct ip6_hdr, ip6_dst);

	memcpy(packet->bytes, &ip6h, sizeof(ip6h));
	packet->inside = address + sizeof(struct in6_addr) - sizeof(uint32_t);
	return sizeof(ip6h);
}

static void set_packet(const struct worker *worker, unsigned int number)
{
	const struct kind *kind = &kinds[number / ALL % KINDS];
	const uint32_t base = bases[number % ALL], other = other_end(worker, kind);
	struct bench_packet packet = { .number = number, .length = kind->size };
	size_t header;

	header = options.ipv6 ? put_ipv6(&packet, kind, base, other)
			      : put_ipv4(&packet, kind, base, other);
	put_transport(packet.bytes + header, worker, kind, kind->size - header);
	if (ioctl(worker->fd, BENCH_SET_PACKET, &packet))
		err(1, "BENCH_SET_PACKET");
}

static void open_worker(struct worker *worker, unsigned int cpu)
{
	unsigned int number;

	worker->cpu = cpu;
	worker->random = (uint64_t)options.seed << 32 | cpu;
	worker->clocks = calloc(options.chunks, sizeof(*worker->clocks));
	worker->fd = open("/proc/bench_hook", O_RDWR | O_CLOEXEC);
	worker->opened = calloc(options.known, sizeof(*worker->opened));
	if (!worker->clocks || !worker->opened || worker->fd < 0)
		err(1, "/proc/bench_hook");
	/* So that the kernel needs no page to write them, of which it may have none. */
	memset(worker->clocks, 0xff, options.chunks * sizeof(*worker->clocks));
	for (number = 0; number < BENCH_PACKETS_MAX; number++)
		set_packet(worker, number);
}

/* Marks the thread, so that allocations fail in what it calls, or takes that back. */
static void mark(const struct worker *worker, const char *yes)
{
	if (worker->mark >= 0 && pwrite(worker->mark, yes, 1, 0) != 1)
		err(1, "make-it-fail");
}

static void open_mark(struct worker *worker)
{
	worker->mark = -1;
	if (!options.fail_memory)
		return;
	worker->mark = open("/proc/thread-self/make-it-fail", O_WRONLY | O_CLOEXEC);
	if (worker->mark < 0)
		err(1, "make-it-fail");
}

static uint32_t step(struct sent *sent, enum whose whose, uint32_t address, unsigned int kind)
{
	__atomic_add_fetch(&sent[address].of_kind[kind], 1, __ATOMIC_RELAXED);
	return BENCH_STEP(address, packet_of(kind, whose));
}

static uint32_t strange_step(struct worker *worker)
{
	worker->strangers++;
	return BENCH_STEP(0, packet_of(QUERIES, STRANGERS));
}

static unsigned int choose_kind(struct worker *worker)
{
	const bool odd = worker->cpu % 2;
	const unsigned int first = odd ? QUERIES : 0;
	const unsigned int end = !options.open ? OPENINGS : odd ? ENDINGS : KINDS;

	return first + below(worker, end - first);
}

/* The flow that an address may open is another one in the next chunk only. */
static bool may_open(struct worker *worker, uint32_t address)
{
	const bool may = worker->opened[address] != worker->chunk;

	worker->opened[address] = worker->chunk;
	return may;
}

static uint32_t known_step(struct worker *worker)
{
	const uint32_t address = below(worker, options.known);
	unsigned int kind = choose_kind(worker);

	if (kind >= OPENINGS && kind < ENDINGS && !may_open(worker, address))
		kind = QUERIES + kinds[kind].direction;
	return step(known, THE_KNOWN, address, kind);
}

/* The CPUs take turns, and are thought to be equally far. */
static uint32_t new_step(struct worker *worker, uint32_t nth)
{
	const uint32_t address = nth * options.cpus + worker->cpu;

	return step(new, THE_NEW, address % NEW_MAX, choose_kind(worker));
}

static void shuffle(struct worker *worker)
{
	uint32_t i, j, other;

	for (i = BENCH_CHUNK - 1; i; i--) {
		j = below(worker, i + 1);
		other = worker->steps[j];
		worker->steps[j] = worker->steps[i];
		worker->steps[i] = other;
	}
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static uint64_t now_ms(void)
{
	return now_ns() / 1000000;
}

/* How many packets of known addresses a chunk has. */
static uint32_t count_again(struct worker *worker)
{
	uint64_t due;

	if (!options.rate)
		return options.again;
	due = (now_ms() - worker->started) * options.rate / 1000 - worker->sent;
	if (due > BENCH_CHUNK - options.new)
		due = BENCH_CHUNK - options.new;
	worker->sent += due;
	return due;
}

static void make_steps(struct worker *worker, uint32_t chunk)
{
	const uint32_t again = count_again(worker);
	uint32_t i = 0, n;

	for (n = 0; n < options.new; n++)
		worker->steps[i++] = new_step(worker, chunk * options.new + n);
	for (n = 0; n < again; n++)
		worker->steps[i++] = known_step(worker);
	while (i < BENCH_CHUNK)
		worker->steps[i++] = strange_step(worker);
	shuffle(worker);
}

static void begin_chunk(struct worker *worker)
{
	unsigned int kind;

	worker->chunk++;
	for (kind = OPENINGS; options.open && kind < KINDS; kind++) {
		set_packet(worker, packet_of(kind, THE_KNOWN));
		set_packet(worker, packet_of(kind, THE_NEW));
	}
}

static void send_steps(struct worker *worker, uint32_t *clock)
{
	const struct bench_sequence sequence = {
		.steps = (uintptr_t)worker->steps,
		.count = BENCH_CHUNK,
	};
	const struct bench_run run = { .clocks = (uintptr_t)clock, .chunks = 1 };

	if (ioctl(worker->fd, BENCH_SET_SEQUENCE, &sequence))
		err(1, "BENCH_SET_SEQUENCE");
	mark(worker, "1");
	if (ioctl(worker->fd, BENCH_RUN, &run))
		err(1, "BENCH_RUN");
	mark(worker, "0");
}

static void introduce_known(struct worker *worker)
{
	const unsigned int each = options.open ? KINDS : OPENINGS;
	const uint64_t steps = (uint64_t)options.known * each;
	const uint64_t padded = (steps + BENCH_CHUNK - 1) / BENCH_CHUNK * BENCH_CHUNK;
	uint32_t unused;
	uint64_t i;

	for (i = 0; i < padded; i++) {
		if (i % BENCH_CHUNK == 0)
			begin_chunk(worker);
		worker->steps[i % BENCH_CHUNK] =
			i < steps ? step(known, THE_KNOWN, i / each, i % each)
				  : strange_step(worker);
		if (i % BENCH_CHUNK == BENCH_CHUNK - 1)
			send_steps(worker, &unused);
	}
}

static void make_a_pause(struct worker *worker)
{
	uint32_t ms = options.pause;

	if (options.quiet && !below(worker, QUIET))
		ms = below(worker, options.quiet);
	usleep(ms * 1000);
}

static void *work(void *data)
{
	struct worker *worker = data;
	uint32_t chunk;

	stay_on_cpu(worker->cpu);
	open_mark(worker);
	introduce_known(worker);
	pthread_barrier_wait(&barrier);
	worker->started = now_ms();
	for (chunk = 0; chunk < options.chunks; chunk++) {
		begin_chunk(worker);
		make_steps(worker, chunk);
		send_steps(worker, &worker->clocks[chunk]);
		make_a_pause(worker);
	}
	return NULL;
}

static void *hold(void *data)
{
	const struct sched_param lowest = { .sched_priority = 1 };
	const struct timespec release = { .tv_nsec = HOLD_NS };
	const struct worker *worker = data;
	uint64_t until;

	stay_on_cpu(worker->cpu);
	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &lowest))
		errx(1, "no realtime priority");
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		until = now_ns() + HOLD_NS;
		while (now_ns() < until)
			;
		nanosleep(&release, NULL);
	}
	return NULL;
}

/* Of the kinds from @first to before @end. */
static uint64_t sum(const struct sent *sent, enum class class, enum direction direction, bool bytes,
		    unsigned int first, unsigned int end)
{
	uint64_t sum = 0;
	unsigned int k;

	for (k = first; k < end; k++)
		if (kinds[k].class == class && kinds[k].direction == direction)
			sum += (uint64_t)sent->of_kind[k] * (bytes ? kinds[k].size : 1);
	return sum;
}

static void write_traffic(FILE *file, const char *address, const struct sent *sent, bool bytes)
{
	uint64_t sums[CLASSES][2], totals[2] = {};
	int c, d;

	for (c = 0; c < CLASSES; c++) {
		for (d = IN; d <= OUT; d++) {
			sums[c][d] = sum(sent, c, d, bytes, 0, KINDS);
			totals[d] += sums[c][d];
		}
	}
	fprintf(file, "%s\t%" PRIu64 "\t%" PRIu64, address, totals[IN], totals[OUT]);
	for (c = 0; c < CLASSES; c++)
		fprintf(file, "\t%" PRIu64 "\t%" PRIu64, sums[c][IN], sums[c][OUT]);
	fputc('\n', file);
}

/* Of what opens connections, all OTHER is ICMP. */
static void write_connections(FILE *file, const char *key, uint64_t opened[CLASSES][2])
{
	const uint64_t in = opened[TCP][IN] + opened[UDP][IN] + opened[OTHER][IN];
	const uint64_t out = opened[TCP][OUT] + opened[UDP][OUT] + opened[OTHER][OUT];
	int c;

	if (!(in + out))
		return;
	fprintf(file, "%s\t%" PRIu64 "\t%" PRIu64, key, in, out);
	for (c = 0; c < CLASSES; c++)
		fprintf(file, "\t%" PRIu64 "\t%" PRIu64, opened[c][IN], opened[c][OUT]);
	fputs("\t0\t0\n", file);
}

static void write_ipconn(FILE *file, const char *address, const struct sent *sent)
{
	uint64_t opened[CLASSES][2];
	int c, d;

	for (c = 0; c < CLASSES; c++)
		for (d = IN; d <= OUT; d++)
			opened[c][d] = sum(sent, c, d, false, QUERIES, ENDINGS);
	write_connections(file, address, opened);
}

static void add_connections(uint64_t opened[CLASSES][2], const struct sent *sent, uint32_t count)
{
	uint32_t i;
	int c, d;

	for (i = 0; i < count; i++)
		for (c = 0; c < CLASSES; c++)
			for (d = IN; d <= OUT; d++)
				opened[c][d] += sum(&sent[i], c, d, false, QUERIES, ENDINGS);
}

static void write_portconn(FILE *file)
{
	static const enum class ascending[] = { OTHER, UDP, TCP };
	uint64_t opened[CLASSES][2] = {}, of_port[CLASSES][2];
	char port[sizeof("65535")];
	unsigned int i;

	add_connections(opened, known, options.known);
	if (!options.known_only)
		add_connections(opened, new, new_count);
	for (i = 0; i < CLASSES; i++) {
		memset(of_port, 0, sizeof(of_port));
		memcpy(of_port[ascending[i]], opened[ascending[i]], sizeof(*of_port));
		snprintf(port, sizeof(port), "%u", ports[ascending[i]]);
		write_connections(file, port, of_port);
	}
}

static FILE *create(const char *prefix, const char *suffix, const char *key, const char *icmp)
{
	FILE *file;
	char *path;

	if (asprintf(&path, "%s%s", prefix, suffix) < 0)
		err(1, "%s", prefix);
	file = fopen(path, "w");
	if (!file)
		err(1, "%s", path);
	fprintf(file, "%s\t\tTOTAL\t\tTCP\t\tUDP%s\t\tOTHER\n", key, icmp);
	free(path);
	return file;
}

static bool was_sent(const struct sent *sent)
{
	unsigned int k;

	for (k = 0; k < KINDS; k++)
		if (sent->of_kind[k])
			return true;
	return false;
}

static void put_address(char *text, uint32_t address)
{
	const struct in_addr ipv4 = { .s_addr = htonl(address) };
	const struct in6_addr ipv6 = ipv6_of(address);

	if (options.ipv6)
		inet_ntop(AF_INET6, &ipv6, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET, &ipv4, text, INET6_ADDRSTRLEN);
}

static void write_rows(FILE **files, const struct sent *sent, uint32_t base, uint32_t count)
{
	char address[INET6_ADDRSTRLEN];
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (!was_sent(&sent[i]))
			continue;
		put_address(address, base + i);
		write_traffic(files[0], address, &sent[i], true);
		write_traffic(files[1], address, &sent[i], false);
		write_ipconn(files[2], address, &sent[i]);
	}
}

static void write_truth(const char *prefix)
{
	FILE *files[] = {
		create(prefix, "", "IP", ""),
		create(prefix, "_packets", "IP", ""),
		create(prefix, "_ipconn", "IP", "\t\tICMP"),
		create(prefix, "_portconn", "PORT", "\t\tICMP"),
	};
	size_t i;

	write_rows(files, known, KNOWN_BASE, options.known);
	if (!options.known_only)
		write_rows(files, new, NEW_BASE, new_count);
	write_portconn(files[3]);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (fclose(files[i]))
			err(1, "writing %s", prefix);
}

static void print_sent(const char *what, const struct sent *sent, uint32_t count)
{
	uint64_t packets = 0, bytes = 0;
	unsigned int k;
	uint32_t i;

	for (i = 0; i < count; i++) {
		for (k = 0; k < KINDS; k++) {
			packets += sent[i].of_kind[k];
			bytes += (uint64_t)sent[i].of_kind[k] * kinds[k].size;
		}
	}
	printf("%s %" PRIu64 " %" PRIu64 "\n", what, packets, bytes);
}

static void print_strangers(const struct worker *workers)
{
	uint64_t packets = 0;
	uint32_t cpu;

	for (cpu = 0; cpu < options.cpus; cpu++)
		packets += workers[cpu].strangers;
	printf("strangers %" PRIu64 " %" PRIu64 "\n", packets, packets * kinds[QUERIES].size);
}

static uint32_t count_addresses(const struct sent *sent, uint32_t count)
{
	uint32_t addresses = 0, i;

	for (i = 0; i < count; i++)
		addresses += was_sent(&sent[i]);
	return addresses;
}

static int compare_clocks(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint32_t median(const struct worker *workers, uint32_t from, uint32_t to)
{
	const uint32_t each = to - from;
	uint32_t *all = calloc(options.cpus * each, sizeof(*all));
	uint32_t median, cpu;

	if (!all)
		err(1, "clocks");
	for (cpu = 0; cpu < options.cpus; cpu++)
		memcpy(all + cpu * each, workers[cpu].clocks + from, each * sizeof(*all));
	qsort(all, options.cpus * each, sizeof(*all), compare_clocks);
	median = all[options.cpus * each / 2];
	free(all);
	return median;
}

static void print_clocks(const struct worker *workers)
{
	uint64_t i;

	printf("ns");
	for (i = 0; i < TENTHS; i++)
		if ((i + 1) * options.chunks / TENTHS > i * options.chunks / TENTHS)
			printf(" %u", median(workers, i * options.chunks / TENTHS,
					     (i + 1) * options.chunks / TENTHS) /
					      BENCH_CHUNK);
	putchar('\n');
}

static uint32_t parse_number(int option, const char *text, uint32_t max)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end || number > max)
		errx(2, "-%c %s: a number up to %u", option, text, max);
	return number;
}

static void parse_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "6hmoc:s:j:k:a:r:n:p:q:x")) != -1) {
		switch (option) {
		case '6':
			options.ipv6 = true;
			break;
		case 'c':
			options.cpus = parse_number(option, optarg, CPUS_MAX);
			break;
		case 's':
			options.seed = parse_number(option, optarg, UINT32_MAX);
			break;
		case 'j':
			options.chunks = parse_number(option, optarg, 1 << 24);
			break;
		case 'k':
			options.known = parse_number(option, optarg, NEW_MAX);
			break;
		case 'a':
			options.again = parse_number(option, optarg, BENCH_CHUNK);
			break;
		case 'r':
			options.rate = parse_number(option, optarg, 1000000);
			break;
		case 'n':
			options.new = parse_number(option, optarg, BENCH_CHUNK);
			break;
		case 'p':
			options.pause = parse_number(option, optarg, 60000);
			break;
		case 'q':
			options.quiet = parse_number(option, optarg, 60000);
			break;
		case 'h':
			options.hold = true;
			break;
		case 'm':
			options.fail_memory = true;
			break;
		case 'o':
			options.open = true;
			break;
		case 'x':
			options.known_only = true;
			break;
		default:
			exit(2);
		}
	}
	if (argc != optind + 2 || !options.cpus || !options.chunks || !options.known ||
	    options.new + options.again > BENCH_CHUNK)
		errx(2, "usage: swarm [options] NETNS PREFIX");
}

static void start(pthread_t *thread, void *(*function)(void *worker), struct worker *worker)
{
	if (pthread_create(thread, NULL, function, worker))
		errx(1, "no thread");
}

static void run_all(struct worker *workers)
{
	pthread_t holders[CPUS_MAX];
	unsigned int cpu;

	pthread_barrier_init(&barrier, NULL, options.cpus);
	for (cpu = 0; cpu < options.cpus; cpu++)
		open_worker(&workers[cpu], cpu);
	for (cpu = 0; cpu < options.cpus; cpu++) {
		start(&workers[cpu].thread, work, &workers[cpu]);
		if (options.hold)
			start(&holders[cpu], hold, &workers[cpu]);
	}
	for (cpu = 0; cpu < options.cpus; cpu++)
		pthread_join(workers[cpu].thread, NULL);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (cpu = 0; options.hold && cpu < options.cpus; cpu++)
		pthread_join(holders[cpu], NULL);
}

int main(int argc, char **argv)
{
	static struct worker workers[CPUS_MAX];

	parse_options(argc, argv);
	new_count = options.new *options.cpus > NEW_MAX / options.chunks
			    ? NEW_MAX
			    : options.new *options.cpus *options.chunks;
	known = calloc(options.known, sizeof(*known));
	new = calloc(new_count ? new_count : 1, sizeof(*new));
	if (!known || !new)
		err(1, "addresses");
	enter_namespace(argv[optind]);
	run_all(workers);
	write_truth(argv[optind + 1]);
	print_sent("known", known, options.known);
	print_sent("new", new, new_count);
	print_strangers(workers);
	printf("addresses %u\n", count_addresses(new, new_count));
	print_clocks(workers);
	return 0;
}
