/* SPDX-License-Identifier: GPL-2.0 */
/*
 * signals: what must come to its end, comes to its end.
 */
#ifndef TRAFCTL_SIGNALS_H
#define TRAFCTL_SIGNALS_H

/* From here on nothing is left half done because a terminal was closed. */
void signals_ignore(void);

#endif /* TRAFCTL_SIGNALS_H */
