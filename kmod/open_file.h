/* SPDX-License-Identifier: GPL-2.0 */
/*
 * open_file: what goes on in one open file of a table: reading and writing it.
 *
 * Knows rows and their text; does not know procfs or packets. One mutex for
 * each open file: who is stuck in a page fault holds up nobody else.
 */
#ifndef TRAFFIC_OPEN_FILE_H
#define TRAFFIC_OPEN_FILE_H

#include <linux/types.h>

struct iov_iter;
struct open_file;
struct traffic_table;

struct open_file *open_file_create(struct traffic_table *table,
				   unsigned int which);
void open_file_destroy(struct open_file *open);
struct traffic_table *open_file_table(const struct open_file *open);
bool open_file_is_stream(const struct open_file *open);
ssize_t open_file_read(struct open_file *open, loff_t *pos,
		       struct iov_iter *to);
ssize_t open_file_write(struct open_file *open, const char __user *from,
			size_t count);

#endif /* TRAFFIC_OPEN_FILE_H */
