# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# An iptables-restore that fails, in the extension or in the kernel, changes
# neither rules nor counters, and leaves no files of tables that never counted.
# The table that is in use goes on counting.
source "$(dirname "$0")/life.sh"

packets() {
	blast <<-END
		inside tcp src=193.11.176.1-193.11.176.9 dst=198.51.100.1 flags=S size=60
	END
}

rules() {
	within router $IPTABLES -t mangle -S
}

# "does_not_load WHY COMMAND...": rules from standard input, of the table mangle.
# COMMAND, with that of restoring behind it, sees that the reason is the right one.
does_not_load() {
	{
		echo "*mangle"
		cat
		echo "COMMIT"
	} >"$work/restore"
	say "$1"
	"${@:2}" $IPTABLES-restore "$work/restore"
	files_become "USED USED_info USED_packets"
	same "the rules" "$(rules)" "$(<"$work/rules")"
	same_table USED "$work/USED"
	same "rules of USED" "$(info USED rules)" 1
	same "generation" "$(info USED generation)" "$generation"
}

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --name USED
generation=$(info USED generation)
packets
rules >"$work/rules"
table USED >"$work/USED"

fails_saying() {
	fails "$1" router "${@:2}"
}

# The kernel says no more than that the target refused it: it must have been asked.
fails_in_tee() {
	fails "" router "$@"
	grep -q -E '^(xt_TEE |.*/xt_TEE\.ko)' /proc/modules "/lib/modules/$(uname -r)/modules.builtin" ||
		die "xt_TEE was never loaded"
}

does_not_load "a later line has an option that is wrong" fails_saying 'option "--name"' <<-END
	-A FORWARD -m traffic --traffic --netbase $NETWORK --name NEW
	-A FORWARD -m traffic --traffic --netbase $NETWORK --name .new
END
does_not_load "a later line has a match that is not there" fails_saying no_such_match <<-END
	-A FORWARD -m traffic --traffic --netbase $NETWORK --name NEW
	-A FORWARD -m no_such_match
END
does_not_load "the kernel refuses a later line: other options for the same name" \
	refused "NEW: option --portconn differs from the rule that uses this name already" <<-END
	-A FORWARD -m traffic --traffic --netbase $NETWORK --name USED
	-A FORWARD -m traffic --traffic --portconn --ipconn --netbase $NETWORK --name NEW
	-A FORWARD -m traffic --traffic --netbase $NETWORK --name NEW
END
does_not_load "the kernel refuses a later line: it changes the table in use" \
	refused "USED: option --traffic differs from the rule that uses this name already" <<-END
	-A FORWARD -m traffic --traffic --netbase $NETWORK --name NEW
	-A FORWARD -m traffic --ipconn --netbase $NETWORK --name USED
END
does_not_load "the kernel refuses a later line, of a target" fails_in_tee <<-END
	-A FORWARD -m traffic --traffic --netbase $NETWORK --name USED
	-A FORWARD -m traffic --ipconn --netbase $NETWORK --name NEW
	-A INPUT -j TEE --gateway ${EVERYTHING%/*}
END

say "counting goes on"
packets
expect_row USED 193.11.176.9 0 120 0 120 0 0 0 0

say "and the name NEW is free"
router $IPTABLES -t mangle -A FORWARD -m traffic --portconn --netbase $NETWORK --name NEW
