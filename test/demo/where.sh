# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Decides where the demonstration runs: in this machine's kernel if that loads
# the module, or else in one that is booted for it. Sourced by ./build.
#
# Sets demo_kernel to "here" or "guest"; says why when it is the latter.
# shellcheck disable=SC2034 # for ./build
demo_kernel=

demo_refuse() {
	echo "This machine's kernel $(uname -r) cannot be used: $1."
	echo "Booting a kernel for the demonstration instead."
	demo_kernel=guest
	return 1
}

# True if the module loads here. It is loaded afterwards only if it was before,
# by the administrator.
demo_here() {
	local error

	[ -e /proc/modules ] ||
		{ demo_refuse "it is built without loadable modules"; return; }
	[ "$(cat /proc/sys/kernel/modules_disabled 2>/dev/null)" != 1 ] ||
		{ demo_refuse "loading modules is switched off (kernel.modules_disabled)"; return; }
	[ -e "/lib/modules/$(uname -r)/build" ] ||
		apt-get -q -y install "linux-headers-$(uname -r)" >/dev/null 2>&1 ||
		{ demo_refuse "there are no headers for it"; return; }
	make --no-print-directory KVER="$(uname -r)" all >/dev/null ||
		{ demo_refuse "the module does not build for it"; return; }
	if ! grep -q '^ipt_traffic ' /proc/modules; then
		modprobe x_tables 2>/dev/null || true
		error=$(insmod "out/kmod-$(uname -r)/ipt_traffic.ko" 2>&1) ||
			{ demo_refuse "it does not load the module (${error##*: }; Secure Boot does that)"; return; }
		rmmod ipt_traffic
	fi
	# shellcheck disable=SC2034
	demo_kernel=here
}
