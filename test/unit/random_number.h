/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers to choose from, the same in every run. Not for threads. */
#ifndef RANDOM_NUMBER_H
#define RANDOM_NUMBER_H

unsigned int random_number(void);

#endif /* RANDOM_NUMBER_H */
