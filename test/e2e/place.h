/* SPDX-License-Identifier: GPL-2.0 */
/*
 * place: where a test program works. Both functions end the program if they
 * cannot do what they are asked.
 */
#ifndef PLACE_H
#define PLACE_H

/* Enters the network namespace that ip-netns(8) calls @name. */
void enter_namespace(const char *name);

/* Keeps the calling thread on one CPU. */
void stay_on_cpu(unsigned int cpu);

#endif /* PLACE_H */
