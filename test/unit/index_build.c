// SPDX-License-Identifier: GPL-2.0
/* index_build: see index_build.h */
#include "index_build.h"

#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/user_namespace.h>
#include <string.h>
#include "harness.h"
#include "memory.h"
#include "xt_traffic.h"

static struct memory_bound memory;

static bool is_ipv6(const char *text)
{
	return strchr(text, ':');
}

union nf_inet_addr index_address(const char *text)
{
	union nf_inet_addr address = {};

	CHECK(inet_pton(is_ipv6(text) ? AF_INET6 : AF_INET, text, &address) == 1);
	return address;
}

/* The extension's default: the rows of the network, up to a bound. */
static u32 default_maxaddrs(const struct index_options *options, u32 bits)
{
	const u32 most = bits == 128 ? 65536 : 1048576;
	const u32 rows = (options->aggregate ? options->aggregate : bits) - options->length;

	return rows < 20 ? min(1U << rows, most) : most;
}

void index_build(struct index *index, const struct index_options *options)
{
	const bool ipv6 = is_ipv6(options->network);
	struct xt_traffic_info info = {
		.flags = XT_TRAFFIC_TRAFFIC,
		.netbase = index_address(options->network),
		.hashsize = options->hashsize,
		.maxaddrs = options->maxaddrs,
		.aggregate = options->aggregate,
		.name = "office",
	};
	u32 bit;

	if (!info.maxaddrs)
		info.maxaddrs = default_maxaddrs(options, ipv6 ? 128 : 32);
	for (bit = 0; bit < options->length; bit++)
		info.netmask.in6.s6_addr[bit / 8] |= 128 >> bit % 8;
	memory_init(&memory, &init_user_ns);
	memset(index, 0, sizeof(*index));
	CHECK_EQUAL(index_init(index, &info, ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4, &memory), 0);
	CHECK_EQUAL(index_bytes(index), atomic_long_read(&memory.used));
}

void index_unbuild(struct index *index)
{
	index_destroy(index);
	CHECK_EQUAL(atomic_long_read(&memory.used), 0);
}
