/* SPDX-License-Identifier: GPL-2.0 */
/*
 * proc: the files of a namespace's tables in /proc/net/xt_traffic.
 *
 * Knows files and who has them open; does not know packets or how counters are
 * stored. Rules may not wait for readers, so that a file outlives its table as
 * long as somebody has it open, and a new table of that name takes it over.
 */
#ifndef TRAFFIC_PROC_H
#define TRAFFIC_PROC_H

struct tables;
struct traffic_table;

int proc_open(struct tables *tables);
void proc_close(struct tables *tables);

/* These four under tables->lock. */
int proc_prepare(struct traffic_table *table);
void proc_publish(struct traffic_table *table);
void proc_withdraw(struct traffic_table *table);
void proc_sweep(struct tables *tables);

#endif /* TRAFFIC_PROC_H */
