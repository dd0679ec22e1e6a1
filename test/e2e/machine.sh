# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine that boots, with a systemd of its own in namespaces and the units as they are
# installed, for scenarios that source this after life.sh. At their end they call
# remove_machine.

# shellcheck disable=SC2154 # of lib.sh and life.sh
systemd=/lib/systemd/systemd
control=/sys/fs/cgroup

need_systemd() {
	[ -x $systemd ] || skip "systemd"
	mkdir -p $control
	mountpoint -q $control || mount -t cgroup2 cgroup2 $control || skip "a kernel with control groups"
}

# "make_machine NAMESPACE 'UNIT...' MODULE...": its network; what a boot starts; modules
# that the kernel may load then. It has few other units, as those of this system would tidy
# it up.
make_machine() {
	machine_namespace=$1
	few_modules "${@:3}"
	(cd "$top" && ./build install >/dev/null)
	cat >"$work/init" <<-END
		set -e
		mount -t proc proc /proc
		mount -t tmpfs tmpfs /run
		umount $control
		mount -t cgroup2 cgroup2 $control
		mkdir -p /run/systemd/system
		cd /lib/systemd/system
		cp *.target systemd-poweroff.service nftables.service /usr/lib/systemd/system/ipt_traffic* /run/systemd/system/
		cp -r /usr/lib/systemd/system/nftables.service.d /run/systemd/system/
		# There is no udev, and so no device.
		sed -i -E '/^(BindsTo|After)=.*\.device$/d' /run/systemd/system/ipt_traffic*
		cat >/run/systemd/system/accounting.target <<-UNIT
			[Unit]
			DefaultDependencies=no
			Wants=$2
			After=$2
			AllowIsolate=yes
		UNIT
		# There is no journal.
		mkdir /run/systemd/system/service.d
		printf '[Service]\nStandardError=append:$work/said-by-units\n' >/run/systemd/system/service.d/said.conf
		export SYSTEMD_UNIT_PATH=/run/systemd/system
		exec $systemd --system --unit=accounting.target --log-target=console --show-status=no
	END
}

remove_machine() {
	power_cut
	tail -n 100 "$work/console" "$work/said-by-units" >&2 || true
	(cd "$top" && ./build uninstall >/dev/null)
	umount "$modules" || true
}

# In a control group and namespaces of its own.
boot() {
	say "boot"
	mkdir -p $control/machine
	bash -c 'echo $$ >'$control'/machine/cgroup.procs; exec "$@"' boot \
		env -i PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" container=e2e \
		nsenter --net="/run/netns/$machine_namespace" \
		unshare --mount --pid --fork --cgroup --ipc --uts --propagation private --kill-child \
		bash "$work/init" >"$work/console" 2>&1 &
	machine=$!
	until_true 30 is_up
}

# The first process of the namespace.
pid_of_machine() {
	pgrep -P "$machine"
}

inside_machine() {
	nsenter --target "$(pid_of_machine)" --mount --pid --net "$@"
}

is_up() {
	[ "$(inside_machine systemctl is-active accounting.target 2>/dev/null)" = active ]
}

shutdown() {
	say "shutdown"
	inside_machine systemctl poweroff
	wait "$machine" || true
	machine=
}

power_cut() {
	[ -n "${machine:-}" ] || return 0
	say "power cut"
	pkill -KILL -P "$machine" || true
	wait "$machine" || true
	machine=
}
