// SPDX-License-Identifier: GPL-2.0
/*
 * mirror_link: see mirror.h: the device itself: it takes all frames, asks and answers
 * nobody who has which address, and is up. Its hardware does not merge packets, which
 * would hide how many they were; that the kernel does stays, as it keeps that.
 */
#include "device.h"
#include "mirror.h"

#define FLAGS  (IFF_UP | IFF_NOARP | IFF_PROMISC)
#define WANTED FLAGS

/**
 * mirror_link_read() - look how it is
 * @mirror: its flags and whether it merges are filled in
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_link_read(struct mirror *mirror)
{
	mirror->merged = device_merges_in_hardware(mirror->name);
	return device_get_flags(mirror->name, &mirror->flags);
}

/**
 * mirror_link_put() - have it take all frames
 * @mirror: the device
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_link_put(const struct mirror *mirror)
{
	if (device_merges_in_hardware(mirror->name) &&
	    device_merge_in_hardware(mirror->name, false))
		return -1;
	return device_set_flags(mirror->name, FLAGS, WANTED);
}

/**
 * mirror_link_restore() - as it was, but for merging
 * @mirror: the device
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_link_restore(const struct mirror *mirror)
{
	return device_set_flags(mirror->name, FLAGS, mirror->flags);
}

/**
 * mirror_link_restore_merging() - have its hardware merge packets, if it did
 * @mirror: the device; its settings have been restored, and nobody has switched forwarding
 *	on since: that has the kernel switch this off
 *
 * Return: 0, or -1 when users have been told what is wrong.
 */
int mirror_link_restore_merging(const struct mirror *mirror)
{
	return mirror->merged ? device_merge_in_hardware(mirror->name, true) : 0;
}

/**
 * mirror_link_is_in_place() - whether it takes all frames
 * @mirror: the device
 */
bool mirror_link_is_in_place(const struct mirror *mirror)
{
	unsigned int flags;

	return !device_get_flags(mirror->name, &flags) && (flags & FLAGS) == WANTED &&
	       !device_merges_in_hardware(mirror->name);
}
