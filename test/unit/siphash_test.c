// SPDX-License-Identifier: GPL-2.0
/*
 * The shim's SipHash against the vectors its authors published: key 00..0f,
 * message 00, 01, 02...
 */
#include <linux/siphash.h>
#include "harness.h"

CASE(siphash_of_the_shim_is_siphash_2_4)
{
	const siphash_key_t key = {
		.key = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL },
	};
	u8 message[16];
	int i;

	for (i = 0; i < 16; i++)
		message[i] = i;
	CHECK_EQUAL(siphash(message, 0, &key), 0x726fdb47dd0e0e31ULL);
	CHECK_EQUAL(siphash(message, 8, &key), 0x93f5f5799a932462ULL);
	CHECK_EQUAL(siphash(message, 15, &key), 0xa129ca6149be45e5ULL);
	CHECK_EQUAL(siphash(message, 16, &key), 0x3f2acc7f57c29bdbULL);
	CHECK_EQUAL(siphash_2u64(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL, &key),
		    0x3f2acc7f57c29bdbULL);
}
