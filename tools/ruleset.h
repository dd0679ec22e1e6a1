/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ruleset: the rules of iptables and ip6tables, as iptables-save shows them.
 */
#ifndef TRAFCTL_RULESET_H
#define TRAFCTL_RULESET_H

#include <linux/types.h>

/* Ours: "-m traffic". */
#define RULESET_MATCH "traffic"

/**
 * struct rule - a rule
 * @program: that it is changed with: "iptables-nft"; static
 * @table: it is in; "mangle"
 * @chain: it is in
 * @number: its place there, from 1
 * @packets: it has matched
 * @bytes: the same
 * @spec: what comes behind "-A CHAIN", as one would give it to a shell
 */
struct rule {
	const char *program;
	char *table;
	char *chain;
	unsigned int number;
	u64 packets;
	u64 bytes;
	char *spec;
};

/**
 * struct ruleset - rules
 * @count: how many
 * @list: they, those of a chain together and in their order
 */
struct ruleset {
	size_t count;
	struct rule *list;
};

/**
 * struct spec_word - a word of a rule
 * @start: in the rule's text
 * @length: of it, with its quotes
 */
struct spec_word {
	const char *start;
	size_t length;
};

/* What rules are changed with, and how long "ip6tables-legacy-restore" is, with a NUL. */
#define RULESET_PROGRAMS     6
#define RULESET_PROGRAM_SIZE 32
extern const char *const ruleset_programs[RULESET_PROGRAMS];

int ruleset_read(struct ruleset *ruleset);
int ruleset_add(struct ruleset *ruleset, const struct rule *rule);
void ruleset_free(struct ruleset *ruleset);

bool spec_next_word(const char **spec, struct spec_word *word);
bool spec_word_is(const struct spec_word *word, const char *text);
bool rule_is_same(const struct rule *a, const struct rule *b);
unsigned int spec_count_matches(const char *spec, const char *match);
bool spec_find_option(const char *spec, const char *option, struct spec_word *word);
bool spec_find_target(const char *spec, struct spec_word *word);
const char *spec_find_match(const char *spec, const char *match);

#endif /* TRAFCTL_RULESET_H */
