/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recycle: rows of a --clearonread table that their addresses give up.
 */
#ifndef TRAFFIC_RECYCLE_H
#define TRAFFIC_RECYCLE_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

/**
 * struct recycling - of one table
 * @work: looks for rows to be given up
 * @row: where to go on
 * @writing: held while a row is found and something is restored in it, and while
 *           rows are given up
 */
struct recycling {
	struct delayed_work work;
	u32 row;
	struct mutex writing;
};

struct traffic_table;

void recycle_init(struct traffic_table *table);
void recycle_start(struct traffic_table *table);
void recycle_stop(struct traffic_table *table);

#endif /* TRAFFIC_RECYCLE_H */
