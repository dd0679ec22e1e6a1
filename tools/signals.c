// SPDX-License-Identifier: GPL-2.0
/*
 * signals: see signals.h
 */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

void signals_ignore(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_IGN);
}
