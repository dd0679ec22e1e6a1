#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Second stage of the guest, its PID 1: makes of the host's root a machine with
# a life of its own, runs the job that test/vm/run.sh left in the share, writes
# down how it ended and powers off. Its own messages go to the console.

# shellcheck disable=SC2154 # variables of the job

share=/run/vm

# Whatever happens here, the guest ends; run.sh tells by the missing status.
trap 'busybox poweroff -f' EXIT

prepare() {
	set -e
	export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	export HOME=/root LANG=C.UTF-8

	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mkdir -p /dev/pts /dev/shm /run/lock /run/netns
	mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
	mount -t tmpfs -o mode=1777 shm /dev/shm
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mount -t debugfs debugfs /sys/kernel/debug
	# A device node is missing where the host's /dev is not udev's.
	ln -sfn /proc/self/fd /dev/fd
	ln -sfn fd/0 /dev/stdin
	ln -sfn fd/1 /dev/stdout
	ln -sfn fd/2 /dev/stderr

	hostname guest
	ip link set lo up
	# All that the kernel says from here on also goes to the console, so that
	# a guest that dies or hangs leaves its last words there.
	echo 8 >/proc/sys/kernel/printk
	# Found before a scenario's own time bound, and long before the rig's.
	echo 60 >/proc/sys/kernel/hung_task_timeout_secs 2>/dev/null || true

	# shellcheck source=/dev/null
	. "$share/job"
	if [ "$modules_dir" != "/lib/modules/$(uname -r)" ]; then
		mkdir -p "/lib/modules/$(uname -r)"
		mount --bind "$modules_dir" "/lib/modules/$(uname -r)"
	fi
	touch "$share/begun"
	mkdir -p "$share/results"
	export VM_RESULTS=$share/results
	cd "$directory"
	set +e
}

# The device that takes the job's output to run.sh: the serial line of
# User-mode Linux, or a virtio port, which there is no udev to make a name for.
output_device() {
	local name

	if [ "$uml" = 1 ]; then
		stty -F /dev/ttyS0 raw
		echo /dev/ttyS0
		return
	fi
	for name in /sys/class/virtio-ports/*/name; do
		[ "$(<"$name")" = output ] && echo "/dev/$(basename "$(dirname "$name")")"
	done
}

run_job() {
	if [ "$interactive" = 1 ]; then
		stty -F /dev/ttyS0 sane rows "$rows" cols "$columns"
		env -- "${environment[@]}" setsid --ctty --wait "${command[@]}" \
			</dev/ttyS0 >/dev/ttyS0 2>&1
	else
		env -- "${environment[@]}" setsid --wait "${command[@]}" \
			</dev/null >"$(output_device)" 2>&1
	fi
}

# Bare: "prepare || exit" would have it go on after whatever fails in it.
prepare
run_job
status=$?
dmesg >"$share/kernel-log"
sync
# In two steps: a status that is there is whole, and everything before it.
echo "$status" >"$share/status.new"
mv "$share/status.new" "$share/status"
sync
