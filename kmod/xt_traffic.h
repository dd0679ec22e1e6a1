/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The match data of "-m traffic": the ABI between the iptables extension
 * (libxt/libxt_traffic.c) and the kernel module (kmod/match.c).
 *
 * The extension fills in every default, because iptables compares the raw
 * bytes of rules for -C and -D; the kernel checks everything again and changes
 * nothing in front of @table.
 */
#ifndef XT_TRAFFIC_H
#define XT_TRAFFIC_H

#include <linux/types.h>
#include <linux/netfilter.h>

/*
 * Version of struct xt_traffic_info. It stands first in the struct, so that
 * either side can tell a stranger and say which of the two to update. A new
 * layout takes a new number here and a new xtables revision.
 */
#define XT_TRAFFIC_ABI 1

/* Room for a table's name: 31 characters and the NUL. */
#define XT_TRAFFIC_NAME_SIZE 32

/* Values of xt_traffic_info.flags */
#define XT_TRAFFIC_TRAFFIC	(1U << 0)	/* --traffic */
#define XT_TRAFFIC_PORTCONN	(1U << 1)	/* --portconn */
#define XT_TRAFFIC_IPCONN	(1U << 2)	/* --ipconn */
#define XT_TRAFFIC_CLEARONREAD	(1U << 3)	/* --clearonread */
#define XT_TRAFFIC_NOINTERNAL	(1U << 4)	/* --nointernal */
#define XT_TRAFFIC_ONLYINTERNAL	(1U << 5)	/* ! --nointernal */

#define XT_TRAFFIC_TABLES \
	(XT_TRAFFIC_TRAFFIC | XT_TRAFFIC_PORTCONN | XT_TRAFFIC_IPCONN)
#define XT_TRAFFIC_FLAGS \
	(XT_TRAFFIC_TABLES | XT_TRAFFIC_CLEARONREAD | \
	 XT_TRAFFIC_NOINTERNAL | XT_TRAFFIC_ONLYINTERNAL)

/* Ranges of the numbers, as in the man page; both ends are allowed. */
#define XT_TRAFFIC_HASHSIZE_MIN		16U		/* buckets */
#define XT_TRAFFIC_HASHSIZE_MAX		(1U << 24)
#define XT_TRAFFIC_MAXADDRS_MIN		1U		/* addresses */
#define XT_TRAFFIC_MAXADDRS_MAX		(1U << 24)
#define XT_TRAFFIC_CONNTIMEOUT_MIN	1U		/* seconds */
#define XT_TRAFFIC_CONNTIMEOUT_MAX	43200U

/* Defaults; --maxaddrs defaults to the network's size, at most this. */
#define XT_TRAFFIC_MAXADDRS_DEFAULT	(1U << 20)
#define XT_TRAFFIC_CONNTIMEOUT_DEFAULT	120U

/* Shortest IPv4 prefix whose addresses are indexed directly. */
#define XT_TRAFFIC_DIRECT_PREFIX_MIN	12

struct traffic_table;

/**
 * struct xt_traffic_info - match data of one rule
 * @abi: XT_TRAFFIC_ABI
 * @flags: XT_TRAFFIC_*; at least one of XT_TRAFFIC_TABLES
 * @netbase: first address of the network, network byte order, no host bits
 * @netmask: its contiguous mask; for IPv4 only .ip is used, the rest is zero
 * @hashsize: buckets, a power of two; 0: not given
 * @maxaddrs: most addresses the table holds
 * @conntimeout: seconds a silent flow is remembered
 * @aggregate: prefix length of one row; 0: one row per address
 * @reserved: zero
 * @name: name of the table, NUL-terminated, zero behind the NUL
 * @table: the kernel's own, never read from or shown to user space
 * @table_room: makes @table take as much for 32-bit user space as for 64-bit
 */
struct xt_traffic_info {
	__u32 abi;
	__u32 flags;
	union nf_inet_addr netbase;
	union nf_inet_addr netmask;
	__u32 hashsize;
	__u32 maxaddrs;
	__u32 conntimeout;
	__u8 aggregate;
	__u8 reserved[3];
	char name[XT_TRAFFIC_NAME_SIZE];

	union {
		struct traffic_table *table;
		__aligned_u64 table_room;
	};
};

#endif /* XT_TRAFFIC_H */
