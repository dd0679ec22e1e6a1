// SPDX-License-Identifier: GPL-2.0
/*
 * drive: sends the same packets through the rules of several network
 * namespaces, in turn, and tells what a packet took in each.
 *
 *	drive [options] NAME...
 *
 * NAME is a namespace of ip-netns(8) and what the result is called. For each
 * round and CPU it prints, separated by tabs: name, CPU, round, and the ns per
 * packet of the whole hook: 10th percentile, median, 90th percentile, mean, of
 * the chunks of BENCH_CHUNK packets. "calibrate" and the ns of two million
 * instructions come first. (On a virtual machine that counts instructions as
 * ns, all these are instructions.)
 *
 *	--addresses N	how many, a power of two (4096)
 *	--base ADDRESS	the first of them (10.0.0.0)
 *	--zipf		not all alike: Zipf's law with exponent 1.1
 *	--mix NAME	"all" (70 % TCP, 25 % UDP, 5 % ICMP), "tcp", "udp"
 *	--ipv6		IPv6 packets, of 2001:db8:: and up
 *	--internal	the other end is inside the network as well
 *	--cpus N	so many at once, each in a thread of its own (1)
 *	--rounds N	(5)
 *	--chunks N	a round and CPU (512)
 *	--confirm	go on to LOCAL_IN, as connection tracking needs
 *	--truth PREFIX	write what the tables of traffic have to say
 *
 * Every address is filled first, with packets of each kind, so that no figure
 * holds the making of a row.
 */
#define _GNU_SOURCE
#include "bench_hook.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "place.h"
#include "truth.h"

enum {
	CPUS_MAX = 64,
	SEQUENCE = 1 << 20, /* steps; too many for a branch predictor */
	CALIBRATE_ROUNDS = 1000000,
	PERCENT = 100,
};

#define ZIPF_EXPONENT	1.1
#define OUTSIDE_ADDRESS 0xc0000201u /* 192.0.2.1, of TEST-NET-1 */

/* Percent of each protocol. */
struct mix {
	const char *name;
	unsigned int tcp;
	unsigned int udp;
	unsigned int icmp;
};

static const struct mix mixes[] = {
	{ "all", 70, 25, 5 },
	{ "tcp", 100, 0, 0 },
	{ "udp", 0, 100, 0 },
};

/* Bytes, dealt out in turn. */
static const unsigned int sizes[] = { 64, 1500, 576, 64, 1500, 128, 1500, 300 };

struct options {
	const struct mix *mix;
	bool zipf;
	bool confirm;
	bool both_inside;
	bool ipv6;
	uint32_t base;
	uint32_t addresses;
	unsigned int cpus;
	unsigned int rounds;
	unsigned int chunks;
	const char *truth;
};

/* One CPU's work in one namespace. */
struct worker {
	const char *name;
	unsigned int cpu;
	int fd;
	uint32_t next;	  /* chunk of the sequence */
	uint32_t *clocks; /* ns of each chunk */
	pthread_t thread;
};

struct candidate {
	const char *name;
	struct worker workers[CPUS_MAX];
};

static struct options options = {
	.mix = &mixes[0],
	.base = 0x0a000000,
	.addresses = 4096,
	.cpus = 1,
	.rounds = 5,
	.chunks = 512,
};
static struct bench_packet packets[BENCH_PACKETS_MAX];
static uint32_t *sequence;
static uint32_t *fill;
static uint32_t fill_count;
static pthread_barrier_t start;

/* xorshift64*; the same numbers in every run. */
static uint64_t random_number(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717u;
}

static void put_tcp(uint8_t *at, bool out)
{
	struct tcphdr th = {
		.source = htons(out ? 40000 : 443),
		.dest = htons(out ? 443 : 40000),
		.doff = sizeof(th) / 4,
		.ack = 1,
	};

	memcpy(at, &th, sizeof(th));
}

static void put_udp(uint8_t *at, bool out, size_t len)
{
	struct udphdr uh = {
		.source = htons(out ? 50000 : 53),
		.dest = htons(out ? 53 : 50000),
		.len = htons(len),
	};

	memcpy(at, &uh, sizeof(uh));
}

/* A reply: a query would open a connection each. */
static void put_icmp(uint8_t *at)
{
	struct icmphdr icmph = { .type = options.ipv6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY };

	memcpy(at, &icmph, sizeof(icmph));
}

/* Return: what is behind the header. */
static uint8_t *put_ipv4(struct bench_packet *packet, uint8_t protocol, bool out)
{
	const uint32_t other = options.both_inside ? options.base : OUTSIDE_ADDRESS;
	struct iphdr iph = {
		.version = 4,
		.ihl = sizeof(iph) / 4,
		.tot_len = htons(packet->length),
		.ttl = 64,
		.protocol = protocol,
		.saddr = htonl(out ? options.base : other),
		.daddr = htonl(out ? other : options.base),
	};

	memcpy(packet->bytes, &iph, sizeof(iph));
	packet->inside = out ? offsetof(struct iphdr, saddr) : offsetof(struct iphdr, daddr);
	return packet->bytes + sizeof(iph);
}

/* Inside is 2001:db8::, outside 2001:db9::, and --base does not matter. */
static struct in6_addr ipv6_address(bool inside)
{
	struct in6_addr address = {};

	address.s6_addr32[0] = htonl(inside ? 0x20010db8 : 0x20010db9);
	return address;
}

static uint8_t *put_ipv6(struct bench_packet *packet, uint8_t protocol, bool out)
{
	struct ip6_hdr ip6h = {
		.ip6_flow = htonl(6u << 28),
		.ip6_plen = htons(packet->length - sizeof(ip6h)),
		.ip6_nxt = protocol == IPPROTO_ICMP ? IPPROTO_ICMPV6 : protocol,
		.ip6_hlim = 64,
		.ip6_src = ipv6_address(out || options.both_inside),
		.ip6_dst = ipv6_address(!out || options.both_inside),
	};

	memcpy(packet->bytes, &ip6h, sizeof(ip6h));
	packet->inside =
		(out ? offsetof(struct ip6_hdr, ip6_src) : offsetof(struct ip6_hdr, ip6_dst)) +
		offsetof(struct in6_addr, s6_addr32[3]);
	return packet->bytes + sizeof(ip6h);
}

static void make_packet(uint32_t number, uint8_t protocol, bool out)
{
	struct bench_packet *packet = &packets[number];
	uint8_t *transport;

	packet->number = number;
	packet->length = sizes[number / 2 % (sizeof(sizes) / sizeof(*sizes))];
	transport =
		options.ipv6 ? put_ipv6(packet, protocol, out) : put_ipv4(packet, protocol, out);
	if (protocol == IPPROTO_TCP)
		put_tcp(transport, out);
	else if (protocol == IPPROTO_UDP)
		put_udp(transport, out, packet->bytes + packet->length - transport);
	else
		put_icmp(transport);
}

static uint8_t protocol_of(uint32_t number)
{
	const uint32_t share = number * PERCENT / BENCH_PACKETS_MAX;

	if (share < options.mix->tcp)
		return IPPROTO_TCP;
	if (share < options.mix->tcp + options.mix->udp)
		return IPPROTO_UDP;
	return IPPROTO_ICMP;
}

static void make_packets(void)
{
	uint32_t i;

	for (i = 0; i < BENCH_PACKETS_MAX; i++)
		make_packet(i, protocol_of(i), i % 2);
}

/* Ranks are spread over the network: neighbours are not equally busy. */
static uint32_t spread(uint32_t rank)
{
	return rank * 2654435761u % options.addresses;
}

static double *zipf_shares(void)
{
	double *shares = calloc(options.addresses, sizeof(*shares)), sum = 0;
	uint32_t i;

	if (!shares)
		err(1, "shares");
	for (i = 0; i < options.addresses; i++)
		sum += pow(i + 1, -ZIPF_EXPONENT);
	for (i = 0; i < options.addresses; i++)
		shares[i] = (i ? shares[i - 1] : 0) + pow(i + 1, -ZIPF_EXPONENT) / sum;
	return shares;
}

static uint32_t zipf_rank(const double *shares)
{
	const double wanted = (random_number() >> 11) * 0x1p-53;
	uint32_t low = 0, high = options.addresses - 1, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (shares[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void make_sequence(void)
{
	double *shares = options.zipf ? zipf_shares() : NULL;
	uint32_t i, address;

	sequence = calloc(SEQUENCE, sizeof(*sequence));
	if (!sequence)
		err(1, "sequence");
	for (i = 0; i < SEQUENCE; i++) {
		if (shares)
			address = spread(zipf_rank(shares));
		else
			address = (random_number() >> 32) % options.addresses;
		sequence[i] = BENCH_STEP(address, (random_number() >> 32) % BENCH_PACKETS_MAX);
	}
	free(shares);
}

/* A packet for each protocol and direction. */
static unsigned int choose_kinds(uint32_t *kinds)
{
	unsigned int count = 0, i;

	for (i = 0; i < BENCH_PACKETS_MAX; i++)
		if (i < 2 || protocol_of(i) != protocol_of(i - 2))
			kinds[count++] = i;
	return count;
}

static void make_fill(void)
{
	uint32_t kinds[BENCH_PACKETS_MAX], address, n = 0;
	const unsigned int count = choose_kinds(kinds);
	unsigned int i;

	fill_count = (options.addresses * count + BENCH_CHUNK - 1) / BENCH_CHUNK * BENCH_CHUNK;
	fill = calloc(fill_count, sizeof(*fill));
	if (!fill)
		err(1, "fill");
	for (address = 0; address < options.addresses; address++)
		for (i = 0; i < count; i++)
			fill[n++] = BENCH_STEP(address, kinds[i]);
	for (; n < fill_count; n++)
		fill[n] = BENCH_STEP(0, kinds[0]);
}

static void set_sequence(const struct worker *worker, const uint32_t *steps, uint32_t count)
{
	const struct bench_sequence asked = { .steps = (uintptr_t)steps, .count = count };

	if (ioctl(worker->fd, BENCH_SET_SEQUENCE, &asked))
		err(1, "BENCH_SET_SEQUENCE");
}

static void send_chunks(const struct worker *worker, uint32_t first, uint32_t chunks)
{
	const struct bench_run asked = {
		.clocks = (uintptr_t)worker->clocks,
		.first = first,
		.chunks = chunks,
		.confirm = options.confirm,
	};

	if (ioctl(worker->fd, BENCH_RUN, &asked))
		err(1, "%s: BENCH_RUN", worker->name);
}

/* Where each CPU starts in the sequence, so that they are not in step. */
static uint32_t first_chunk(unsigned int cpu)
{
	return SEQUENCE / BENCH_CHUNK / options.cpus * cpu;
}

static void open_worker(struct worker *worker, const char *name, unsigned int cpu)
{
	const uint32_t most = options.chunks > fill_count / BENCH_CHUNK ? options.chunks
									: fill_count / BENCH_CHUNK;
	unsigned int i;

	worker->name = name;
	worker->cpu = cpu;
	worker->next = first_chunk(cpu);
	worker->clocks = calloc(most, sizeof(*worker->clocks));
	worker->fd = open("/proc/bench_hook", O_RDWR | O_CLOEXEC);
	if (!worker->clocks || worker->fd < 0)
		err(1, "/proc/bench_hook");
	for (i = 0; i < BENCH_PACKETS_MAX; i++)
		if (ioctl(worker->fd, BENCH_SET_PACKET, &packets[i]))
			err(1, "BENCH_SET_PACKET");
}

/* The limit: an array that the bench module itself hooks in, by its name. */
static void set_flat(const struct worker *worker)
{
	static const char *const names[] = {
		[BENCH_FLAT_NOTHING] = "flat-nothing",
		[BENCH_FLAT_PLAIN] = "flat-plain",
		[BENCH_FLAT_ATOMIC] = "flat-atomic",
		[BENCH_FLAT_PERCPU] = "flat-percpu",
	};
	struct bench_flat asked = { .base = options.base, .addresses = options.addresses };

	for (; asked.kind < sizeof(names) / sizeof(*names); asked.kind++)
		if (!strcmp(worker->name, names[asked.kind]) &&
		    ioctl(worker->fd, BENCH_SET_FLAT, &asked))
			err(1, "BENCH_SET_FLAT");
}

static void open_candidate(struct candidate *candidate, const char *name)
{
	unsigned int cpu;

	candidate->name = name;
	enter_namespace(name);
	for (cpu = 0; cpu < options.cpus; cpu++)
		open_worker(&candidate->workers[cpu], name, cpu);
	set_flat(&candidate->workers[0]);
}

static void *fill_all(void *data)
{
	const struct worker *worker = data;

	stay_on_cpu(worker->cpu);
	set_sequence(worker, fill, fill_count);
	pthread_barrier_wait(&start);
	send_chunks(worker, 0, fill_count / BENCH_CHUNK);
	set_sequence(worker, sequence, SEQUENCE);
	return NULL;
}

static void *send_round(void *data)
{
	struct worker *worker = data;

	stay_on_cpu(worker->cpu);
	pthread_barrier_wait(&start);
	send_chunks(worker, worker->next, options.chunks);
	worker->next += options.chunks;
	return NULL;
}

static void on_all_cpus(struct candidate *candidate, void *(*work)(void *worker))
{
	struct worker *worker;
	unsigned int cpu;

	for (cpu = 0; cpu < options.cpus; cpu++) {
		worker = &candidate->workers[cpu];
		if (pthread_create(&worker->thread, NULL, work, worker))
			errx(1, "no thread");
	}
	for (cpu = 0; cpu < options.cpus; cpu++)
		pthread_join(candidate->workers[cpu].thread, NULL);
}

static int compare_clocks(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double percentile(const uint32_t *sorted, unsigned int percent)
{
	return (double)sorted[(options.chunks - 1) * percent / PERCENT] / BENCH_CHUNK;
}

static void report(struct worker *worker, unsigned int round)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < options.chunks; i++)
		sum += worker->clocks[i];
	qsort(worker->clocks, options.chunks, sizeof(*worker->clocks), compare_clocks);
	printf("%s\t%u\t%u\t%.2f\t%.2f\t%.2f\t%.2f\n", worker->name, worker->cpu, round,
	       percentile(worker->clocks, 10), percentile(worker->clocks, 50),
	       percentile(worker->clocks, 90), sum / options.chunks / BENCH_CHUNK);
}

static void run_round(struct candidate *candidate, unsigned int round)
{
	unsigned int cpu;

	on_all_cpus(candidate, send_round);
	for (cpu = 0; cpu < options.cpus; cpu++)
		report(&candidate->workers[cpu], round);
	fflush(stdout);
}

static void count_step(struct truth *truth, uint32_t step)
{
	struct bench_packet packet = packets[BENCH_STEP_PACKET(step)];
	const uint32_t address = htonl(options.base + BENCH_STEP_ADDRESS(step));

	memcpy(packet.bytes + packet.inside, &address, sizeof(address));
	truth_count(truth, packet.bytes, packet.length);
}

/* What every candidate has been sent. */
static void write_truth(void)
{
	const struct in_addr base = { htonl(options.base) };
	struct truth *truth;
	unsigned int cpu;
	uint64_t i, steps;
	char network[32];

	snprintf(network, sizeof(network), "%s/%d", inet_ntoa(base),
		 32 - __builtin_ctz(options.addresses));
	truth = truth_new(network, 0, TRUTH_ALL);
	steps = (uint64_t)options.rounds * options.chunks * BENCH_CHUNK;
	for (cpu = 0; cpu < options.cpus; cpu++) {
		for (i = 0; i < fill_count; i++)
			count_step(truth, fill[i]);
		for (i = 0; i < steps; i++)
			count_step(truth,
				   sequence[(first_chunk(cpu) * BENCH_CHUNK + i) % SEQUENCE]);
	}
	truth_write(truth, options.truth);
}

static void calibrate(void)
{
	const int fd = open("/proc/bench_hook", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "/proc/bench_hook");
	printf("calibrate\t%d\n", ioctl(fd, BENCH_CALIBRATE, CALIBRATE_ROUNDS));
	close(fd);
}

static const struct mix *find_mix(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(mixes) / sizeof(*mixes); i++)
		if (!strcmp(name, mixes[i].name))
			return &mixes[i];
	errx(2, "--mix %s: all, tcp or udp", name);
}

static uint32_t parse_number(const char *option, const char *text, uint32_t max)
{
	char *end;
	unsigned long number = strtoul(text, &end, 0);

	if (*end || !number || number > max)
		errx(2, "--%s %s: a number from 1 to %u", option, text, max);
	return number;
}

static void parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "addresses", required_argument, NULL, 'a' },
		{ "base", required_argument, NULL, 'b' },
		{ "chunks", required_argument, NULL, 'n' },
		{ "confirm", no_argument, NULL, 'c' },
		{ "cpus", required_argument, NULL, 'p' },
		{ "internal", no_argument, NULL, 'i' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "mix", required_argument, NULL, 'm' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "truth", required_argument, NULL, 't' },
		{ "zipf", no_argument, NULL, 'z' },
		{ NULL, 0, NULL, 0 },
	};
	int option, index;

	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		switch (option) {
		case 'a':
			options.addresses = parse_number("addresses", optarg, 1 << 24);
			if (options.addresses & (options.addresses - 1))
				errx(2, "--addresses %s: a power of two", optarg);
			break;
		case 'b':
			options.base = ntohl(inet_addr(optarg));
			break;
		case 'n':
			options.chunks = parse_number("chunks", optarg, 1 << 20);
			break;
		case 'c':
			options.confirm = true;
			break;
		case 'p':
			options.cpus = parse_number("cpus", optarg, CPUS_MAX);
			break;
		case 'i':
			options.both_inside = true;
			break;
		case '6':
			options.ipv6 = true;
			break;
		case 'm':
			options.mix = find_mix(optarg);
			break;
		case 'r':
			options.rounds = parse_number("rounds", optarg, 1000);
			break;
		case 't':
			options.truth = optarg;
			break;
		case 'z':
			options.zipf = true;
			break;
		default:
			errx(2, "usage: drive [options] NAME...");
		}
	}
}

int main(int argc, char **argv)
{
	struct candidate *candidates;
	unsigned int round;
	int i, count;

	parse_options(argc, argv);
	count = argc - optind;
	candidates = calloc(count, sizeof(*candidates));
	if (!count || !candidates)
		errx(2, "no namespace to drive");
	make_packets();
	make_sequence();
	make_fill();
	pthread_barrier_init(&start, NULL, options.cpus);
	calibrate();
	for (i = 0; i < count; i++) {
		open_candidate(&candidates[i], argv[optind + i]);
		on_all_cpus(&candidates[i], fill_all);
	}
	for (round = 0; round < options.rounds; round++)
		for (i = 0; i < count; i++)
			run_round(&candidates[(i + round) % count], round);
	if (options.truth)
		write_truth();
	return 0;
}
