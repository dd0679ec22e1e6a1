/* SPDX-License-Identifier: GPL-2.0 */
/*
 * device: a network device of this namespace.
 */
#ifndef TRAFCTL_DEVICE_H
#define TRAFCTL_DEVICE_H

#include <linux/types.h>
#include <net/if.h>

#define DEVICE_MAC_SIZE 6

int device_get_flags(const char *device, unsigned int *flags);
int device_set_flags(const char *device, unsigned int which, unsigned int flags);
int device_get_mac(const char *device, u8 mac[DEVICE_MAC_SIZE]);
bool device_merges_in_hardware(const char *device);
int device_merge_in_hardware(const char *device, bool merge);

#endif /* TRAFCTL_DEVICE_H */
