# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: what trafctl does is the same for both
# short: none, as it takes minutes
# bound: 900
#
# Promise: whoever is killed while a device is put into mirror mode or taken out of it, at
# any step, another "trafctl mirror stop" makes the device and the host what they were, and
# another "trafctl mirror start" leads to mirror mode.
source "$(dirname "$0")/life.sh"
source "$(dirname "$0")/kills.sh"
source "$(dirname "$0")/monitor.sh"
only_in_a_guest

is_stopped() {
	mirror stop eth0 >"$work/stopped" 2>&1 || grep "it is not in mirror mode" "$work/stopped" || return
	[ "$(mirror status)" = "no device is in mirror mode" ] && is_as_before eth0
}

is_started_and_stopped() {
	mirror start eth0 >/dev/null && mirror status && is_stopped
}

is_not_running() {
	mirror stop eth0 >/dev/null 2>&1 || true
}

is_running() {
	mirror start eth0 >/dev/null
}

make_monitor
# Its addresses would take a second to settle, each time.
within monitor sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1
CALLS=ioctl,renameat,write,wait4
[ -z "${KILL_AT_ALL:-}" ] || CALLS+=,openat,unlinkat,mkdir,flock,clone
remember eth0

say "a start that is killed"
kill_at_each_call $CALLS is_not_running is_stopped "${MIRROR[@]}" start eth0
[ "$kills" -gt 10 ] || die "killed but $kills times"
kill_at_each_call renameat is_not_running is_started_and_stopped "${MIRROR[@]}" start eth0
say "a stop that is killed"
kill_at_each_call $CALLS is_running is_stopped "${MIRROR[@]}" stop eth0
[ "$kills" -gt 8 ] || die "killed but $kills times"
