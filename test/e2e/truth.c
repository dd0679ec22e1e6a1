// SPDX-License-Identifier: GPL-2.0
/*
 * truth: what the files of a table have to say. Plain counters for every
 * address and port, and every flow ever seen; it knows of no time, so that it
 * holds for runs shorter than --conntimeout, and of no bound on addresses.
 */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
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
enum table { BYTES, PACKETS, IPCONN, TABLES };

enum {
	ADDRESS_MAX = 16,
	PORTS = 65536,
	ROWS_MIN = 4096,
	TCP_HEADER_MIN = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 8,
	OFFSET_MASK_IPV4 = 0x1fff,
	OFFSET_MASK_IPV6 = 0xfff8,
	IPV6_HEADER = 40,
	/* Of any kind; a longer chain is not followed to its end (spec). */
	EXTENSION_HEADERS_MAX = 32,
};

enum tcp_flags {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
};

typedef uint64_t counts[GROUPS][WAYS];

/* As in a packet; of IPv4 the first four bytes. */
struct address {
	uint8_t bytes[ADDRESS_MAX];
};

/* Of an address, or a prefix. */
struct row {
	struct address address;
	counts tables[TABLES];
};

struct truth {
	int family;
	struct address base;
	struct address mask;
	/* What tells rows apart. */
	struct address row_mask;
	unsigned int row_bits;
	enum truth_mode mode;
	/* By their number, which a hash table of numbers plus one finds. */
	struct row *rows;
	size_t nrows;
	size_t *buckets;
	size_t nbuckets;
	counts *portconn;
	uint64_t rule_packets;
	uint64_t rule_bytes;
	/* Remembered flows, a tree of tsearch(3). */
	void *flows;
};

/* The lower end first, so that both directions of a flow are the same. */
struct flow {
	uint8_t protocol;
	struct address address[2];
	uint16_t port[2];
};

struct header {
	struct address source;
	struct address destination;
	uint8_t protocol;
	enum group group;
	/* Behind all IP headers; none in a later fragment and if cut short. */
	const uint8_t *transport;
	size_t transport_len;
};

static uint32_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void *zeroed(size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (!room)
		err(1, "memory");
	return room;
}

static size_t address_len(const struct truth *truth)
{
	return truth->family == AF_INET ? 4 : 16;
}

static struct address mask_of(unsigned int bits)
{
	struct address mask = { 0 };
	unsigned int i;

	for (i = 0; i < bits; i++)
		mask.bytes[i / 8] |= 0x80 >> i % 8;
	return mask;
}

static struct address masked(struct address address, const struct address *mask)
{
	size_t i;

	for (i = 0; i < ADDRESS_MAX; i++)
		address.bytes[i] &= mask->bytes[i];
	return address;
}

static int compare_addresses(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, ADDRESS_MAX);
}

struct truth *truth_new(const char *network, unsigned int aggregate, enum truth_mode mode)
{
	struct truth *truth = zeroed(1, sizeof(*truth));
	char *base = strdup(network);
	char *slash = base ? strchr(base, '/') : NULL;
	unsigned int bits;

	if (!slash)
		errx(2, "%s is not BASE/LEN", network);
	*slash = '\0';
	truth->family = strchr(base, ':') ? AF_INET6 : AF_INET;
	bits = 8 * address_len(truth);
	if (inet_pton(truth->family, base, truth->base.bytes) != 1 ||
	    (unsigned int)atoi(slash + 1) > bits || aggregate > bits)
		errx(2, "%s is not BASE/LEN, or its rows are too long", network);
	truth->mask = mask_of(atoi(slash + 1));
	free(base);
	truth->row_bits = aggregate ? aggregate : bits;
	truth->row_mask = mask_of(truth->row_bits);
	truth->mode = mode;
	truth->rows = zeroed(ROWS_MIN, sizeof(*truth->rows));
	truth->nbuckets = ROWS_MIN;
	truth->buckets = zeroed(truth->nbuckets, sizeof(*truth->buckets));
	truth->portconn = zeroed(PORTS, sizeof(counts));
	return truth;
}

/* The bucket of a row, or the empty one where it has to go. */
static size_t *find_bucket(const struct truth *truth, const struct address *address)
{
	uint64_t word[2], hash;
	size_t *bucket;

	memcpy(word, address->bytes, sizeof(word));
	/* What differs may stand in any bits, and has to reach the lowest. */
	hash = word[0] * 0x9e3779b97f4a7c15 ^ word[1];
	hash = (hash ^ hash >> 32) * 0xbf58476d1ce4e5b9;
	for (hash ^= hash >> 32;; hash++) {
		bucket = &truth->buckets[hash & (truth->nbuckets - 1)];
		if (!*bucket || !compare_addresses(&truth->rows[*bucket - 1].address, address))
			return bucket;
	}
}

/* Half of the buckets stay empty. */
static void make_room(struct truth *truth)
{
	size_t i;

	if (truth->nrows < truth->nbuckets / 2)
		return;
	free(truth->buckets);
	truth->nbuckets *= 2;
	truth->buckets = zeroed(truth->nbuckets, sizeof(*truth->buckets));
	truth->rows = realloc(truth->rows, truth->nbuckets * sizeof(*truth->rows));
	if (!truth->rows)
		err(1, "memory");
	for (i = 0; i < truth->nrows; i++)
		*find_bucket(truth, &truth->rows[i].address) = i + 1;
}

static struct row *row_of(struct truth *truth, struct address address)
{
	struct row *row;
	size_t *bucket;

	make_room(truth);
	address = masked(address, &truth->row_mask);
	bucket = find_bucket(truth, &address);
	if (*bucket)
		return &truth->rows[*bucket - 1];
	row = &truth->rows[truth->nrows++];
	*bucket = truth->nrows;
	memset(row, 0, sizeof(*row));
	row->address = address;
	return row;
}

/* What is ICMP in one family is some other protocol in the other. */
static enum group group_of(const struct truth *truth, uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return TCP;
	case IPPROTO_UDP:
		return UDP;
	case IPPROTO_ICMP:
		return truth->family == AF_INET ? ICMP : OTHER;
	case IPPROTO_ICMPV6:
		return truth->family == AF_INET6 ? ICMP : OTHER;
	default:
		return OTHER;
	}
}

static struct header parse_ipv4(const struct truth *truth, const uint8_t *packet, size_t len)
{
	size_t header_len = (packet[0] & 0xf) * 4;
	struct header header = {
		.protocol = packet[9],
		.group = group_of(truth, packet[9]),
	};

	memcpy(header.source.bytes, packet + 12, 4);
	memcpy(header.destination.bytes, packet + 16, 4);
	if (!(get16(packet + 6) & OFFSET_MASK_IPV4) && len >= header_len) {
		header.transport = packet + header_len;
		header.transport_len = len - header_len;
	}
	return header;
}

static bool is_extension_header(uint8_t protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_FRAGMENT || protocol == IPPROTO_DSTOPTS ||
	       protocol == IPPROTO_AH;
}

static size_t extension_header_len(uint8_t protocol, const uint8_t *at)
{
	switch (protocol) {
	case IPPROTO_FRAGMENT:
		return 8;
	case IPPROTO_AH:
		return (at[1] + 2) * 4;
	default:
		return (at[1] + 1) * 8;
	}
}

/*
 * A header names the next one in its first two bytes, whether or not the rest of
 * it is there; a fragment header has to be there in whole. What is not named is
 * OTHER.
 */
static void follow_chain(const struct truth *truth, struct header *header, const uint8_t *packet,
			 size_t len)
{
	uint8_t protocol = packet[6];
	size_t at = IPV6_HEADER;
	int headers = 0;

	while (is_extension_header(protocol)) {
		const uint8_t *extension = packet + at;

		if (headers++ == EXTENSION_HEADERS_MAX ||
		    at + (protocol == IPPROTO_FRAGMENT ? 8 : 2) > len)
			return;
		if (protocol == IPPROTO_FRAGMENT && get16(extension + 2) & OFFSET_MASK_IPV6) {
			if (extension[0] == IPPROTO_TCP || extension[0] == IPPROTO_UDP)
				header->group = group_of(truth, extension[0]);
			return;
		}
		at += extension_header_len(protocol, extension);
		protocol = extension[0];
	}
	header->protocol = protocol;
	header->group = group_of(truth, protocol);
	if (at > len)
		return;
	header->transport = packet + at;
	header->transport_len = len - at;
}

static struct header parse_ipv6(const struct truth *truth, const uint8_t *packet, size_t len)
{
	struct header header = { .group = OTHER };

	memcpy(header.source.bytes, packet + 8, 16);
	memcpy(header.destination.bytes, packet + 24, 16);
	follow_chain(truth, &header, packet, len);
	return header;
}

static struct header parse(const struct truth *truth, const uint8_t *packet, size_t len)
{
	if (truth->family == AF_INET)
		return parse_ipv4(truth, packet, len);
	return parse_ipv6(truth, packet, len);
}

static int compare_flows(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct flow));
}

static struct flow flow_of(const struct header *header, uint16_t sport, uint16_t dport)
{
	int order = compare_addresses(&header->source, &header->destination);
	bool swap = order > 0 || (!order && sport > dport);
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

/* Echo; of IPv4 also timestamp, information and address mask. */
static bool opens_icmp(const struct truth *truth, const struct header *header)
{
	if (header->transport_len < ICMP_HEADER)
		return false;
	switch (header->transport[0]) {
	case 8:
	case 13:
	case 15:
	case 17:
		return truth->family == AF_INET;
	case 128:
		return truth->family == AF_INET6;
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
		return opens_icmp(truth, header);
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

static bool is_inside(const struct truth *truth, const struct address *address)
{
	struct address network = masked(*address, &truth->mask);

	return !compare_addresses(&network, &truth->base);
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
	struct header header = parse(truth, packet, len);
	const struct address *end[WAYS] = {
		[IN] = &header.destination,
		[OUT] = &header.source,
	};
	bool inside[WAYS] = {
		[IN] = is_inside(truth, end[IN]),
		[OUT] = is_inside(truth, end[OUT]),
	};
	struct row *row;
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
		row = row_of(truth, *end[way]);
		row->tables[PACKETS][header.group][way]++;
		row->tables[BYTES][header.group][way] += len;
		if (!open)
			continue;
		row->tables[IPCONN][header.group][way]++;
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

static int compare_rows(const void *a, const void *b)
{
	return compare_addresses(&((const struct row *)a)->address,
				 &((const struct row *)b)->address);
}

/* No row can be counted into after this. */
static void sort_rows(struct truth *truth)
{
	qsort(truth->rows, truth->nrows, sizeof(*truth->rows), compare_rows);
}

static void write_key(const struct truth *truth, const struct address *address, FILE *file)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(truth->family, address->bytes, text, sizeof(text));
	fputs(text, file);
	if (truth->row_bits < 8 * address_len(truth))
		fprintf(file, "/%u", truth->row_bits);
}

static void write_addresses(const struct truth *truth, enum table table, const char *prefix,
			    const char *suffix)
{
	bool icmp_apart = table == IPCONN;
	FILE *file = create(prefix, suffix);
	const struct row *row;
	char pairs[512];

	fprintf(file, "IP\t\tTOTAL\t\tTCP\t\tUDP\t\t%sOTHER\n", icmp_apart ? "ICMP\t\t" : "");
	for (row = truth->rows; row < truth->rows + truth->nrows; row++) {
		if (!format_pairs(pairs, sizeof(pairs), row->tables[table], icmp_apart))
			continue;
		write_key(truth, &row->address, file);
		fprintf(file, "%s\n", pairs);
	}
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

void truth_write(struct truth *truth, const char *prefix)
{
	FILE *rule = create(prefix, "_rule");

	fprintf(rule, "%" PRIu64 " %" PRIu64 "\n", truth->rule_packets, truth->rule_bytes);
	finish(rule);
	sort_rows(truth);
	write_addresses(truth, BYTES, prefix, "");
	write_addresses(truth, PACKETS, prefix, "_packets");
	write_addresses(truth, IPCONN, prefix, "_ipconn");
	write_ports(truth, prefix);
}
