/* SPDX-License-Identifier: GPL-2.0 */
/*
 * names: what has a name is found by it, however many there are. A namespace
 * may have tens of thousands of tables, and each rule looks for its own.
 *
 * A red-black tree in the order of strcmp(). Callers lock.
 */
#ifndef TRAFFIC_NAMES_H
#define TRAFFIC_NAMES_H

#include <linux/rbtree.h>

/**
 * struct name - in what has one
 * @node: in the tree
 * @text: does not change, and is nobody else's in the tree
 */
struct name {
	struct rb_node node;
	const char *text;
};

/**
 * names_for_each_entry_safe() - all that a tree has, in the order of names
 * @pos: the one at hand, which may be erased
 * @next: the one behind it, which may not
 * @names: the tree
 * @member: the struct name in them
 */
#define names_for_each_entry_safe(pos, next, names, member)			\
	for (pos = names_entry(rb_first(names), pos, member);			\
	     pos && (next = names_entry(rb_next(&pos->member.node), pos, member), true); \
	     pos = next)

#define names_entry(rb_node, pos, member)	\
	rb_entry_safe(rb_node, typeof(*(pos)), member.node)

struct name *names_find(const struct rb_root *names, const char *text);
void names_add(struct rb_root *names, struct name *name);

static inline void names_erase(struct rb_root *names, struct name *name)
{
	rb_erase(&name->node, names);
}

#endif /* TRAFFIC_NAMES_H */
