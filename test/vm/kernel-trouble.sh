#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Prints the lines of a kernel log (FILE... or standard input) that mean that
# something is wrong in the kernel, and succeeds if there are any. For run.sh,
# which fails a run for them, and for test/e2e/run.sh, which says in which
# scenario they came. An unsigned or out-of-tree module is no trouble; nor are
# races that the kernel has with itself: KCSAN tells which functions raced and who called
# them, and the module that each is of. Nor is that nf_tables walks lists of RCU's while
# it holds its mutex, of which it does not tell lockdep. Where a scenario has said that
# allocations fail because it wants them to, it is no trouble that they do.
awk '
	/e2e: allocations fail from here on/ { failing = 1 }
	/e2e: allocations fail no more/ { failing = 0 }
	failing && /page allocation failure|vmalloc error|percpu: allocation failed|sysctl could not get directory: .* -12/ { told = NR; next }
	# Its stack comes in the next lines.
	told && NR <= told + 10 && /Call Trace:/ { told = 0; next }
	index($0, "==============================================================") {
		if (!report) {
			report = $0
			next
		}
		if (report !~ /BUG: KCSAN:/ || report ~ /ipt_traffic|ip6?table_promisc/)
			print report
		report = ""
		next
	}
	report { report = report "\n" $0; next }
	/WARNING: suspicious RCU usage/ { rcu = $0; next }
	rcu {
		rcu = rcu "\n" $0
		# Before the calls of User-mode Linux, and behind them, is no such line.
		ended = /<\/TASK>/ || (called && !/<TASK>/)
		called = /Call Trace:/
		if (!ended)
			next
		if (rcu !~ /net\/netfilter\/(nf_tables_api|nft_set_bitmap)\.c:[0-9]+ RCU-list traversed/)
			print rcu
		rcu = ""
		next
	}
	{ print }
	END {
		if (report)
			print report
		if (rcu)
			print rcu
	}
' "$@" | grep -a -E \
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
	-e 'page allocation failure|Out of memory|invoked oom-killer'
