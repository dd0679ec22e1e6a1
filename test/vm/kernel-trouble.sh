#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Prints the lines of a kernel log (FILE... or standard input) that mean that
# something is wrong in the kernel, and succeeds if there are any. For run.sh,
# which fails a run for them, and for test/e2e/run.sh, which says in which
# scenario they came. An unsigned or out-of-tree module is no trouble.
exec grep -a -h -E \
	-e 'WARNING:|BUG:|Oops|Kernel panic|kernel BUG at' \
	-e '[Cc]all [Tt]race|general protection fault|Unable to handle' \
	-e 'circular locking|recursive locking|inconsistent lock state' \
	-e 'suspicious RCU usage|rcu:.*(stall|starved)' \
	-e 'soft lockup|hard LOCKUP|blocked for more than [0-9]+ seconds' \
	-e 'sleeping function called|scheduling while atomic' \
	-e 'unregister_netdevice: waiting|already registered' \
	-e 'removing non-empty directory|buggy .next function' \
	-e 'refcount_t:|list_(add|del) corruption|ODEBUG:' \
	-e 'KASAN|KCSAN|KFENCE|UBSAN|kmemleak: [0-9]+ new suspected' \
	-e 'page allocation failure|Out of memory|invoked oom-killer' \
	-- "$@"
