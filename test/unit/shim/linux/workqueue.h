/* SPDX-License-Identifier: GPL-2.0 */
/* Work that is queued, and not done. */
#ifndef SHIM_LINUX_WORKQUEUE_H
#define SHIM_LINUX_WORKQUEUE_H

#include <linux/compiler.h>

#define HZ 250

struct workqueue_struct;

struct delayed_work {
	unsigned int queued; /* how often */
	unsigned long delay; /* of the last time */
};

/* It has been done by whoever asks. */
static inline bool delayed_work_pending(const struct delayed_work *work)
{
	(void)work;
	return false;
}

static inline void queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *work,
				      unsigned long delay)
{
	(void)queue;
	WRITE_ONCE(work->queued, READ_ONCE(work->queued) + 1);
	WRITE_ONCE(work->delay, delay);
}

#endif /* SHIM_LINUX_WORKQUEUE_H */
