// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the inputs that the fuzzers begin with: fuzz_seeds DIRECTORY makes
 * DIRECTORY/packet and DIRECTORY/rowtext, which have to exist.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frame.h"
#include "fuzz_packet.h"

static const char *directory;
static struct frame frame;

static void write_seed(const char *kind, const char *name, const void *head, size_t head_length,
		       const void *body, size_t body_length)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/%s", directory, kind, name);
	file = fopen(path, "w");
	if (!file || fwrite(head, 1, head_length, file) != head_length ||
	    fwrite(body, 1, body_length, file) != body_length || fclose(file)) {
		perror(path);
		exit(1);
	}
}

static void start(u8 protocol, u32 options)
{
	const struct frame_ipv4 fields = {
		.protocol = protocol,
		.from = 0x0a000001,
		.to = 0xac140002,
		.options = options,
	};

	frame.length = 0;
	frame_add_ipv4(&frame, &fields);
}

static void write_packet(const char *name, struct fuzz_head head)
{
	write_seed("packet", name, &head, sizeof(head), frame.bytes, frame.length);
}

static void write_plain_packets(void)
{
	start(IPPROTO_TCP, 0);
	frame_add_tcp(&frame, 40000, 80, FRAME_SYN, 20);
	write_packet("tcp-syn", (struct fuzz_head){ .linear = 4 });
	start(IPPROTO_TCP, 8);
	frame_add_tcp(&frame, 80, 40000, FRAME_FIN | FRAME_ACK, 12);
	write_packet("tcp-fin-ip-options", (struct fuzz_head){ .linear = 60 });
	start(IPPROTO_TCP, 0);
	frame_add_tcp(&frame, 40000, 80, FRAME_ACK, 0);
	frame_add_random(&frame, 40);
	write_packet("tcp-data", (struct fuzz_head){ .linear = 20 });
	start(IPPROTO_UDP, 0);
	frame_add_udp(&frame, 40000, 53);
	frame_add_random(&frame, 30);
	write_packet("udp", (struct fuzz_head){ .pieces = 5 });
	start(IPPROTO_ICMP, 0);
	frame_add_icmp(&frame, 8);
	write_packet("icmp-echo", (struct fuzz_head){ .linear = 8 });
	start(IPPROTO_GRE, 0);
	frame_add_random(&frame, 8);
	write_packet("gre", (struct fuzz_head){ .linear = 8 });
	start(IPPROTO_UDP, 0);
	frame_set_u16(&frame, 6, 0x2000 | 185);
	frame_add_random(&frame, 16);
	write_packet("later-fragment", (struct fuzz_head){ .linear = 8 });
}

static void start_ipv6(u8 next)
{
	const struct frame_ipv6 fields = {
		.next = next,
		.from = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
		.to = { 0x20, 1, 0xd, 0xb8, [15] = 2 },
	};

	frame.length = 0;
	frame_add_ipv6(&frame, &fields);
}

static void write_packet_ipv6(const char *name, struct fuzz_head head)
{
	head.ipv6 = 1;
	write_packet(name, head);
}

static void write_plain_packets_ipv6(void)
{
	u32 i;

	start_ipv6(IPPROTO_TCP);
	frame_add_tcp(&frame, 40000, 80, FRAME_SYN, 20);
	write_packet_ipv6("ipv6-tcp-syn", (struct fuzz_head){ .linear = 4 });
	start_ipv6(IPPROTO_HOPOPTS);
	frame_add_extension(&frame, IPPROTO_ROUTING, 0);
	frame_add_extension(&frame, IPPROTO_FRAGMENT, 2);
	frame_add_fragment(&frame, IPPROTO_AH, FRAME_IPV6_MORE);
	frame_add_ah(&frame, IPPROTO_DSTOPTS, 4);
	frame_add_extension(&frame, IPPROTO_UDP, 1);
	frame_add_udp(&frame, 40000, 53);
	write_packet_ipv6("ipv6-all-extensions", (struct fuzz_head){ .linear = 50, .pieces = 3 });
	start_ipv6(IPPROTO_FRAGMENT);
	frame_add_fragment(&frame, IPPROTO_TCP, 1448);
	frame_add_random(&frame, 24);
	write_packet_ipv6("ipv6-later-fragment", (struct fuzz_head){ .linear = 8 });
	start_ipv6(IPPROTO_ICMPV6);
	frame_add_icmp(&frame, 128);
	write_packet_ipv6("ipv6-echo", (struct fuzz_head){ .linear = 8 });
	start_ipv6(IPPROTO_DSTOPTS);
	for (i = 0; i < 32; i++)
		frame_add_extension(&frame, i < 31 ? IPPROTO_DSTOPTS : IPPROTO_TCP, 0);
	frame_add_tcp(&frame, 40000, 80, FRAME_SYN, 0);
	write_packet_ipv6("ipv6-longest-chain", (struct fuzz_head){ .linear = 8 });
}

static void write_merged_packets_ipv6(void)
{
	start_ipv6(IPPROTO_HOPOPTS);
	frame_add_jumbo(&frame, IPPROTO_TCP, 360);
	frame_add_tcp(&frame, 80, 40000, FRAME_ACK, 12);
	frame_add_random(&frame, 320);
	write_packet_ipv6(
		"ipv6-big-tcp",
		(struct fuzz_head){ .gso_type = SKB_GSO_TCPV6, .gso_size = 100, .linear = 32 });
	start_ipv6(IPPROTO_DSTOPTS);
	frame_add_extension(&frame, IPPROTO_UDP, 0);
	frame_add_udp(&frame, 443, 40000);
	frame_add_random(&frame, 300);
	write_packet_ipv6(
		"ipv6-udp-merged",
		(struct fuzz_head){ .gso_type = SKB_GSO_UDP_L4, .gso_size = 90, .gso_segs = 4 });
	write_packet_ipv6("ipv6-ufo", (struct fuzz_head){ .gso_type = SKB_GSO_UDP | SKB_GSO_DODGY,
							  .gso_size = 64 });
}

static void write_merged_packets(void)
{
	start(IPPROTO_TCP, 0);
	frame_add_tcp(&frame, 80, 40000, FRAME_ACK, 12);
	frame_add_random(&frame, 300);
	write_packet(
		"tcp-merged",
		(struct fuzz_head){ .gso_type = SKB_GSO_TCPV4, .gso_size = 100, .linear = 32 });
	start(IPPROTO_UDP, 0);
	frame_add_udp(&frame, 443, 40000);
	frame_add_random(&frame, 300);
	write_packet(
		"udp-merged",
		(struct fuzz_head){ .gso_type = SKB_GSO_UDP_L4, .gso_size = 90, .gso_segs = 4 });
	write_packet("ufo",
		     (struct fuzz_head){ .gso_type = SKB_GSO_UDP | SKB_GSO_DODGY, .gso_size = 64 });
	write_packet("fragment-list",
		     (struct fuzz_head){ .gso_type = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST,
					 .gso_size = 100,
					 .linear = 108,
					 .listed = 200,
					 .pieces = MAX_SKB_FRAGS });
	start(IPPROTO_SCTP, 0);
	frame_add_sctp(&frame, 1, 2);
	frame_add_random(&frame, 300);
	write_packet("sctp-merged", (struct fuzz_head){ .gso_type = SKB_GSO_SCTP,
							.gso_size = GSO_BY_FRAGS,
							.linear = 12,
							.listed = 300,
							.pieces = 2 * MAX_SKB_FRAGS });
	start(IPPROTO_IPIP, 0);
	frame_add(&frame, "\x45\0\0\0\0\0\0\0\x40\6\0\0\1\1\1\1\2\2\2\2", 20);
	frame_add_tcp(&frame, 1, 2, FRAME_ACK, 0);
	frame_add_random(&frame, 200);
	write_packet("tcp-in-ipip", (struct fuzz_head){ .gso_type = SKB_GSO_TCPV4 | SKB_GSO_IPXIP4,
							.gso_size = 50,
							.encapsulation = 1,
							.inner_network = 20,
							.inner_transport = 40,
							.linear = 24 });
}

static void write_row(const char *name, u8 pairs, const char *line)
{
	const u8 choice = pairs - 1;

	write_seed("rowtext", name, &choice, 1, line, strlen(line));
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	directory = argv[1];
	write_plain_packets();
	write_merged_packets();
	write_plain_packets_ipv6();
	write_merged_packets_ipv6();
	write_row("ip", 4, "172.20.0.2\t615\t3\t1\t1\t0\t2\t614\t0\t0\t0");
	write_row("subtract", 3, "-10.0.0.1\t6\t9\t1\t2\t2\t3\t3\t4");
	write_row("port", 1,
		  "65535\t18446744073709551615\t0\t"
		  "18446744073709551615\t0");
	write_row("zeros", 2, "0\t000\t0\t00\t0\t0\t0");
	write_row("overflow", 2, "22\t0\t0\t18446744073709551615\t0\t1\t0");
	return 0;
}
