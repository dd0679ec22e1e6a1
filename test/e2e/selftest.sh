#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shows that run.sh's checks bite: scenarios that go wrong, one way each, have
# to fail, and what they leave must not harm the next. Runs where run.sh runs,
# as "test/vm/run.sh --allow complains.c test/e2e/selftest.sh", because one of
# them writes a false warning into the kernel's log.
set -u

here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export VM_RESULTS=$work
passed=0
failed=0

# "expect FILE LINE...": the scenario (from standard input), run for both
# flavours, has these lines of result.
expect() {
	local file=$work/$1 got
	shift

	cat >"$file"
	got=$("$here/run.sh" "$file" | grep -E '^(PASS|FAIL|SKIP|[0-9]+ passed)' | sed 's/ (.*//')
	if [ "$got" = "$(printf '%s\n' "$@")" ]; then
		echo "ok   ${file##*/}"
		passed=$((passed + 1))
		return
	fi
	printf 'FAIL %s:\n%s\n' "${file##*/}" "$got"
	failed=$((failed + 1))
}

expect good.sh "PASS nft good" "PASS legacy good" "2 passed, 0 failed" <<-'END'
	set -e
	case $FLAVOUR in nft) flavour=nf_tables ;; *) flavour=legacy ;; esac
	iptables -V | grep -F "($flavour)"
	ip6tables-restore -V | grep -F "($flavour)"
	iptables -m traffic --help | grep -e --netbase
	ip netns add one
	ip netns exec one iptables -A INPUT -m traffic --traffic --netbase 10.0.0.0/12 --name X
	ip netns exec one sleep infinity &
END
expect nft-only.sh "PASS nft nft-only" "1 passed, 0 failed" <<-'END'
	# nft-only: to see that it is
	true
END
expect skipped.sh "SKIP nft skipped: no such thing here" \
	"SKIP legacy skipped: no such thing here" "0 passed, 0 failed, 2 skipped" <<-END
	. "$here/lib.sh"
	skip "no such thing here"
END
expect families.sh "PASS nft families" "PASS legacy families" "PASS nft-ipv6 families" \
	"3 passed, 0 failed" <<-END
	# families: ipv4 ipv6
	. "$here/lib.sh"
	case \$FAMILY in
	ipv4) same "the network" "\$(network 193.11.176.0/20)" 193.11.176.0/20 ;;
	ipv6) same "the network" "\$(network 193.11.176.0/20)" 2001:db8::c10b:b000/116 ;;
	esac
	same "the default" "\$(network 193.11.176.0/20)" "\$NETWORK"
END
expect wrong-ipv6.sh "FAIL nft-ipv6 wrong-ipv6" "0 passed, 1 failed" <<-END
	# families: ipv6
	. "$here/lib.sh"
	topology
	router ip6tables -A FORWARD -m traffic --traffic --netbase \$NETWORK --name X
	blast -n \$NETWORK -o "\$work/X" <<<"inside tcp src=193.11.176.1-193.11.176.2 dst=8.8.8.8 count=3"
	sed -i '2s/120/121/g' "\$work/X"
	same_table X "\$work/X"
END
expect step.sh "FAIL nft step" "FAIL legacy step" "0 passed, 2 failed" <<-'END'
	exit 1
END
expect wrong.sh "FAIL nft wrong" "FAIL legacy wrong" "0 passed, 2 failed" <<-END
	. "$here/lib.sh"
	topology
	router iptables -A FORWARD -m traffic --traffic --netbase \$NETWORK --name X
	blast -n \$NETWORK -o "\$work/X" <<<"inside tcp src=193.11.176.1 dst=8.8.8.8 count=3"
	sed -i 's/120/121/g' "\$work/X"
	same_table X "\$work/X"
END
expect hangs.sh "FAIL nft hangs" "FAIL legacy hangs" "0 passed, 2 failed" <<-'END'
	# bound: 2
	sleep infinity
END
expect complains.sh "FAIL nft complains" "FAIL legacy complains" "0 passed, 2 failed" <<-'END'
	echo "<4>WARNING: CPU: 0 PID: 1 at complains.c" >/dev/kmsg
END
expect complains-too-much.sh "FAIL nft complains-too-much" "0 passed, 1 failed" <<-'END'
	# nft-only: the log is the same
	# More than the kernel's log takes, in lines as long as it takes them.
	line=$(printf '%900s')
	dmesg --console-level 1
	for ((i = 0; i < 6000; i++)); do
		echo "$line" >/dev/kmsg
	done
	dmesg --console-level 8
	echo "<4>WARNING: CPU: 0 PID: 1 at complains.c" >/dev/kmsg
END
expect in-use.sh "FAIL nft in-use" "0 passed, 1 failed" <<-'END'
	# nft-only: the module stays loaded after it
	ip netns add one
	ip netns exec one iptables -A INPUT -m traffic --traffic --netbase 10.0.0.0/12 --name X
	# A namespace that somebody still has open lives on.
	mkdir -p /run/hidden
	touch /run/hidden/one
	mount --bind /run/netns/one /run/hidden/one
END

echo "$passed passed, $failed failed"
[ $failed = 0 ]
