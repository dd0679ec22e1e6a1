// SPDX-License-Identifier: GPL-2.0
/*
 * blast: sends exactly the packets that it is told to and writes down what the
 * files of a table have to say about them (truth.c).
 *
 *	blast [-6 BASE] [-c CPU] [-s SEED]
 *	      [-n NETWORK/LEN [-a AGGREGATE] [-m MODE] -o PREFIX] [-y FILE]
 *	      -l LINK=NETNS,DEVICE,MAC | -l LINK=NETNS | -w LINK=CAPTURE ... <BURSTS
 *
 * Packets are of IPv4, or with -6 (first of all options) of IPv6: then an address
 * written as one of IPv4 stands for that one of BASE/96, which has it as its end.
 *
 * A link is where packets leave from: a device in a network namespace, for the
 * given next hop (a packet socket), or the namespace's own output (a raw
 * socket, which for IPv4 fills in identification and checksum), or a file to
 * write them to (-w), in the format of pcap. Packets leave one by one, in order,
 * from one CPU. For each link and for those that the rule has to match, the
 * number of packets and bytes is printed. Two that are given the same FILE with
 * -y, empty at first, send in step: each packet as the other sends its own.
 *
 * MODE is "all", "nointernal" or "onlyinternal". Every line of BURSTS is a burst:
 *
 *	LINK tcp|udp|icmp|ip|raw|junk [KEY=VALUE...]
 *
 * junk is random but for its addresses, and mostly its length and checksum, and
 * for IPv6 mostly a chain of headers; a raw socket may refuse to send it.
 *
 *	count=N		packets (default: the longest walk of the other values)
 *	src= dst=	addresses
 *	sport= dport=	ports of tcp and udp (default 40000 and 80)
 *	flags=SAFRPU	of tcp (default A), "-" for none
 *	doff=N		length that a header of tcp claims, in words (default 5)
 *	type= code=	of icmp (default an echo request: 8, of IPv6 128, and 0)
 *	proto=N		protocol of ip (default 47) and junk
 *	size=N		the whole IP packet (default: its headers and payload); less
 *			than the headers cuts them short
 *	options=N	words of IPv4 options (default 0)
 *	ext=LIST	extension headers of IPv6, in that order, with commas: hop,
 *			route, dst, ah, frag, jumbo (hop with a jumbo payload), each
 *			as TYPE[:BYTES][*TIMES] (default: as few bytes as can be)
 *	frag=N[+]	offset of a fragment in bytes; + if more follow. The header of
 *			IPv6 is the one in ext, or the last; what is named behind it
 *			is in the first fragment only
 *	ttl=N		(default 64)
 *	payload=HEX	behind the headers; for raw, the whole packet
 *
 * A value is one, A-B to walk from one to the other and start over, or A~B for
 * random ones (ends included); an address may also be NETWORK/LEN, to walk. "#"
 * begins a comment.
 */
#define _GNU_SOURCE
#include "place.h"
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
	/* With room for a jumbogram. */
	PACKET_MAX = 1 << 17,
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	/* So many that a chain is longer than anybody follows it. */
	EXTENSIONS_MAX = 64,
	EXTENSION_MAX = 256 * 8,
	OPTION_MAX = 2 + 255,
	/* RFC 4727: for experiments; who does not know it skips it. */
	OPTION_TO_SKIP = 0x1e,
	OPTION_JUMBO = 0xc2,
	ROUTING_FOR_EXPERIMENTS = 253,
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

/* What stands for a key, addresses of IPv6 too. (For 32 bits that takes clang.) */
#ifdef __SIZEOF_INT128__
typedef unsigned __int128 number;
#else
typedef unsigned _BitInt(128) number;
#endif

struct range {
	number first;
	number last;
	bool random;
};

struct extension {
	uint8_t type;
	bool jumbo;
	size_t len;
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
	number max;
} fields[FIELDS] = {
	[COUNT] = { "count", UINT32_MAX }, [SRC] = { "src", (number)-1 },
	[DST] = { "dst", (number)-1 },	   [SPORT] = { "sport", UINT16_MAX },
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
	bool fragment;
	bool more_fragments;
	uint8_t flags;
	struct range range[FIELDS];
	uint8_t payload[PACKET_MAX];
	size_t payload_len;
	struct extension extensions[EXTENSIONS_MAX];
	int nextensions;
};

static struct link links[LINKS_MAX];
static int nlinks;
static uint64_t random_state;
/* Packets of both that send in step. */
static _Atomic uint64_t *steps;
static unsigned int line_number;
static bool ipv6;
static number ipv6_base;

#define bad(fmt, ...) errx(2, "line %u: " fmt, line_number, ##__VA_ARGS__)

/* SplitMix64, so that a seed means the same packets everywhere. */
static uint64_t next_random(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static bool parse_ipv6_address(const char *text, number *value)
{
	struct in6_addr address;
	int i;

	if (inet_pton(AF_INET6, text, &address) != 1)
		return false;
	*value = 0;
	for (i = 0; i < 16; i++)
		*value = *value << 8 | address.s6_addr[i];
	return true;
}

static bool parse_address(const char *text, number *value)
{
	struct in_addr address;

	if (ipv6 && strchr(text, ':'))
		return parse_ipv6_address(text, value);
	if (inet_pton(AF_INET, text, &address) != 1)
		return false;
	*value = ipv6_base | ntohl(address.s_addr);
	return true;
}

static bool parse_number(const char *text, number *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static bool parse_network(char *text, struct range *range)
{
	char *slash = strchr(text, '/');
	number len, host, bits = strchr(text, ':') ? 128 : 32;

	*slash = '\0';
	if (!parse_address(text, &range->first) || !parse_number(slash + 1, &len) || len > bits)
		return false;
	/* Not shifted by all of its bits. */
	host = len ? ((number)1 << (bits - len)) - 1 : (number)-1 >> (128 - bits);
	range->last = range->first | host;
	return !(range->first & host);
}

static struct range parse_range(enum field field, char *text)
{
	bool address = field == SRC || field == DST;
	bool (*parse)(const char *, number *) = address ? parse_address : parse_number;
	struct range range = { 0 };
	char *dash = strpbrk(text, "-~");

	if (address && strchr(text, '/')) {
		if (!parse_network(text, &range))
			bad("%s is no network", text);
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

/* Without division: not every machine has one of 128 bits. */
static number random_below(number span)
{
	number bits = span - 1, drawn;
	unsigned int shift;

	for (shift = 1; shift < 128; shift *= 2)
		bits |= bits >> shift;
	do {
		drawn = ((number)next_random() << 64 | next_random()) & bits;
	} while (drawn >= span);
	return drawn;
}

static uint64_t remainder_of(uint64_t i, number span)
{
	return span > UINT64_MAX ? i : i % (uint64_t)span;
}

static number pick(const struct range *range, uint64_t i)
{
	number span = range->last - range->first + 1;

	return range->first + (range->random ? random_below(span) : remainder_of(i, span));
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

/* TYPE[:BYTES][*TIMES] */
static void parse_extension(struct burst *burst, char *text)
{
	static const struct {
		const char *name;
		struct extension extension;
	} types[] = {
		{ "hop", { IPPROTO_HOPOPTS, false, 8 } },
		{ "route", { IPPROTO_ROUTING, false, 8 } },
		{ "dst", { IPPROTO_DSTOPTS, false, 8 } },
		{ "frag", { IPPROTO_FRAGMENT, false, 8 } },
		{ "jumbo", { IPPROTO_HOPOPTS, true, 8 } },
		{ "ah", { IPPROTO_AH, false, 12 } },
	};
	char *times = strchr(text, '*'), *bytes = strchr(text, ':');
	number count = 1, len = 0;
	size_t i;

	if (times)
		*times++ = '\0';
	if (bytes)
		*bytes++ = '\0';
	if ((times && !parse_number(times, &count)) || (bytes && !parse_number(bytes, &len)))
		bad("an extension header is TYPE[:BYTES][*TIMES]");
	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(text, types[i].name))
			break;
	if (i == sizeof(types) / sizeof(*types))
		bad("no such extension header: %s", text);
	for (; count; count--) {
		struct extension *extension = &burst->extensions[burst->nextensions];

		if (burst->nextensions++ == EXTENSIONS_MAX)
			bad("too many extension headers");
		*extension = types[i].extension;
		if (bytes)
			extension->len = len;
		if (extension->len < 8 || extension->len > EXTENSION_MAX || extension->len % 4)
			bad("no such length of an extension header");
	}
}

static void parse_extensions(struct burst *burst, char *list)
{
	char *one;

	if (!ipv6)
		bad("extension headers are of IPv6");
	while ((one = strsep(&list, ",")))
		parse_extension(burst, one);
}

/* Where a fragment is told of no place of its own. */
static void default_fragment_header(struct burst *burst)
{
	int i;

	for (i = 0; i < burst->nextensions; i++)
		if (burst->extensions[i].type == IPPROTO_FRAGMENT)
			return;
	parse_extension(burst, (char[]){ "frag" });
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
	if (!strcmp(key, "ext")) {
		parse_extensions(burst, value);
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
	if (field == OPTIONS && ipv6)
		bad("IPv6 has no options: use ext");
	burst->sized |= field == SIZE;
	burst->fragment |= field == FRAG;
	burst->range[field] = parse_range(field, value);
}

static uint8_t icmp_protocol(void)
{
	return ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
}

static void default_range(struct burst *burst, enum field field, uint64_t value)
{
	burst->range[field].first = value;
	burst->range[field].last = value;
}

static void parse_kind(struct burst *burst, const char *kind)
{
	const struct {
		const char *name;
		uint8_t protocol;
	} kinds[] = {
		{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "icmp", icmp_protocol() },
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
	number longest = 1;
	int field;

	for (field = COUNT + 1; field < FIELDS; field++) {
		const struct range *range = &burst->range[field];

		if (!range->random && range->last - range->first + 1 > longest)
			longest = range->last - range->first + 1;
	}
	if (longest > fields[COUNT].max)
		bad("that is too long a walk: give count");
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
	default_range(burst, TYPE, ipv6 ? 128 : 8);
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
	if (burst->fragment && ipv6)
		default_fragment_header(burst);
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

static void put128(uint8_t *p, number value)
{
	int i;

	for (i = 15; i >= 0; i--, value >>= 8)
		p[i] = value;
}

static uint64_t sum16(uint64_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += p[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void put_addresses(const struct burst *burst, uint8_t *packet, uint64_t i)
{
	if (ipv6) {
		put128(packet + 8, pick(&burst->range[SRC], i));
		put128(packet + 24, pick(&burst->range[DST], i));
	} else {
		put32(packet + 12, pick(&burst->range[SRC], i));
		put32(packet + 16, pick(&burst->range[DST], i));
	}
}

/* The checksum that is over the addresses, protocol and length too. */
static uint16_t transport_checksum(const uint8_t *packet, uint8_t protocol,
				   const uint8_t *transport, size_t len)
{
	uint64_t sum = protocol + len;

	sum = ipv6 ? sum16(sum, packet + 8, 32) : sum16(sum, packet + 12, 8);
	return fold(sum16(sum, transport, len));
}

static size_t transport_header(uint8_t protocol)
{
	if (protocol == IPPROTO_TCP)
		return TCP_HEADER;
	if (protocol == IPPROTO_UDP)
		return UDP_HEADER;
	return protocol == icmp_protocol() ? ICMP_HEADER : 0;
}

static void put_transport(const struct burst *burst, uint8_t *packet, uint8_t protocol,
			  uint8_t *transport, size_t len, uint64_t i)
{
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) {
		put16(transport, pick(&burst->range[SPORT], i));
		put16(transport + 2, pick(&burst->range[DPORT], i));
	}
	if (protocol == IPPROTO_TCP) {
		put32(transport + 4, i);
		transport[12] = pick(&burst->range[DOFF], i) << 4;
		transport[13] = burst->flags;
		put16(transport + 14, 0xffff);
		put16(transport + 16, transport_checksum(packet, protocol, transport, len));
	} else if (protocol == IPPROTO_UDP) {
		put16(transport + 4, len);
		put16(transport + 6, transport_checksum(packet, protocol, transport, len));
	} else if (protocol == icmp_protocol()) {
		transport[0] = pick(&burst->range[TYPE], i);
		transport[1] = pick(&burst->range[CODE], i);
		put16(transport + 6, i);
		put16(transport + 2, ipv6 ? transport_checksum(packet, protocol, transport, len)
					  : fold(sum16(0, transport, len)));
	}
}

/* @header, @len: of the IP header, of the packet */
static void put_ipv4_header(const struct burst *burst, uint64_t i, uint8_t *packet,
			    uint8_t protocol, uint32_t offset, size_t header, size_t len)
{
	packet[0] = 4 << 4 | header / 4;
	put16(packet + 2, len);
	put16(packet + 4, i);
	put16(packet + 6, offset / 8 | (burst->more_fragments ? MORE_FRAGMENTS : 0));
	packet[8] = pick(&burst->range[TTL], i);
	packet[9] = protocol;
	put_addresses(burst, packet, i);
	memset(packet + IPV4_HEADER, 1, header - IPV4_HEADER);
	put16(packet + 10, fold(sum16(0, packet, header)));
}

/* Fills it with options that nobody knows, as padding may not be that long. */
static void put_options(uint8_t *p, size_t len)
{
	size_t option;

	for (; len > 1; len -= option, p += option) {
		option = len < OPTION_MAX ? len : OPTION_MAX;
		p[0] = OPTION_TO_SKIP;
		p[1] = option - 2;
	}
}

/* @len: of the whole packet. All but its next header. */
static void put_extension(const struct burst *burst, const struct extension *extension, uint64_t i,
			  uint8_t *p, uint32_t offset, size_t len)
{
	p[1] = extension->len / 8 - 1;
	switch (extension->type) {
	case IPPROTO_FRAGMENT:
		p[1] = 0;
		put16(p + 2, offset | burst->more_fragments);
		put32(p + 4, i);
		break;
	case IPPROTO_AH:
		p[1] = extension->len / 4 - 2;
		memset(p + 2, 1, extension->len - 2);
		break;
	case IPPROTO_ROUTING:
		p[2] = ROUTING_FOR_EXPERIMENTS;
		break;
	default:
		put_options(p + 2, extension->len - 2);
	}
	if (extension->jumbo) {
		p[2] = OPTION_JUMBO;
		p[3] = 4;
		put32(p + 4, len - IPV6_HEADER);
	}
}

static bool is_jumbogram(const struct burst *burst)
{
	return burst->nextensions && burst->extensions[0].jumbo;
}

static void put_ipv6_header(const struct burst *burst, uint64_t i, uint8_t *packet,
			    uint8_t protocol, uint32_t offset, size_t len)
{
	uint8_t *next = packet + 6, *at = packet + IPV6_HEADER;
	bool behind = false;
	int k;

	packet[0] = 6 << 4;
	put16(packet + 4, is_jumbogram(burst) ? 0 : len - IPV6_HEADER);
	packet[7] = pick(&burst->range[TTL], i);
	put_addresses(burst, packet, i);
	for (k = 0; k < burst->nextensions && !behind; k++) {
		const struct extension *extension = &burst->extensions[k];

		*next = extension->type;
		next = at;
		put_extension(burst, extension, i, at, offset, len);
		at += extension->len;
		behind = offset && extension->type == IPPROTO_FRAGMENT;
	}
	*next = k < burst->nextensions ? burst->extensions[k].type : protocol;
}

/* With the extension headers; of a later fragment those in it. */
static size_t header_len(const struct burst *burst, uint64_t i, uint32_t offset)
{
	size_t len = IPV6_HEADER;
	int k;

	if (!ipv6)
		return IPV4_HEADER + 4 * pick(&burst->range[OPTIONS], i);
	for (k = 0; k < burst->nextensions; k++) {
		len += burst->extensions[k].len;
		if (offset && burst->extensions[k].type == IPPROTO_FRAGMENT)
			break;
	}
	return len;
}

/* Builds the burst's packet number i and returns its length. */
static size_t build(const struct burst *burst, uint64_t i, uint8_t *packet)
{
	uint32_t offset = pick(&burst->range[FRAG], i);
	uint8_t protocol = pick(&burst->range[PROTO], i);
	/* A later fragment has no transport header of its own. */
	size_t transport = offset ? 0 : transport_header(protocol);
	size_t header = header_len(burst, i, offset);
	size_t full = header + transport + burst->payload_len;
	size_t len = burst->sized ? pick(&burst->range[SIZE], i) : full;

	if (full > PACKET_MAX || (len > 65535 && !is_jumbogram(burst)))
		bad("packet is too long");
	if (len < (ipv6 ? IPV6_HEADER : header))
		bad("size is smaller than the IP header");
	memset(packet, 0, full > len ? full : len);
	if (ipv6)
		put_ipv6_header(burst, i, packet, protocol, offset, len);
	else
		put_ipv4_header(burst, i, packet, protocol, offset, header, len);
	memcpy(packet + header + transport, burst->payload, burst->payload_len);
	if (!offset)
		put_transport(burst, packet, protocol, packet + header,
			      len > header ? len - header : 0, i);
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
static void build_junk_ipv4(const struct burst *burst, uint64_t i, uint8_t *packet, size_t len)
{
	size_t header;

	packet[0] = 4 << 4 | (rarely(2) ? next_random() % 16 : IPV4_HEADER / 4);
	header = packet[0] % 16 * 4;
	if (!rarely(8))
		put16(packet + 2, len);
	if (!rarely(4))
		put16(packet + 6, 0);
	packet[9] = pick(&burst->range[PROTO], i);
	put16(packet + 10, 0);
	put_addresses(burst, packet, i);
	if (!rarely(8))
		put16(packet + 10, fold(sum16(0, packet, header < len ? header : len)));
}

static bool is_sent_raw(const struct burst *burst)
{
	return !burst->link->capture && !burst->link->next_hop.sll_ifindex;
}

static size_t extension_len(uint8_t type, const uint8_t *extension)
{
	if (type == IPPROTO_FRAGMENT)
		return 8;
	return type == IPPROTO_AH ? 4 * (extension[1] + 2) : 8 * (extension[1] + 1);
}

/* Hop-by-hop options are not the first: what is wrong there is dropped. */
static void build_junk_chain(const struct burst *burst, uint64_t i, uint8_t *packet, size_t len)
{
	static const uint8_t types[] = {
		IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS, IPPROTO_AH, IPPROTO_HOPOPTS,
	};
	size_t ntypes = sizeof(types) - 1, at = IPV6_HEADER;
	uint8_t *next = packet + 6;

	while (at + 8 <= len && !rarely(3)) {
		uint8_t *extension = packet + at;

		*next = types[next_random() % ntypes];
		ntypes = sizeof(types);
		if (!rarely(4))
			extension[1] = next_random() % 4;
		if (*next == IPPROTO_FRAGMENT && rarely(2))
			put16(extension + 2, next_random() % 8);
		at += extension_len(*next, extension);
		next = extension;
	}
	*next = pick(&burst->range[PROTO], i);
}

static void build_junk_ipv6(const struct burst *burst, uint64_t i, uint8_t *packet, size_t len)
{
	packet[0] = 6 << 4;
	/* The kernel fills that in for IPv4 alone. */
	if (is_sent_raw(burst) || !rarely(8))
		put16(packet + 4, len - IPV6_HEADER);
	packet[7] = 64;
	put_addresses(burst, packet, i);
	build_junk_chain(burst, i, packet, len);
}

static size_t build_junk(const struct burst *burst, uint64_t i, uint8_t *packet)
{
	size_t least = ipv6 ? IPV6_HEADER : IPV4_HEADER;
	size_t len = burst->sized ? pick(&burst->range[SIZE], i) : least + next_random() % 100;
	size_t k;

	if (len < least)
		bad("size is smaller than the IP header");
	for (k = 0; k < len; k++)
		packet[k] = next_random();
	if (ipv6)
		build_junk_ipv6(burst, i, packet, len);
	else
		build_junk_ipv4(burst, i, packet, len);
	return len;
}

static uint16_t ethernet_type(void)
{
	return ipv6 ? ETH_P_IPV6 : ETH_P_IP;
}

/* An Ethernet frame without addresses. */
static void write_frame(FILE *file, const uint8_t *packet, size_t len)
{
	const uint32_t head[] = { 0, 0, ETH_HLEN + len, ETH_HLEN + len };
	const uint16_t type = htons(ethernet_type());
	uint8_t ethernet[ETH_HLEN] = { 0 };

	memcpy(ethernet + 12, &type, sizeof(type));
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
	return burst->junk && is_sent_raw(burst) && errno == EINVAL;
}

static bool send_raw(int socket, const uint8_t *packet, size_t len)
{
	struct sockaddr_in6 to_ipv6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in to_ipv4 = { .sin_family = AF_INET };

	if (ipv6) {
		memcpy(&to_ipv6.sin6_addr, packet + 24, 16);
		return sendto(socket, packet, len, 0, &to_ipv6, sizeof(to_ipv6)) == (ssize_t)len;
	}
	memcpy(&to_ipv4.sin_addr, packet + 16, 4);
	return sendto(socket, packet, len, 0, &to_ipv4, sizeof(to_ipv4)) == (ssize_t)len;
}

static bool send_to_next_hop(const struct link *link, const uint8_t *packet, size_t len)
{
	return sendto(link->socket, packet, len, 0, (const struct sockaddr *)&link->next_hop,
		      sizeof(link->next_hop)) == (ssize_t)len;
}

static void send_packet(const struct burst *burst, const uint8_t *packet, size_t len)
{
	struct link *link = burst->link;
	bool sent = true;

	if (steps)
		wait_for_the_other();
	if (link->capture)
		write_frame(link->capture, packet, len);
	else if (is_sent_raw(burst))
		sent = send_raw(link->socket, packet, len);
	else
		sent = send_to_next_hop(link, packet, len);
	if (!sent && refused(burst))
		return;
	if (!sent)
		err(1, "line %u: sending from %s", line_number, link->name);
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

static void open_packet_socket(struct link *link, const char *device, const char *mac)
{
	struct ether_addr *address = ether_aton(mac);

	if (!address)
		errx(2, "%s is no MAC address", mac);
	link->next_hop.sll_family = AF_PACKET;
	link->next_hop.sll_protocol = htons(ethernet_type());
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
		link->socket =
			socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
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
static void stay_on_one_cpu(const char *text)
{
	number cpu;

	if (!parse_number(text, &cpu) || cpu >= CPU_SETSIZE)
		errx(2, "-c needs a CPU");
	stay_on_cpu(cpu);
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
	const char *network = NULL;
	const char *cpu = "0";
	number seed = 0, aggregate = 0;
	int option, i;

	while ((option = getopt(argc, argv, "6:a:c:s:n:m:o:l:w:y:")) != -1) {
		switch (option) {
		case '6':
			ipv6 = true;
			if (nlinks || !parse_ipv6_address(optarg, &ipv6_base))
				errx(2, "-6 comes first and needs an address");
			break;
		case 'a':
			if (!parse_number(optarg, &aggregate))
				errx(2, "-a needs a number");
			break;
		case 'c':
			cpu = optarg;
			break;
		case 's':
			if (!parse_number(optarg, &seed))
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
	stay_on_one_cpu(cpu);
	random_state = seed;
	if (network)
		truth = truth_new(network, aggregate, mode);
	run_bursts(truth);
	close_captures();
	for (i = 0; i < nlinks; i++)
		printf("%s %" PRIu64 " %" PRIu64 "\n", links[i].name, links[i].packets,
		       links[i].bytes);
	if (truth)
		truth_write(truth, prefix);
	return 0;
}
