/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_hook: what drive.c asks of the bench module, by ioctl on
 * /proc/bench_hook. Each open file is a driver of its own, with its own packets,
 * its own sequence, and the network namespace of whoever opened it.
 */
#ifndef BENCH_HOOK_H
#define BENCH_HOOK_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* As many as a network card hands over at one poll (NAPI_POLL_WEIGHT). */
#define BENCH_PACKETS_MAX 64
#define BENCH_PACKET_BYTES_MAX 1500

/* Packets that are sent between two readings of the clock, bottom halves off. */
#define BENCH_CHUNK 2048

/**
 * struct bench_packet - one of the packets that are sent over and over
 * @number: below BENCH_PACKETS_MAX
 * @bytes: an IPv4 or IPv6 packet
 * @length: of it
 * @inside: offset of the address that the sequence adds to; of the last four
 *          bytes of an IPv6 one
 */
struct bench_packet {
	__u32 number;
	__u8 bytes[BENCH_PACKET_BYTES_MAX];
	__u16 length;
	__u16 inside;
};

/* One step: packet number in the low 8 bits, what to add to the address above. */
#define BENCH_STEP(address, packet) ((__u32)(address) << 8 | (packet))
#define BENCH_STEP_PACKET(step) ((step) & 0xff)
#define BENCH_STEP_ADDRESS(step) ((step) >> 8)

/**
 * struct bench_sequence - the steps of a driver
 * @steps: address of @count __u32
 * @count: how many; a multiple of BENCH_CHUNK
 */
struct bench_sequence {
	__u64 steps;
	__u32 count;
	__u32 unused;
};

/**
 * struct bench_run - send packets
 * @clocks: address of @chunks __u32: ns that each chunk took; filled in
 * @first: where in the sequence to start, in chunks
 * @chunks: how many; goes round at the end of the sequence
 * @confirm: run LOCAL_IN behind PRE_ROUTING, and forget the connection
 */
struct bench_run {
	__u64 clocks;
	__u32 first;
	__u32 chunks;
	__u32 confirm;
	__u32 unused;
};

/* What the limit costs: arrays of 4 counters an address, behind a bare hook. */
enum bench_flat_kind {
	BENCH_FLAT_NOTHING,	/* the hook alone */
	BENCH_FLAT_PLAIN,	/* loses counts on several CPUs */
	BENCH_FLAT_ATOMIC,
	BENCH_FLAT_PERCPU,
};

/**
 * struct bench_flat - hook such an array into the namespace, until close
 * @kind: enum bench_flat_kind
 * @base: first address, in host byte order
 * @addresses: how many
 */
struct bench_flat {
	__u32 kind;
	__u32 base;
	__u32 addresses;
};

#define BENCH_SET_PACKET	_IOW('b', 1, struct bench_packet)
#define BENCH_SET_SEQUENCE	_IOW('b', 2, struct bench_sequence)
#define BENCH_RUN		_IOW('b', 3, struct bench_run)
#define BENCH_SET_FLAT		_IOW('b', 4, struct bench_flat)
/* Returns the ns that so many rounds of a loop of two instructions take. */
#define BENCH_CALIBRATE		_IO('b', 5)

#endif /* BENCH_HOOK_H */
