// SPDX-License-Identifier: GPL-2.0
/*
 * captures: what a replay of captures has to leave in the tables (truth.c).
 *
 *	captures LEN COUNT PREFIX MERGED CAPTURE...
 *
 * Puts the frames of all Ethernet CAPTUREs into the one file MERGED, for
 * tcpreplay; says on stderr which captures it skips. Chooses the COUNT networks
 * of prefix length LEN that most packets belong to, prints a line "BASE PACKETS"
 * for each, ascending, and writes PREFIX-BASE and so on, as truth_write() does.
 *
 * CAPTUREs are of the form that tcpdump -w writes here: pcap, microseconds, in
 * this machine's byte order.
 */
#include "truth.h"

#include <err.h>
#include <inttypes.h>
#include <net/ethernet.h>
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
	IP_HEADER_MIN = 20,
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
	uint32_t number;
	uint64_t packets;
	struct truth *truth;
};

static unsigned int prefix_len;
/* Of every network of that length. */
static uint64_t *packets_of;
static struct network *networks;
static size_t nnetworks;
static uint64_t frames, arriving;

static uint32_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
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

/*
 * The IPv4 packet in a frame and its length, or NULL if the kernel drops it
 * before any hook: no IPv4, tagged with a VLAN (0 is none), or a header that
 * contradicts itself or the frame.
 */
static const uint8_t *ipv4_packet(const uint8_t *frame, size_t len, size_t *packet_len)
{
	size_t offset = ETH_HLEN, header;
	const uint8_t *packet;
	uint32_t type = get16(frame + ETH_HLEN - 2);

	while ((type == ETHERTYPE_VLAN || type == 0x88a8) && len >= offset + VLAN_TAG) {
		if (get16(frame + offset) & VLAN_ID_MASK)
			return NULL;
		type = get16(frame + offset + 2);
		offset += VLAN_TAG;
	}
	if (type != ETHERTYPE_IP || len < offset + IP_HEADER_MIN)
		return NULL;
	packet = frame + offset;
	len -= offset;
	header = (packet[0] & 0xf) * 4;
	*packet_len = get16(packet + 2);
	if (packet[0] >> 4 != 4 || header < IP_HEADER_MIN || len < header ||
	    !checksum_is_right(packet, header) || *packet_len > len || *packet_len < header)
		return NULL;
	return packet;
}

static uint32_t network_of(uint32_t address)
{
	return address >> (32 - prefix_len);
}

static void tally(const uint8_t *packet, size_t len __attribute__((unused)))
{
	uint32_t source = network_of(get32(packet + 12));
	uint32_t destination = network_of(get32(packet + 16));

	arriving++;
	packets_of[source]++;
	if (destination != source)
		packets_of[destination]++;
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
		packet = ipv4_packet(frame, head.captured, &len);
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

static int by_number(const void *a, const void *b)
{
	const struct network *one = a, *other = b;

	return (one->number > other->number) - (one->number < other->number);
}

static void choose_networks(size_t count)
{
	size_t all = (size_t)1 << prefix_len, i;

	networks = calloc(all, sizeof(*networks));
	if (!networks)
		err(1, "memory");
	for (i = 0; i < all; i++)
		if (packets_of[i])
			networks[nnetworks++] = (struct network){ i, packets_of[i], NULL };
	qsort(networks, nnetworks, sizeof(*networks), by_packets);
	if (nnetworks > count)
		nnetworks = count;
	qsort(networks, nnetworks, sizeof(*networks), by_number);
	for (i = 0; i < nnetworks; i++)
		networks[i].truth =
			truth_new(networks[i].number << (32 - prefix_len), prefix_len, TRUTH_ALL);
}

static void write_truths(const char *prefix)
{
	char path[4096], text[16];
	uint32_t base;
	size_t i;

	for (i = 0; i < nnetworks; i++) {
		base = networks[i].number << (32 - prefix_len);
		snprintf(text, sizeof(text), "%u.%u.%u.%u", base >> 24, base >> 16 & 255,
			 base >> 8 & 255, base & 255);
		snprintf(path, sizeof(path), "%s-%s", prefix, text);
		truth_write(networks[i].truth, path);
		printf("%s %" PRIu64 "\n", text, networks[i].packets);
	}
}

int main(int argc, char **argv)
{
	int nfiles = 0, i;
	char **files;
	FILE *merged;

	if (argc < 5)
		errx(2, "usage: captures LEN COUNT PREFIX MERGED CAPTURE...");
	prefix_len = atoi(argv[1]);
	if (prefix_len < 12 || prefix_len > 24)
		errx(2, "LEN is 12 to 24");
	packets_of = calloc((size_t)1 << prefix_len, sizeof(*packets_of));
	if (!packets_of)
		err(1, "memory");
	files = argv + 5;
	merged = create_merged(argv[4]);
	for (i = 0; i < argc - 5; i++) {
		if (!is_ethernet(files[i]))
			continue;
		files[nfiles++] = files[i];
		read_capture(files[i], tally, merged);
	}
	if (fclose(merged))
		err(1, "%s", argv[4]);
	choose_networks(atoi(argv[2]));
	for (i = 0; i < nfiles; i++)
		read_capture(files[i], count, NULL);
	write_truths(argv[3]);
	warnx("%d captures, %" PRIu64 " frames, %" PRIu64 " IPv4 packets will arrive", nfiles,
	      frames, arriving);
	return 0;
}
