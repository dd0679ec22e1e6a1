// SPDX-License-Identifier: GPL-2.0
/*
 * names: see names.h
 */
#include "names.h"

#include <linux/string.h>

/**
 * names_find() - what has a name
 * @names: the tree
 * @text: the name
 *
 * Return: its struct name, or NULL.
 */
struct name *names_find(const struct rb_root *names, const char *text)
{
	struct rb_node *node = names->rb_node;

	while (node) {
		struct name *name = rb_entry(node, struct name, node);
		const int order = strcmp(text, name->text);

		if (!order)
			return name;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/**
 * names_add() - let something be found by its name
 * @names: the tree, in which nothing has that name
 * @name: with its text
 */
void names_add(struct rb_root *names, struct name *name)
{
	struct rb_node **link = &names->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (strcmp(name->text, rb_entry(parent, struct name, node)->text) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&name->node, parent, link);
	rb_insert_color(&name->node, names);
}
