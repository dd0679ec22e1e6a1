// SPDX-License-Identifier: GPL-2.0
/*
 * keep: the iptables extension of the target KEEP (xt_KEEP.c), which has no options.
 */
#include <xtables.h>

static struct xtables_target keep_target = {
	.name = "KEEP",
	.version = XTABLES_VERSION,
	.family = NFPROTO_UNSPEC,
	.size = XT_ALIGN(0),
	.userspacesize = XT_ALIGN(0),
};

static void __attribute__((constructor)) keep_init(void)
{
	xtables_register_target(&keep_target);
}
