// SPDX-License-Identifier: GPL-2.0
/*
 * truth: what the files of a table have to say. Plain counters for every
 * address and port, and every flow ever seen; it knows of no time, so that it
 * holds for runs shorter than --conntimeout.
 */
#define _GNU_SOURCE
#include "truth.h"

#include <err.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum group { TCP, UDP, ICMP, OTHER, GROUPS };
enum way { IN, OUT, WAYS };

enum {
	PORTS = 65536,
	IP_HEADER_MIN = 20,
	TCP_HEADER_MIN = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 8,
	OFFSET_MASK = 0x1fff,
};

enum tcp_flags {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
};

typedef uint64_t counts[GROUPS][WAYS];

struct truth {
	uint32_t base;
	uint32_t mask;
	enum truth_mode mode;
	/* One for every address of the network. */
	counts *bytes;
	counts *packets;
	counts *ipconn;
	counts *portconn;
	uint64_t rule_packets;
	uint64_t rule_bytes;
	/* Remembered flows, a tree of tsearch(3). */
	void *flows;
};

/* The lower end first, so that both directions of a flow are the same. */
struct flow {
	uint8_t protocol;
	uint32_t address[2];
	uint16_t port[2];
};

struct header {
	uint32_t source;
	uint32_t destination;
	uint8_t protocol;
	enum group group;
	/* Behind the IP header; none in a later fragment. */
	const uint8_t *transport;
	size_t transport_len;
};

static uint32_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static void *zeroed(size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (!room)
		err(1, "memory");
	return room;
}

struct truth *truth_new(uint32_t base, unsigned int prefix_len, enum truth_mode mode)
{
	struct truth *truth = zeroed(1, sizeof(*truth));
	size_t size = (size_t)1 << (32 - prefix_len);

	truth->mask = prefix_len ? ~(uint32_t)0 << (32 - prefix_len) : 0;
	truth->base = base;
	truth->mode = mode;
	truth->bytes = zeroed(size, sizeof(counts));
	truth->packets = zeroed(size, sizeof(counts));
	truth->ipconn = zeroed(size, sizeof(counts));
	truth->portconn = zeroed(PORTS, sizeof(counts));
	return truth;
}

static enum group group_of(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return TCP;
	case IPPROTO_UDP:
		return UDP;
	case IPPROTO_ICMP:
		return ICMP;
	default:
		return OTHER;
	}
}

static struct header parse(const uint8_t *packet, size_t len)
{
	size_t header_len = (packet[0] & 0xf) * 4;
	struct header header = {
		.source = get32(packet + 12),
		.destination = get32(packet + 16),
		.protocol = packet[9],
		.group = group_of(packet[9]),
	};

	if (!(get16(packet + 6) & OFFSET_MASK) && len >= header_len) {
		header.transport = packet + header_len;
		header.transport_len = len - header_len;
	}
	return header;
}

static int compare_flows(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct flow));
}

static struct flow flow_of(const struct header *header, uint16_t sport, uint16_t dport)
{
	bool swap = header->source > header->destination ||
		    (header->source == header->destination && sport > dport);
	struct flow flow;

	/* Compared as bytes, padding included. */
	memset(&flow, 0, sizeof(flow));
	flow.protocol = header->protocol;
	flow.address[swap] = header->source;
	flow.address[!swap] = header->destination;
	flow.port[swap] = sport;
	flow.port[!swap] = dport;
	return flow;
}

/* Whether the flow is new; from now on it is not. */
static bool remember(struct truth *truth, const struct flow *flow)
{
	struct flow *own;

	if (tfind(flow, &truth->flows, compare_flows))
		return false;
	own = zeroed(1, sizeof(*own));
	memcpy(own, flow, sizeof(*own));
	if (!tsearch(own, &truth->flows, compare_flows))
		errx(1, "memory");
	return true;
}

static void forget(struct truth *truth, const struct flow *flow)
{
	struct flow **found = tfind(flow, &truth->flows, compare_flows);
	struct flow *own;

	if (!found)
		return;
	own = *found;
	tdelete(flow, &truth->flows, compare_flows);
	free(own);
}

/* The header says its own length, with options. */
static bool tcp_header_is_whole(const struct header *header)
{
	size_t len = (header->transport[12] >> 4) * 4;

	return len >= TCP_HEADER_MIN && len <= header->transport_len;
}

static bool opens_tcp(struct truth *truth, const struct header *header)
{
	struct flow flow;
	uint8_t flags;

	if (header->transport_len < TCP_HEADER_MIN || !tcp_header_is_whole(header))
		return false;
	flags = header->transport[13];
	flow = flow_of(header, get16(header->transport), get16(header->transport + 2));
	if (flags & (FIN | RST)) {
		forget(truth, &flow);
		return false;
	}
	return (flags & (SYN | ACK)) == SYN && remember(truth, &flow);
}

static bool opens_udp(struct truth *truth, const struct header *header)
{
	struct flow flow;

	if (header->transport_len < UDP_HEADER)
		return false;
	flow = flow_of(header, get16(header->transport), get16(header->transport + 2));
	return remember(truth, &flow);
}

/* Echo, timestamp, information and address mask requests. */
static bool opens_icmp(const struct header *header)
{
	if (header->transport_len < ICMP_HEADER)
		return false;
	switch (header->transport[0]) {
	case 8:
	case 13:
	case 15:
	case 17:
		return true;
	default:
		return false;
	}
}

static bool opens(struct truth *truth, const struct header *header)
{
	struct flow flow;

	if (!header->transport)
		return false;
	switch (header->group) {
	case TCP:
		return opens_tcp(truth, header);
	case UDP:
		return opens_udp(truth, header);
	case ICMP:
		return opens_icmp(header);
	default:
		flow = flow_of(header, 0, 0);
		return remember(truth, &flow);
	}
}

static uint16_t port_of(const struct header *header)
{
	if (header->group != TCP && header->group != UDP)
		return 0;
	return get16(header->transport + 2);
}

static bool is_inside(const struct truth *truth, uint32_t address)
{
	return (address & truth->mask) == truth->base;
}

static bool belongs(const struct truth *truth, bool from_inside, bool to_inside)
{
	switch (truth->mode) {
	case TRUTH_NOINTERNAL:
		return from_inside != to_inside;
	case TRUTH_ONLYINTERNAL:
		return from_inside && to_inside;
	default:
		return from_inside || to_inside;
	}
}

void truth_count(struct truth *truth, const uint8_t *packet, size_t len)
{
	struct header header = parse(packet, len);
	bool inside[WAYS] = {
		[IN] = is_inside(truth, header.destination),
		[OUT] = is_inside(truth, header.source),
	};
	uint32_t row[WAYS] = {
		[IN] = header.destination & ~truth->mask,
		[OUT] = header.source & ~truth->mask,
	};
	bool open;
	int way;

	if (!belongs(truth, inside[OUT], inside[IN]))
		return;
	truth->rule_packets++;
	truth->rule_bytes += len;
	open = opens(truth, &header);
	for (way = IN; way < WAYS; way++) {
		if (!inside[way])
			continue;
		truth->packets[row[way]][header.group][way]++;
		truth->bytes[row[way]][header.group][way] += len;
		if (!open)
			continue;
		truth->ipconn[row[way]][header.group][way]++;
		truth->portconn[port_of(&header)][header.group][way]++;
	}
}

static FILE *create(const char *prefix, const char *suffix)
{
	char *path;
	FILE *file;

	if (asprintf(&path, "%s%s", prefix, suffix) < 0)
		err(1, "memory");
	file = fopen(path, "w");
	if (!file)
		err(1, "%s", path);
	free(path);
	return file;
}

static void finish(FILE *file)
{
	if (fclose(file))
		err(1, "writing");
}

/* The pairs of a row behind its key; false, and nothing, for a row of zeros. */
static bool format_pairs(char *text, size_t size, const counts count, bool icmp_apart)
{
	uint64_t pair[GROUPS + 1][WAYS] = { 0 };
	int pairs = 1 + (icmp_apart ? GROUPS : GROUPS - 1);
	size_t used = 0;
	int group, way, i;

	for (group = 0; group < GROUPS; group++) {
		i = group == OTHER || (group == ICMP && !icmp_apart) ? pairs - 1 : group + 1;
		for (way = IN; way < WAYS; way++) {
			pair[i][way] += count[group][way];
			pair[0][way] += count[group][way];
		}
	}
	if (!pair[0][IN] && !pair[0][OUT])
		return false;
	for (i = 0; i < pairs; i++)
		used += snprintf(text + used, size - used, "\t%" PRIu64 "\t%" PRIu64, pair[i][IN],
				 pair[i][OUT]);
	return true;
}

static void write_addresses(const struct truth *truth, const counts *table, const char *prefix,
			    const char *suffix, bool icmp_apart)
{
	FILE *file = create(prefix, suffix);
	uint32_t i = 0, address;
	char pairs[512];

	fprintf(file, "IP\t\tTOTAL\t\tTCP\t\tUDP\t\t%sOTHER\n", icmp_apart ? "ICMP\t\t" : "");
	do {
		if (!format_pairs(pairs, sizeof(pairs), table[i], icmp_apart))
			continue;
		address = truth->base + i;
		fprintf(file, "%u.%u.%u.%u%s\n", address >> 24, address >> 16 & 255,
			address >> 8 & 255, address & 255, pairs);
	} while (i++ != ~truth->mask);
	finish(file);
}

static void write_ports(const struct truth *truth, const char *prefix)
{
	FILE *file = create(prefix, "_portconn");
	char pairs[512];
	int port;

	fprintf(file, "PORT\t\tTOTAL\t\tTCP\t\tUDP\t\tICMP\t\tOTHER\n");
	for (port = 0; port < PORTS; port++)
		if (format_pairs(pairs, sizeof(pairs), truth->portconn[port], true))
			fprintf(file, "%d%s\n", port, pairs);
	finish(file);
}

void truth_write(const struct truth *truth, const char *prefix)
{
	FILE *rule = create(prefix, "_rule");

	fprintf(rule, "%" PRIu64 " %" PRIu64 "\n", truth->rule_packets, truth->rule_bytes);
	finish(rule);
	write_addresses(truth, truth->bytes, prefix, "", false);
	write_addresses(truth, truth->packets, prefix, "_packets", false);
	write_addresses(truth, truth->ipconn, prefix, "_ipconn", true);
	write_ports(truth, prefix);
}
