/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mirror: devices that hang on a mirror port, and what is done to them so that table raw
 * sees what comes in, and nobody else does.
 */
#ifndef TRAFCTL_MIRROR_H
#define TRAFCTL_MIRROR_H

#include <linux/types.h>
#include <net/if.h>
#include "run.h"

/* The nft table, of family inet. */
#define MIRROR_TABLE "ipt_traffic_mirror"

/* The longest value of a sysctl, and a NUL. */
#define MIRROR_SETTING_SIZE 16

/* Sysctls of a device that are set, of IPv6 and of IPv4. */
enum mirror_setting {
	MIRROR_DISABLE_IPV6,
	MIRROR_ADDR_GEN_MODE,
	MIRROR_ACCEPT_RA,
	MIRROR_ACCEPT_REDIRECTS,
	MIRROR_IPV6_DROP_UNICAST,
	MIRROR_FORWARDING,
	MIRROR_IPV4_DROP_UNICAST,
	MIRROR_SETTINGS,
};

/* A value for each; "-" for one that there is not. */
typedef char mirror_values[MIRROR_SETTINGS][MIRROR_SETTING_SIZE];

/**
 * enum mirror_stage - how far it has come
 * @MIRROR_STARTING: it is being made ready
 * @MIRROR_STARTED: it is ready
 * @MIRROR_STOPPING: it is being made what it was
 */
enum mirror_stage {
	MIRROR_STARTING,
	MIRROR_STARTED,
	MIRROR_STOPPING,
	MIRROR_STAGES,
};

/**
 * struct mirror - a device, and what it was like before
 * @stage: how far it has come
 * @index: of the device, which it keeps when it is renamed
 * @name: of the device: of today, or when it is gone, its first
 * @first_name: that it had when it was put into mirror mode
 * @gone: there is no such device any more
 * @flags: IFF_... as they were
 * @merged: it had large receive offload
 * @settings: values of sysctls as they were
 * @of_all: the same of those of all devices, which set each device's when they are set
 */
struct mirror {
	enum mirror_stage stage;
	unsigned int index;
	char name[IF_NAMESIZE];
	char first_name[IF_NAMESIZE];
	bool gone;
	unsigned int flags;
	bool merged;
	mirror_values settings;
	mirror_values of_all;
};

/**
 * struct mirrors - all of the network namespace
 * @count: how many
 * @list: they; to be freed
 */
struct mirrors {
	size_t count;
	struct mirror *list;
};

int mirrors_read(struct run *run, struct mirrors *mirrors);
int mirrors_write(struct run *run, const struct mirrors *mirrors);
int mirrors_add(struct mirrors *mirrors, const struct mirror *mirror);
void mirrors_remove(struct mirrors *mirrors, struct mirror *mirror);
void mirrors_free(struct mirrors *mirrors);

/* Room for what a device is used for, in words. */
#define MIRROR_USE_SIZE 256

int mirror_look_for_use(const struct mirror *mirror, const char *proc, char use[MIRROR_USE_SIZE]);

/* What is done to devices, in the order in which it is done; each can be done again. */
int mirror_drop_put(const struct mirrors *mirrors);
bool mirror_drop_is_in_place(const struct mirror *mirror);

int mirror_filters_look_for_others(const struct mirror *mirror);
int mirror_filters_put(const struct mirror *mirror);
int mirror_filters_remove(const struct mirror *mirror);
bool mirror_filters_are_in_place(const struct mirror *mirror);

int mirror_settings_read(struct mirror *mirror, const char *proc);
int mirror_settings_put(const struct mirror *mirror, const char *proc);
int mirror_settings_restore(const struct mirror *mirror, const char *proc);
void mirror_settings_tell(const struct mirror *mirror);
bool mirror_settings_forward_since(const struct mirror *mirror, const char *proc);
const char *mirror_settings_find_other(const struct mirror *mirror, const char *proc);

int mirror_link_read(struct mirror *mirror);
int mirror_link_put(const struct mirror *mirror);
int mirror_link_restore(const struct mirror *mirror);
int mirror_link_restore_merging(const struct mirror *mirror);
bool mirror_link_is_in_place(const struct mirror *mirror);

#endif /* TRAFCTL_MIRROR_H */
