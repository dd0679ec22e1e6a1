// SPDX-License-Identifier: GPL-2.0
/*
 * blast: sends exactly the packets that it is told to and writes down what the
 * files of a table have to say about them (truth.c).
 *
 *	blast [-c CPU] [-s SEED] [-n NETWORK/LEN [-m MODE] -o PREFIX] [-y FILE]
 *	      -l LINK=NETNS,DEVICE,MAC | -l LINK=NETNS | -w LINK=CAPTURE ... <BURSTS
 *
 * A link is where packets leave from: a device in a network namespace, for the
 * given next hop (a packet socket), or the namespace's own output (a raw
 * socket, which fills in the identification and the IP checksum), or a file to
 * write them to (-w), in the format of pcap. Packets leave one by one, in order,
 * from one CPU. For each link and for those that the rule has to match, the
 * number of packets and bytes is printed. Two that are given the same FILE with
 * -y, empty at first, send in step: each packet as the other sends its own.
 *
 * MODE is "nointernal" or "onlyinternal". Every line of BURSTS is a burst:
 *
 *	LINK tcp|udp|icmp|ip|raw|junk [KEY=VALUE...]
 *
 * junk is random but for its addresses, and mostly its length and checksum; a
 * raw socket may refuse to send it.
 *
 *	count=N		packets (default: the longest walk of the other values)
 *	src= dst=	addresses
 *	sport= dport=	ports of tcp and udp (default 40000 and 80)
 *	flags=SAFRPU	of tcp (default A), "-" for none
 *	doff=N		length that a header of tcp claims, in words (default 5)
 *	type= code=	of icmp (default 8 and 0)
 *	proto=N		protocol of ip (default 47) and junk
 *	size=N		the whole IP packet (default: its headers and payload); less
 *			than the headers cuts them short
 *	options=N	words of IP options (default 0)
 *	frag=N[+]	offset of a fragment in bytes; + if more follow
 *	ttl=N		(default 64)
 *	payload=HEX	behind the headers; for raw, the whole packet
 *
 * A value is one, A-B to walk from one to the other and start over, or A~B for
 * random ones (ends included); an address may also be NETWORK/LEN, to walk. "#"
 * begins a comment.
 */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	LINKS_MAX = 8,
	PACKET_MAX = 65535,
	IP_HEADER = 20,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 8,
	MORE_FRAGMENTS = 0x2000,
	PCAP_MAGIC = 0xa1b2c3d4,
};

struct link {
	char *name;
	int socket;
	/* Of a packet socket; else zero. */
	struct sockaddr_ll next_hop;
	/* Instead of a socket. */
	FILE *capture;
	uint64_t packets;
	uint64_t bytes;
};

struct range {
	uint64_t first;
	uint64_t last;
	bool random;
};

enum field {
	COUNT,
	SRC,
	DST,
	SPORT,
	DPORT,
	DOFF,
	TYPE,
	CODE,
	PROTO,
	SIZE,
	OPTIONS,
	FRAG,
	TTL,
	FIELDS,
};

static const struct {
	const char *name;
	uint64_t max;
} fields[FIELDS] = {
	[COUNT] = { "count", UINT32_MAX }, [SRC] = { "src", UINT32_MAX },
	[DST] = { "dst", UINT32_MAX },	   [SPORT] = { "sport", UINT16_MAX },
	[DPORT] = { "dport", UINT16_MAX }, [DOFF] = { "doff", 15 },
	[TYPE] = { "type", UINT8_MAX },	   [CODE] = { "code", UINT8_MAX },
	[PROTO] = { "proto", UINT8_MAX },  [SIZE] = { "size", PACKET_MAX },
	[OPTIONS] = { "options", 10 },	   [FRAG] = { "frag", 0xfff8 },
	[TTL] = { "ttl", UINT8_MAX },
};

struct burst {
	struct link *link;
	bool raw;
	bool junk;
	bool sized;
	bool more_fragments;
	uint8_t flags;
	struct range range[FIELDS];
	uint8_t payload[PACKET_MAX];
	size_t payload_len;
};

static struct link links[LINKS_MAX];
static int nlinks;
static uint64_t random_state;
/* Packets of both that send in step. */
static _Atomic uint64_t *steps;
static unsigned int line_number;

#define bad(fmt, ...) errx(2, "line %u: " fmt, line_number, ##__VA_ARGS__)

/* SplitMix64, so that a seed means the same packets everywhere. */
static uint64_t next_random(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static bool parse_address(const char *text, uint64_t *value)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		return false;
	*value = ntohl(address.s_addr);
	return true;
}

static bool parse_number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static bool parse_network(const char *text, uint64_t *base, uint64_t *len)
{
	char *slash = strchr(text, '/');

	if (!slash || !parse_number(slash + 1, len) || !*len || *len > 32)
		return false;
	*slash = '\0';
	return parse_address(text, base) && !(*base & (UINT32_MAX >> 1 >> (*len - 1)));
}

static struct range parse_range(enum field field, char *text)
{
	bool address = field == SRC || field == DST;
	bool (*parse)(const char *, uint64_t *) = address ? parse_address : parse_number;
	struct range range = { 0 };
	char *dash = strpbrk(text, "-~");
	uint64_t len;

	if (address && strchr(text, '/')) {
		if (!parse_network(text, &range.first, &len))
			bad("%s is no network", text);
		range.last = range.first + ((uint64_t)1 << (32 - len)) - 1;
		return range;
	}
	if (dash) {
		range.random = *dash == '~';
		*dash++ = '\0';
	}
	if (!parse(text, &range.first) || !parse(dash ? dash : text, &range.last))
		bad("bad value of %s", fields[field].name);
	if (range.last < range.first || range.last > fields[field].max)
		bad("value of %s out of range", fields[field].name);
	return range;
}

static uint64_t pick(const struct range *range, uint64_t i)
{
	uint64_t span = range->last - range->first + 1;

	return range->first + (range->random ? next_random() : i) % span;
}

static uint8_t parse_flags(const char *text)
{
	static const char letters[] = "FSRPAU";
	uint8_t flags = 0;

	if (!strcmp(text, "-"))
		return 0;
	for (; *text; text++) {
		const char *letter = strchr(letters, *text);

		if (!letter)
			bad("no TCP flag %c", *text);
		flags |= 1 << (letter - letters);
	}
	return flags;
}

static void parse_payload(struct burst *burst, const char *hex)
{
	unsigned int byte;

	burst->payload_len = 0;
	for (; *hex; hex += 2) {
		if (!hex[1] || sscanf(hex, "%2x", &byte) != 1 || burst->payload_len == PACKET_MAX)
			bad("bad payload");
		burst->payload[burst->payload_len++] = byte;
	}
}

static void parse_key(struct burst *burst, const char *key, char *value)
{
	size_t len = strlen(value);
	int field;

	if (!strcmp(key, "flags")) {
		burst->flags = parse_flags(value);
		return;
	}
	if (!strcmp(key, "payload")) {
		parse_payload(burst, value);
		return;
	}
	for (field = 0; field < FIELDS; field++)
		if (!strcmp(key, fields[field].name))
			break;
	if (field == FIELDS)
		bad("no such key: %s", key);
	if (field == FRAG && len && value[len - 1] == '+') {
		burst->more_fragments = true;
		value[len - 1] = '\0';
	}
	burst->sized |= field == SIZE;
	burst->range[field] = parse_range(field, value);
}

static void default_range(struct burst *burst, enum field field, uint64_t value)
{
	burst->range[field].first = value;
	burst->range[field].last = value;
}

static void parse_kind(struct burst *burst, const char *kind)
{
	static const struct {
		const char *name;
		uint8_t protocol;
	} kinds[] = {
		{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "icmp", IPPROTO_ICMP },
		{ "ip", IPPROTO_GRE },	{ "raw", 0 },		{ "junk", IPPROTO_TCP },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kind, kinds[i].name))
			continue;
		burst->raw = !strcmp(kind, "raw");
		burst->junk = !strcmp(kind, "junk");
		default_range(burst, PROTO, kinds[i].protocol);
		return;
	}
	bad("no such kind of packet: %s", kind);
}

static struct link *find_link(const char *name)
{
	int i;

	for (i = 0; i < nlinks; i++)
		if (!strcmp(links[i].name, name))
			return &links[i];
	bad("no such link: %s", name);
}

/* Without count=, as many packets as the longest walk has steps. */
static void default_count(struct burst *burst)
{
	uint64_t longest = 1;
	int field;

	for (field = COUNT + 1; field < FIELDS; field++) {
		const struct range *range = &burst->range[field];

		if (!range->random && range->last - range->first + 1 > longest)
			longest = range->last - range->first + 1;
	}
	default_range(burst, COUNT, longest);
}

static bool parse_burst(struct burst *burst, char *line)
{
	char *word, *value;

	line[strcspn(line, "#\n")] = '\0';
	word = strtok(line, " \t");
	if (!word)
		return false;
	memset(burst, 0, sizeof(*burst));
	default_range(burst, SPORT, 40000);
	default_range(burst, DPORT, 80);
	default_range(burst, DOFF, TCP_HEADER / 4);
	default_range(burst, TYPE, 8);
	default_range(burst, TTL, 64);
	burst->flags = parse_flags("A");
	burst->link = find_link(word);
	word = strtok(NULL, " \t");
	if (!word)
		bad("a link and a kind of packet are needed");
	parse_kind(burst, word);
	while ((word = strtok(NULL, " \t"))) {
		value = strchr(word, '=');
		if (!value)
			bad("%s is not KEY=VALUE", word);
		*value++ = '\0';
		parse_key(burst, word, value);
	}
	if (!burst->range[COUNT].last)
		default_count(burst);
	return true;
}

static void put16(uint8_t *p, uint32_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static uint32_t sum16(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += p[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* The checksum of TCP and UDP, over the addresses, protocol and length too. */
static uint16_t transport_checksum(const uint8_t *packet, const uint8_t *transport, size_t len)
{
	return fold(sum16(sum16(packet[9] + len, packet + 12, 8), transport, len));
}

static size_t transport_header(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return TCP_HEADER;
	case IPPROTO_UDP:
		return UDP_HEADER;
	case IPPROTO_ICMP:
		return ICMP_HEADER;
	default:
		return 0;
	}
}

static void put_transport(const struct burst *burst, uint8_t *packet, uint8_t *transport,
			  size_t len, uint64_t i)
{
	uint8_t protocol = packet[9];

	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) {
		put16(transport, pick(&burst->range[SPORT], i));
		put16(transport + 2, pick(&burst->range[DPORT], i));
	}
	if (protocol == IPPROTO_TCP) {
		put32(transport + 4, i);
		transport[12] = pick(&burst->range[DOFF], i) << 4;
		transport[13] = burst->flags;
		put16(transport + 14, 0xffff);
		put16(transport + 16, transport_checksum(packet, transport, len));
	} else if (protocol == IPPROTO_UDP) {
		put16(transport + 4, len);
		put16(transport + 6, transport_checksum(packet, transport, len));
	} else if (protocol == IPPROTO_ICMP) {
		transport[0] = pick(&burst->range[TYPE], i);
		transport[1] = pick(&burst->range[CODE], i);
		put16(transport + 6, i);
		put16(transport + 2, fold(sum16(0, transport, len)));
	}
}

/* Builds the burst's packet number i and returns its length. */
static size_t build(const struct burst *burst, uint64_t i, uint8_t *packet)
{
	size_t header = IP_HEADER + 4 * pick(&burst->range[OPTIONS], i);
	uint8_t protocol = pick(&burst->range[PROTO], i);
	uint32_t offset = pick(&burst->range[FRAG], i);
	/* A later fragment has no transport header of its own. */
	size_t transport = offset ? 0 : transport_header(protocol);
	size_t full = header + transport + burst->payload_len;
	size_t len = burst->sized ? pick(&burst->range[SIZE], i) : full;

	if (len < header)
		bad("size is smaller than the IP header");
	if (full > PACKET_MAX)
		bad("packet is too long");
	memset(packet, 0, full > len ? full : len);
	packet[0] = 4 << 4 | header / 4;
	put16(packet + 2, len);
	put16(packet + 4, i);
	put16(packet + 6, offset / 8 | (burst->more_fragments ? MORE_FRAGMENTS : 0));
	packet[8] = pick(&burst->range[TTL], i);
	packet[9] = protocol;
	put32(packet + 12, pick(&burst->range[SRC], i));
	put32(packet + 16, pick(&burst->range[DST], i));
	memset(packet + IP_HEADER, 1, header - IP_HEADER);
	memcpy(packet + header + transport, burst->payload, burst->payload_len);
	if (!offset)
		put_transport(burst, packet, packet + header, len - header, i);
	put16(packet + 10, fold(sum16(0, packet, header)));
	return len;
}

/* The size of a raw packet is what it says of itself, the rest is padding. */
static size_t build_raw(const struct burst *burst, uint8_t *packet)
{
	memcpy(packet, burst->payload, burst->payload_len);
	return burst->payload_len;
}

/* "One in N". */
static bool rarely(unsigned int n)
{
	return next_random() % n == 0;
}

/* Random bytes that mostly pass for an IP packet until somebody looks closer. */
static size_t build_junk(const struct burst *burst, uint64_t i, uint8_t *packet)
{
	size_t len = burst->sized ? pick(&burst->range[SIZE], i) : IP_HEADER + next_random() % 100;
	size_t header, k;

	if (len < IP_HEADER)
		bad("size is smaller than the IP header");
	for (k = 0; k < len; k++)
		packet[k] = next_random();
	packet[0] = 4 << 4 | (rarely(2) ? next_random() % 16 : IP_HEADER / 4);
	header = packet[0] % 16 * 4;
	if (!rarely(8))
		put16(packet + 2, len);
	if (!rarely(4))
		put16(packet + 6, 0);
	packet[9] = pick(&burst->range[PROTO], i);
	put16(packet + 10, 0);
	put32(packet + 12, pick(&burst->range[SRC], i));
	put32(packet + 16, pick(&burst->range[DST], i));
	if (!rarely(8))
		put16(packet + 10, fold(sum16(0, packet, header < len ? header : len)));
	return len;
}

/* An Ethernet frame without addresses. */
static void write_frame(FILE *file, const uint8_t *packet, size_t len)
{
	const uint32_t head[] = { 0, 0, ETH_HLEN + len, ETH_HLEN + len };
	const uint8_t ethernet[ETH_HLEN] = { [12] = ETH_P_IP >> 8, [13] = ETH_P_IP & 0xff };

	if (fwrite(head, sizeof(head), 1, file) != 1 ||
	    fwrite(ethernet, sizeof(ethernet), 1, file) != 1 || fwrite(packet, len, 1, file) != 1)
		err(1, "writing a capture");
}

static void wait_for_the_other(void)
{
	uint64_t sent = atomic_fetch_add(steps, 1) / 2;

	while (atomic_load(steps) / 2 <= sent)
		;
}

/* The kernel refuses lengths that cannot be from a raw socket. */
static bool refused(const struct burst *burst)
{
	return burst->junk && !burst->link->next_hop.sll_ifindex && errno == EINVAL;
}

static void send_packet(const struct burst *burst, const uint8_t *packet, size_t len)
{
	struct link *link = burst->link;
	struct sockaddr_in destination = { .sin_family = AF_INET };
	const void *to = &link->next_hop;
	socklen_t to_len = sizeof(link->next_hop);

	if (!link->next_hop.sll_ifindex) {
		memcpy(&destination.sin_addr, packet + 16, 4);
		to = &destination;
		to_len = sizeof(destination);
	}
	if (steps)
		wait_for_the_other();
	if (link->capture) {
		write_frame(link->capture, packet, len);
	} else if (sendto(link->socket, packet, len, 0, to, to_len) != (ssize_t)len) {
		if (refused(burst))
			return;
		err(1, "line %u: sending from %s", line_number, link->name);
	}
	link->packets++;
	link->bytes += len;
}

static void send_burst(const struct burst *burst, struct truth *truth)
{
	static uint8_t packet[PACKET_MAX];
	uint64_t i;
	size_t len;

	for (i = 0; i < burst->range[COUNT].last; i++) {
		if (burst->raw)
			len = build_raw(burst, packet);
		else if (burst->junk)
			len = build_junk(burst, i, packet);
		else
			len = build(burst, i, packet);
		send_packet(burst, packet, len);
		/* Nobody says whether these arrive. */
		if (truth && !burst->raw && !burst->junk)
			truth_count(truth, packet, len);
	}
}

static void enter_namespace(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "network namespace %s", name);
	close(fd);
}

static void open_packet_socket(struct link *link, const char *device, const char *mac)
{
	struct ether_addr *address = ether_aton(mac);

	if (!address)
		errx(2, "%s is no MAC address", mac);
	link->next_hop.sll_family = AF_PACKET;
	link->next_hop.sll_protocol = htons(ETH_P_IP);
	link->next_hop.sll_ifindex = if_nametoindex(device);
	if (!link->next_hop.sll_ifindex)
		err(1, "device %s", device);
	link->next_hop.sll_halen = ETH_ALEN;
	memcpy(link->next_hop.sll_addr, address, ETH_ALEN);
	/* Protocol 0: it shall only send, and hear nothing. */
	link->socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void open_link(char *text)
{
	struct link *link = &links[nlinks];
	char *name = strsep(&text, "=");
	char *netns = strsep(&text, ",");
	char *device = strsep(&text, ",");

	if (nlinks == LINKS_MAX || !netns || (device && !text))
		errx(2, "a link is NAME=NETNS,DEVICE,MAC or NAME=NETNS, at most %d", LINKS_MAX);
	link->name = name;
	enter_namespace(netns);
	if (device)
		open_packet_socket(link, device, text);
	else
		link->socket = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (link->socket < 0)
		err(1, "socket of %s", name);
	nlinks++;
}

static void open_capture(char *text)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, snapshot, link_type;
	} header = { PCAP_MAGIC, 2, 4, 0, 0, ETH_HLEN + PACKET_MAX, 1 };
	struct link *link = &links[nlinks];

	link->name = strsep(&text, "=");
	if (nlinks == LINKS_MAX || !text)
		errx(2, "-w needs LINK=CAPTURE, at most %d links", LINKS_MAX);
	link->capture = fopen(text, "w");
	if (!link->capture || fwrite(&header, sizeof(header), 1, link->capture) != 1)
		err(1, "%s", text);
	nlinks++;
}

static void close_captures(void)
{
	int i;

	for (i = 0; i < nlinks; i++)
		if (links[i].capture && fclose(links[i].capture))
			err(1, "writing %s", links[i].name);
}

static void keep_in_step(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(*steps)))
		err(1, "%s", path);
	steps = mmap(NULL, sizeof(*steps), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (steps == MAP_FAILED)
		err(1, "%s", path);
	close(fd);
}

/* On one CPU all packets pass through one backlog queue, and so in order. */
static void stay_on_cpu(const char *text)
{
	uint64_t cpu;
	cpu_set_t set;

	if (!parse_number(text, &cpu) || cpu >= CPU_SETSIZE)
		errx(2, "-c needs a CPU");
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %s", text);
}

static enum truth_mode parse_mode(const char *text)
{
	if (!strcmp(text, "all"))
		return TRUTH_ALL;
	if (!strcmp(text, "nointernal"))
		return TRUTH_NOINTERNAL;
	if (!strcmp(text, "onlyinternal"))
		return TRUTH_ONLYINTERNAL;
	errx(2, "-m is all, nointernal or onlyinternal");
}

static struct truth *make_truth(char *network, enum truth_mode mode)
{
	uint64_t base, len;

	if (!parse_network(network, &base, &len) || len < 8)
		errx(2, "-n needs NETWORK/LEN, at least /8");
	return truth_new(base, len, mode);
}

static void run_bursts(struct truth *truth)
{
	static struct burst burst;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		line_number++;
		if (parse_burst(&burst, line))
			send_burst(&burst, truth);
	}
	free(line);
}

int main(int argc, char **argv)
{
	enum truth_mode mode = TRUTH_ALL;
	struct truth *truth = NULL;
	const char *prefix = NULL;
	const char *cpu = "0";
	char *network = NULL;
	int option, i;

	while ((option = getopt(argc, argv, "c:s:n:m:o:l:w:y:")) != -1) {
		switch (option) {
		case 'c':
			cpu = optarg;
			break;
		case 's':
			if (!parse_number(optarg, &random_state))
				errx(2, "-s needs a number");
			break;
		case 'n':
			network = optarg;
			break;
		case 'm':
			mode = parse_mode(optarg);
			break;
		case 'o':
			prefix = optarg;
			break;
		case 'l':
			open_link(optarg);
			break;
		case 'w':
			open_capture(optarg);
			break;
		case 'y':
			keep_in_step(optarg);
			break;
		default:
			return 2;
		}
	}
	if (optind != argc || !network != !prefix)
		errx(2, "no arguments; -n and -o go together");
	stay_on_cpu(cpu);
	if (network)
		truth = make_truth(network, mode);
	run_bursts(truth);
	close_captures();
	for (i = 0; i < nlinks; i++)
		printf("%s %" PRIu64 " %" PRIu64 "\n", links[i].name, links[i].packets,
		       links[i].bytes);
	if (truth)
		truth_write(truth, prefix);
	return 0;
}
