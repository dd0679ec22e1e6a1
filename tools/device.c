// SPDX-License-Identifier: GPL-2.0
/*
 * device: see device.h
 *
 * By ioctl(), which has what people have set: in /sys, a device is promiscuous as well
 * while somebody looks at its packets, and what is in /sys may be another namespace's.
 */
#include "device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "complain.h"

/* Return: 0, or -1 and errno. */
static int request(const char *device, unsigned long number, struct ifreq *request)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -1;
	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", device);
	err = ioctl(fd, number, request);
	close(fd);
	return err;
}

static int complain_of(const char *device, const char *what)
{
	complain("%s: %s: %s", device, what, strerror(errno));
	return -1;
}

/**
 * device_get_flags() - what "ip link" shows in angle brackets
 * @device: its name
 * @flags: set to IFF_...
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int device_get_flags(const char *device, unsigned int *flags)
{
	struct ifreq is = {};

	if (request(device, SIOCGIFFLAGS, &is))
		return complain_of(device, "its flags");
	*flags = (unsigned short)is.ifr_flags;
	return 0;
}

/**
 * device_set_flags() - change flags of a device
 * @device: its name
 * @which: that are to be as in @flags; the others stay
 * @flags: IFF_...
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int device_set_flags(const char *device, unsigned int which, unsigned int flags)
{
	struct ifreq is = {};
	unsigned int now;

	if (device_get_flags(device, &now))
		return -1;
	is.ifr_flags = (now & ~which) | (flags & which);
	return request(device, SIOCSIFFLAGS, &is) ? complain_of(device, "its flags") : 0;
}

/**
 * device_get_mac() - the address of an Ethernet device
 * @device: its name
 * @mac: filled in
 *
 * Return: 1, 0 when it is no Ethernet device, or -1 when users have been told what is
 * wrong.
 */
int device_get_mac(const char *device, u8 mac[DEVICE_MAC_SIZE])
{
	struct ifreq is = {};

	if (request(device, SIOCGIFHWADDR, &is))
		return complain_of(device, "its address");
	memcpy(mac, is.ifr_hwaddr.sa_data, DEVICE_MAC_SIZE);
	return is.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

static int request_offloads(const char *device, u32 command, u32 *offloads)
{
	struct ethtool_value value = { .cmd = command, .data = *offloads };
	struct ifreq is = { .ifr_data = (char *)&value };
	const int err = request(device, SIOCETHTOOL, &is);

	*offloads = value.data;
	return err;
}

/**
 * device_merges_in_hardware() - whether it has large receive offload
 * @device: its name
 */
bool device_merges_in_hardware(const char *device)
{
	u32 offloads = 0;

	return !request_offloads(device, ETHTOOL_GFLAGS, &offloads) && offloads & ETH_FLAG_LRO;
}

/**
 * device_merge_in_hardware() - switch large receive offload
 * @device: its name
 * @merge: on
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int device_merge_in_hardware(const char *device, bool merge)
{
	u32 offloads = 0;

	if (request_offloads(device, ETHTOOL_GFLAGS, &offloads))
		return complain_of(device, "its offloads");
	offloads = merge ? offloads | ETH_FLAG_LRO : offloads & ~ETH_FLAG_LRO;
	if (request_offloads(device, ETHTOOL_SFLAGS, &offloads))
		return complain_of(device, "large receive offload");
	return 0;
}
