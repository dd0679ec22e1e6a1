// SPDX-License-Identifier: GPL-2.0
/*
 * captures: what a replay of captures has to leave in the tables (truth.c).
 *
 *	captures [--sent] ipv4|ipv6 LEN COUNT PREFIX MERGED CAPTURE...
 *
 * Puts the frames of all Ethernet CAPTUREs into the one file MERGED, for
 * tcpreplay; says on stderr which captures it skips. Chooses the COUNT networks
 * of prefix length LEN that most packets belong to, prints a line "BASE PACKETS"
 * for each, ascending, and writes PREFIX-BASE and so on, as truth_write() does.
 *
 * With --sent they show what a machine has sent, whose rules saw it all; else what it
 * will receive, of which the kernel drops some before any rule.
 *
 * CAPTUREs are of the form that tcpdump -w writes here: pcap, microseconds, in
 * this machine's byte order.
 */
#include "truth.h"

#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PCAP_MAGIC = 0xa1b2c3d4,
	LINK_ETHERNET = 1,
	LINK_MASK = 0xffff,
	FRAME_MAX = 1 << 18,
	SENT_MAX = ETH_HLEN + 65535,
	VLAN_TAG = 4,
	VLAN_ID_MASK = 0xfff,
	IPV4_HEADER_MIN = 20,
	IPV6_HEADER = 40,
	ADDRESS_MAX = 16,
	/* Of the kernel's: longer padding is refused, and more options. */
	PADDING_MAX = 7,
	OPTIONS_MAX = 8,
};

struct pcap_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snapshot, link_type;
};

struct frame_header {
	uint32_t seconds, microseconds, captured, length;
};

struct network {
	/* As in a packet, cut to the prefix's length; the rest is zero. */
	uint8_t base[ADDRESS_MAX];
	uint64_t packets;
	struct truth *truth;
};

static int family;
static bool sent;
static unsigned int prefix_len;
/* A tree of tsearch(3), and those that are chosen. */
static void *all_networks;
static struct network *networks;
static size_t nnetworks, networks_room;
static uint64_t frames, arriving;

static uint32_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* What is left of the sum of the header's words if its checksum is right. */
static bool checksum_is_right(const uint8_t *packet, size_t header)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < header; i += 2)
		sum += get16(packet + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* Its length, or 0 if the kernel drops it before any hook. */
static size_t ipv4_length(const uint8_t *packet, size_t len)
{
	size_t header, total;

	if (len < IPV4_HEADER_MIN || packet[0] >> 4 != 4)
		return 0;
	header = (packet[0] & 0xf) * 4;
	total = get16(packet + 2);
	if (header < IPV4_HEADER_MIN || len < header || !checksum_is_right(packet, header) ||
	    total > len || total < header)
		return 0;
	return total;
}

/* What a router looks at: it refuses options that it does not know and may not skip. */
static bool hop_by_hop_is_right(const uint8_t *header, size_t len)
{
	size_t end, at, padding = 0;
	unsigned int options = 0;

	end = len < 8 ? 0 : (header[1] + 1) * 8;
	if (!end || end > len)
		return false;
	for (at = 2; at < end;) {
		size_t option = 1;

		if (header[at])
			option = at + 1 < end ? header[at + 1] + 2U : end;
		if (at + option > end)
			return false;
		/* Pad1 and PadN */
		if (header[at] < 2) {
			padding += option;
			if (padding > PADDING_MAX)
				return false;
		} else {
			padding = 0;
			if (++options > OPTIONS_MAX || header[at] >> 6)
				return false;
		}
		at += option;
	}
	return true;
}

static bool is_loopback(const uint8_t *address)
{
	return !memcmp(address, &in6addr_loopback, sizeof(in6addr_loopback));
}

static size_t ipv6_length(const uint8_t *packet, size_t len)
{
	size_t total;

	if (len < IPV6_HEADER || packet[0] >> 4 != 6)
		return 0;
	total = IPV6_HEADER + get16(packet + 4);
	/* From a multicast address, or to one of this host alone; ::1. */
	if (total > len || packet[8] == 0xff || (packet[24] == 0xff && (packet[25] & 0xf) < 2) ||
	    is_loopback(packet + 8) || is_loopback(packet + 24))
		return 0;
	if (!sent && packet[6] == IPPROTO_HOPOPTS &&
	    !hop_by_hop_is_right(packet + IPV6_HEADER, total - IPV6_HEADER))
		return 0;
	return total;
}

/*
 * The packet of the family in a frame and its length, or NULL if the kernel
 * drops it before any hook: of another family, tagged with a VLAN (0 is none),
 * or a header that contradicts itself or the frame.
 */
static const uint8_t *packet_in(const uint8_t *frame, size_t len, size_t *packet_len)
{
	uint32_t wanted = family == AF_INET ? ETHERTYPE_IP : ETHERTYPE_IPV6;
	uint32_t type = get16(frame + ETH_HLEN - 2);
	size_t offset = ETH_HLEN;

	while ((type == ETHERTYPE_VLAN || type == 0x88a8) && len >= offset + VLAN_TAG) {
		if (get16(frame + offset) & VLAN_ID_MASK)
			return NULL;
		type = get16(frame + offset + 2);
		offset += VLAN_TAG;
	}
	if (type != wanted)
		return NULL;
	frame += offset;
	len -= offset;
	*packet_len = family == AF_INET ? ipv4_length(frame, len) : ipv6_length(frame, len);
	return *packet_len ? frame : NULL;
}

static int by_base(const void *a, const void *b)
{
	return memcmp(((const struct network *)a)->base, ((const struct network *)b)->base,
		      ADDRESS_MAX);
}

static struct network *network_of(const uint8_t *address)
{
	struct network *network = calloc(1, sizeof(*network)), **found;
	unsigned int bit;

	if (!network)
		err(1, "memory");
	for (bit = 0; bit < prefix_len; bit++)
		network->base[bit / 8] |= address[bit / 8] & 0x80 >> bit % 8;
	found = tsearch(network, &all_networks, by_base);
	if (!found)
		errx(1, "memory");
	if (*found != network)
		free(network);
	return *found;
}

static void tally(const uint8_t *packet, size_t len __attribute__((unused)))
{
	struct network *source = network_of(packet + (family == AF_INET ? 12 : 8));
	struct network *destination = network_of(packet + (family == AF_INET ? 16 : 24));

	arriving++;
	source->packets++;
	if (destination != source)
		destination->packets++;
}

static void count(const uint8_t *packet, size_t len)
{
	size_t i;

	for (i = 0; i < nnetworks; i++)
		truth_count(networks[i].truth, packet, len);
}

/* Hands the packets of a capture to a function, and its frames to a file. */
static void read_capture(const char *path, void (*visit)(const uint8_t *, size_t), FILE *merged)
{
	static uint8_t frame[FRAME_MAX];
	struct frame_header head;
	const uint8_t *packet;
	size_t len;
	FILE *file = fopen(path, "r");

	if (!file || fseek(file, sizeof(struct pcap_header), SEEK_SET))
		err(1, "%s", path);
	while (fread(&head, sizeof(head), 1, file) == 1) {
		if (head.captured > sizeof(frame) ||
		    fread(frame, 1, head.captured, file) != head.captured)
			break;
		/* Others cannot be sent. */
		if (head.captured < ETH_HLEN || head.captured > SENT_MAX)
			continue;
		if (merged) {
			frames++;
			head.length = head.captured;
			if (fwrite(&head, sizeof(head), 1, merged) != 1 ||
			    fwrite(frame, head.captured, 1, merged) != 1)
				err(1, "writing");
		}
		packet = packet_in(frame, head.captured, &len);
		if (packet)
			visit(packet, len);
	}
	fclose(file);
}

static bool is_ethernet(const char *path)
{
	struct pcap_header header = { 0 };
	FILE *file = fopen(path, "r");
	bool whole;

	if (!file)
		err(1, "%s", path);
	whole = fread(&header, sizeof(header), 1, file) == 1 && header.magic == PCAP_MAGIC;
	fclose(file);
	header.link_type &= LINK_MASK;
	if (whole && header.link_type == LINK_ETHERNET)
		return true;
	if (whole)
		warnx("skipped %s: link type %" PRIu32, path, header.link_type);
	else
		warnx("skipped %s: no capture", path);
	return false;
}

static FILE *create_merged(const char *path)
{
	const struct pcap_header header = {
		PCAP_MAGIC, 2, 4, 0, 0, FRAME_MAX, LINK_ETHERNET,
	};
	FILE *file = fopen(path, "w");

	if (!file || fwrite(&header, sizeof(header), 1, file) != 1)
		err(1, "%s", path);
	return file;
}

static int by_packets(const void *a, const void *b)
{
	const struct network *one = a, *other = b;

	return (one->packets < other->packets) - (one->packets > other->packets);
}

static void gather(const void *node, VISIT visit, int depth __attribute__((unused)))
{
	if (visit != leaf && visit != postorder)
		return;
	if (nnetworks == networks_room) {
		networks_room = networks_room ? 2 * networks_room : 1024;
		networks = realloc(networks, networks_room * sizeof(*networks));
		if (!networks)
			err(1, "memory");
	}
	networks[nnetworks++] = **(struct network *const *)node;
}

static const char *text_of(const struct network *network)
{
	static char text[INET6_ADDRSTRLEN];

	return inet_ntop(family, network->base, text, sizeof(text));
}

static void choose_networks(size_t count)
{
	char text[INET6_ADDRSTRLEN + 8];
	size_t i;

	twalk(all_networks, gather);
	qsort(networks, nnetworks, sizeof(*networks), by_packets);
	if (nnetworks > count)
		nnetworks = count;
	qsort(networks, nnetworks, sizeof(*networks), by_base);
	for (i = 0; i < nnetworks; i++) {
		snprintf(text, sizeof(text), "%s/%u", text_of(&networks[i]), prefix_len);
		networks[i].truth = truth_new(text, 0, TRUTH_ALL);
	}
}

static void write_truths(const char *prefix)
{
	char path[4096];
	size_t i;

	for (i = 0; i < nnetworks; i++) {
		snprintf(path, sizeof(path), "%s-%s", prefix, text_of(&networks[i]));
		truth_write(networks[i].truth, path);
		printf("%s %" PRIu64 "\n", text_of(&networks[i]), networks[i].packets);
	}
}

int main(int argc, char **argv)
{
	int nfiles = 0, i;
	char **files;
	FILE *merged;

	if (argc > 1 && !strcmp(argv[1], "--sent")) {
		sent = true;
		argc--;
		argv++;
	}
	if (argc < 6)
		errx(2, "usage: captures [--sent] ipv4|ipv6 LEN COUNT PREFIX MERGED CAPTURE...");
	family = strcmp(argv[1], "ipv6") ? AF_INET : AF_INET6;
	prefix_len = atoi(argv[2]);
	if (prefix_len > (family == AF_INET ? 32 : 128))
		errx(2, "LEN is that of a prefix");
	files = argv + 6;
	merged = create_merged(argv[5]);
	for (i = 0; i < argc - 6; i++) {
		if (!is_ethernet(files[i]))
			continue;
		files[nfiles++] = files[i];
		read_capture(files[i], tally, merged);
	}
	if (fclose(merged))
		err(1, "%s", argv[5]);
	choose_networks(atoi(argv[3]));
	for (i = 0; i < nfiles; i++)
		read_capture(files[i], count, NULL);
	write_truths(argv[4]);
	warnx("%d captures, %" PRIu64 " frames, %" PRIu64 " packets will arrive", nfiles, frames,
	      arriving);
	return 0;
}
