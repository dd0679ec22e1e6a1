/* SPDX-License-Identifier: GPL-2.0 */
/*
 * prefix: addresses and networks, of both families.
 */
#ifndef TRAFCTL_PREFIX_H
#define TRAFCTL_PREFIX_H

#include <linux/types.h>

/* 45 characters of an address, "/128", and a NUL. */
#define PREFIX_TEXT_SIZE 50

/**
 * struct prefix - a network; an address is one of full length
 * @family: 4 or 6
 * @length: bits, up to 32 or 128
 * @bytes: in network byte order; zero behind @length, and behind an IPv4 address
 */
struct prefix {
	u8 family;
	u8 length;
	u8 bytes[16];
};

unsigned int prefix_address_bits(const struct prefix *prefix);
bool prefix_parse(const char *text, size_t length, struct prefix *prefix);
bool prefix_clear_host_bits(struct prefix *prefix);
bool prefix_contains(const struct prefix *network, const struct prefix *inside);
int prefix_compare(const struct prefix *a, const struct prefix *b);
size_t prefix_put_network(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE]);
size_t prefix_put(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE]);
size_t prefix_anonymise(const char *key, size_t length, char text[PREFIX_TEXT_SIZE]);

#endif /* TRAFCTL_PREFIX_H */
