#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs a script as root in a kernel booted for it, on a machine that need not
# be able to load a module itself:
#
#	test/vm/run.sh [options] SCRIPT [ARGUMENT...]
#
# The guest is QEMU without KVM, or User-mode Linux. It sees the host's files,
# or those of another system (--root), may write anywhere, and none of that
# reaches the host but what SCRIPT puts into $VM_RESULTS. It has no network but
# what it makes for itself.
#
# The exit status is that of SCRIPT, and besides:
#	124	not finished within the time bound
#	125	the rig cannot run, or the guest died, or twice has not begun
#	126	SCRIPT succeeded but the kernel complained
set -u

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")

usage() {
	cat <<-EOT
	usage: ${0##*/} [options] SCRIPT [ARGUMENT...]
	       ${0##*/} [options] --shell

	  --kernel IMAGE    kernel to boot (default: the newest /boot/vmlinuz-*
	                    that has its modules; environment VM_KERNEL)
	  --root DIR        a whole system in a directory, which the guest runs
	                    instead of the host's; the kernel, its modules and
	                    SCRIPT are in there
	  --arm64           the kernel is one for 64-bit ARM, and so is --root
	  --modules DIR     its modules, a directory named after its version
	                    (default: /lib/modules/VERSION; VM_MODULES)
	  --cpus N          processors (default 2; VM_CPUS)
	  --memory MIB      memory (default 2048; VM_MEMORY)
	  --timeout SECONDS bound on the whole run (default 600; VM_TIMEOUT)
	  --env NAME=VALUE  set in the script's environment
	  --allow REGEX     lines of the kernel's that are no trouble in this run
	  --append WORDS    more for the kernel's command line
	  --icount          one processor, whose clock counts instructions: each
	                    takes exactly one ns of the guest's time
	  --uml             the kernel is User-mode Linux: runs at the host's speed
	  --realtime        and before all else that runs there, for measurements
	  --out DIR         where output, console, kernel-log, status and results/
	                    go (default: out/vm/SCRIPT of this tree)
	  --shell           an interactive shell instead of a script, no time bound
	EOT
}

die() {
	echo "${0##*/}: $*" >&2
	exit 125
}

# "need PROGRAM PACKAGE": name what to install, rather than fail halfway.
need() {
	command -v "$1" >/dev/null || missing+=" $2"
}

check_programs() {
	local missing=

	need setpriv util-linux
	need flock util-linux
	need busybox busybox-static
	if [ "$uml" = 1 ]; then
		[ -z "$missing" ] || die "needs packages:$missing"
		return
	fi
	if [ "$arm64" = 1 ]; then
		need qemu-system-aarch64 qemu-system-arm
	else
		need qemu-system-x86_64 qemu-system-x86
	fi
	need cpio cpio
	need modprobe kmod
	[ -z "$missing" ] || die "needs packages:$missing"
	busybox=$root/bin/busybox
	if ldd "$busybox" >/dev/null 2>&1; then
		die "needs packages: busybox-static (this busybox is not static)"
	fi
}

newest_kernel() {
	local image

	for image in $(printf '%s\n' "$root"/boot/vmlinuz-* | sort --version-sort --reverse); do
		if [ -e "$root/lib/modules/${image##*/vmlinuz-}/modules.dep" ]; then
			echo "$image"
			return
		fi
	done
}

choose_kernel() {
	kernel=${kernel:-$(newest_kernel)}
	[ -n "$kernel" ] || die "no kernel in $root/boot: needs packages: linux-image-amd64"
	[ -r "$kernel" ] || die "cannot read kernel $kernel"
	modules=${modules:-$root/lib/modules/${kernel##*/vmlinuz-}}
	modules=$(realpath --no-symlinks "$modules") || die "no modules for $kernel: give --modules DIR"
	[ -e "$modules/modules.dep" ] || die "no modules.dep in $modules: give --modules DIR"
}

# "in_guest FILE": its name there.
in_guest() {
	case $1 in
	"$root"/*) echo "${1#"$root"}" ;;
	*) return 1 ;;
	esac
}

# The files of the modules that the first stage needs, in the order in which
# they have to be loaded.
first_modules() {
	local module

	mkdir -p "$work/root/lib/modules"
	ln -sfn "$modules" "$work/root/lib/modules/${modules##*/}"
	for module in virtio_pci 9pnet_virtio 9p overlay virtio_console; do
		modprobe -d "$work/root" -S "${modules##*/}" --show-depends "$module" ||
			die "kernel ${modules##*/} has no module $module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

unpack() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -qdc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

make_initramfs() {
	local tree=$work/initramfs
	local count=100
	local file

	mkdir -p "$tree/bin" "$tree/modules"
	cp "$busybox" "$tree/bin/busybox"
	cp "$here/init" "$tree/init"
	chmod 755 "$tree/init"
	first_modules >"$work/modules" || exit
	while read -r file; do
		unpack "$file" >"$tree/modules/$count-${file##*/}" || die "cannot unpack $file"
		count=$((count + 1))
	done <"$work/modules"
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$work/initramfs.cpio"
}

# What guest.sh reads, in shell syntax.
write_job() {
	declare -p uml modules_dir directory interactive rows columns environment command |
		sed 's/^declare/declare -g/' >"$out/job"
	cp "$here/guest.sh" "$out/guest.sh"
}

# For the job's output, while it runs.
open_output() {
	exec {stream}> >(exec tee "$out/output")
	tee=$!
}

# By "norandmaps" a program is always at the same addresses: what QEMU has translated of
# it serves the next run of it as well, which takes nearly half of the time off.
start_qemu() {
	local -a cmdline=(
		quiet panic=-1 oops=panic norandmaps
		mitigations=off no5lvl tsc=reliable no_timer_check random.trust_cpu=on
		log_buf_len=4M printk.devkmsg=on
	)
	local -a clock=(-accel "tcg,thread=multi" -smp "$cpus" -rtc base=utc)
	local -a machine=(qemu-system-x86_64 -machine q35 -cpu max)
	local host=${root:-/} console=ttyS0

	# Its "max" signs pointers, which costs more than all else here.
	if [ "$arm64" = 1 ]; then
		machine=(qemu-system-aarch64 -machine virt -cpu cortex-a72)
		console=ttyAMA0
	fi

	# The date is a fixed one and the kernel always at the same place, so that
	# a run executes the same instructions as the one before.
	if [ "$icount" = 1 ]; then
		clock=(
			-accel "tcg,thread=single" -smp 1
			-icount "shift=0,sleep=off" -rtc "base=2026-01-01,clock=vm"
		)
		cmdline+=(nokaslr)
	fi
	local -a qemu=(
		"${machine[@]}" "${clock[@]}" -m "$memory"
		-nodefaults -no-user-config -no-reboot -display none -monitor none
		-kernel "$kernel" -initrd "$work/initramfs.cpio"
		-append "console=$console ${cmdline[*]} $append"
		-fsdev "local,id=host,path=${host//,/,,},security_model=none,readonly=on,multidevs=remap"
		-device "virtio-9p-pci,fsdev=host,mount_tag=host"
		-fsdev "local,id=share,path=${out//,/,,},security_model=none"
		-device "virtio-9p-pci,fsdev=share,mount_tag=share"
	)

	if [ "$interactive" = 1 ]; then
		setpriv --pdeathsig KILL "${qemu[@]}" \
			-chardev "stdio,id=console,signal=off,logfile=$out/console" \
			-serial chardev:console <&0 &
		guest=$!
		return
	fi
	# Not "-chardev stdio", which counts as unplugged once stdin has ended.
	open_output
	"${bound[@]}" "${qemu[@]}" \
		-serial "file:$out/console" -device virtio-serial-pci \
		-chardev "file,id=output,path=/proc/self/fd/$stream" \
		-device virtserialport,chardev=output,name=output \
		</dev/null >"$out/qemu" 2>&1 &
	guest=$!
	exec {stream}>&-
}

# Two that go before all else would take the processors from each other, and a
# guest's processor that waits for another one never lets go of its own.
await_others() {
	exec {alone}>/tmp/ipt_traffic-realtime.lock
	flock --nonblock "$alone" && return
	echo "${0##*/}: waiting until another measurement ends" >&2
	flock "$alone"
}

# User-mode Linux: a program whose memory is a file in $TMPDIR. On huge pages, a
# random access to a big table costs the misses that it costs a real kernel; the
# mount is seen by the guest alone, and is gone with it. By "seccomp=on" the
# guest's programs are stopped at their system calls without ptrace, which
# knows no second processor.
start_uml() {
	local -a machine=(
		"$kernel" "mem=${memory}M" "ncpus=$cpus" seccomp=on
		root=/dev/root rootfstype=hostfs rootflags=/ ro
		"init=\"$here/init-uml\"" "share=\"$out\"" "uml_dir=$work/"
		stderr=1 con=null "con0=null,fd:1" ssl=null dummy.numdummies=0
		quiet panic=-1 oops=panic log_buf_len=4M printk.devkmsg=on
	)

	# With fewer processors than it thinks it has, one of its processors would
	# keep the one from running that it waits for.
	[ "$cpus" -le "$(nproc)" ] || realtime=0
	[ "$realtime" = 0 ] || await_others
	mkdir "$work/memory"
	open_output
	# shellcheck disable=SC2016,SC2086 # for the inner shell; several words
	"${bound[@]}" unshare --mount sh -c '
		mount -t tmpfs -o huge=always,mode=700 memory "$0" && export TMPDIR="$0"
		[ "$1" = 0 ] || chrt --rr --pid 1 $$
		shift
		exec "$@"' \
		"$work/memory" "$realtime" "${machine[@]}" "ssl0=null,fd:$stream" $append \
		</dev/null >"$out/console" 2>&1 &
	guest=$!
	exec {stream}>&-
}

# Now and then QEMU runs, and nothing does in the guest. (A kernel of a distribution boots
# in 10 s, beside others in 30.)
has_begun() {
	local seconds

	for ((seconds = 0; seconds < boot_seconds; seconds++)); do
		if [ -e "$out/begun" ] || ! kill -0 "$guest" 2>/dev/null; then
			return 0
		fi
		sleep 1
	done
	return 1
}

start_again() {
	echo "${0##*/}: the guest has not begun in $boot_seconds s: once more" >&2
	stop_guest
	start_qemu
	has_begun || stop_guest
}

wait_guest() {
	wait "$guest" 2>/dev/null
	ended=$?
	guest=
	[ -z "$tee" ] || wait "$tee"
}

# shellcheck disable=SC2317 # called by clean_up
stop_guest() {
	[ -n "$guest" ] || return 0
	kill -"$stop" "$guest" 2>/dev/null
	wait "$guest" 2>/dev/null
	# It has gone when nobody writes any more: until then the lock is held.
	[ -z "$tee" ] || timeout 10 tail --pid="$tee" -f /dev/null
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
	stop_guest
	[ -z "$terminal" ] || stty "$terminal"
	rm -rf "$work"
}

show_tail() {
	[ -s "$1" ] || return 0
	echo "--- end of $1"
	tail -n "$2" "$1"
	echo "---"
}

# Lines of the kernel's that mean trouble, from its log and its last words.
kernel_trouble() {
	cat "$out/kernel-log" "$out/console" 2>/dev/null |
		"$here/kernel-trouble.sh" | grep -v -E -e "${allow:-^$}" | tr -d '\r' | sort -u
}

judge() {
	local trouble status=

	[ -e "$out/status" ] && status=$(<"$out/status")
	trouble=$(kernel_trouble)
	if [ -n "$trouble" ]; then
		echo "${0##*/}: the kernel complained:"
		printf '%s\n' "$trouble" | head -n 20
	fi
	if [ -z "$status" ]; then
		if [ "$ended" = 124 ] || [ "$ended" = 137 ]; then
			echo "${0##*/}: not finished within $timeout s"
			status=124
		else
			echo "${0##*/}: the guest died (ended with $ended)"
			status=125
		fi
		show_tail "$out/qemu" 5
		show_tail "$out/console" 40
	elif [ -n "$trouble" ]; then
		show_tail "$out/kernel-log" 40
		[ "$status" != 0 ] || status=126
	fi
	exit "$status"
} >&2

kernel=${VM_KERNEL:-}
modules=${VM_MODULES:-}
root=
boot_seconds=${VM_BOOT_SECONDS:-120}
cpus=${VM_CPUS:-2}
memory=${VM_MEMORY:-2048}
timeout=${VM_TIMEOUT:-600}
allow=
append=
out=
icount=0
uml=0
arm64=0
realtime=0
interactive=0
environment=("TERM=${TERM:-dumb}")

while [ $# -gt 0 ]; do
	case $1 in
	--kernel | --root | --modules | --cpus | --memory | --timeout | --env | --allow | --append | --out)
		[ $# -ge 2 ] || die "$1 needs a value"
		case $1 in
		--env) environment+=("$2") ;;
		*) declare "${1#--}=$2" ;;
		esac
		shift 2
		;;
	--icount)
		icount=1
		shift
		;;
	--arm64 | --uml | --realtime)
		declare "${1#--}=1"
		shift
		;;
	--shell)
		interactive=1
		shift
		;;
	-h | --help)
		usage
		exit
		;;
	-*)
		usage >&2
		die "no such option: $1"
		;;
	*)
		break
		;;
	esac
done

if [ -n "$root" ]; then
	root=$(realpath -e "$root") || die "no such directory"
	[ $uml = 0 ] || die "--root is not for --uml"
fi
[ $arm64 = 0 ] || [ -n "$root" ] || die "--arm64 wants --root"
if [ $interactive = 1 ]; then
	[ $# = 0 ] || die "--shell takes no script"
	[ -t 0 ] || die "--shell needs a terminal"
	[ $uml = 0 ] || die "--shell is not for --uml"
	command=(bash --login)
	name=shell
elif [ $# = 0 ]; then
	usage >&2
	exit 125
else
	script=$(realpath -e "$1") || die "no script $1"
	shift
	command=("$(in_guest "$script")" "$@") || die "$script is not in $root"
	[ -x "$script" ] || command=(bash "${command[@]}")
	name=${script##*/}
fi

check_programs
choose_kernel
out=${out:-$top/out/vm/$name}
mkdir -p "$out" || die "cannot make $out"
out=$(realpath "$out")
# Names of variables here are those that guest.sh reads.
modules_dir=$(in_guest "$modules") || die "$modules is not in $root"
directory=$(in_guest "$PWD") || directory=/
rows=$({ stty size || echo 24 80; } 2>/dev/null)
columns=${rows#* }
rows=${rows% *}

exec {lock}>"$out/lock"
flock --nonblock "$lock" || die "another run uses $out: give --out DIR"
(cd "$out" && rm -rf begun status status.new kernel-log console output qemu results)

guest=
tee=
terminal=
work=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# User-mode Linux is deaf to SIGTERM now and then.
stop=TERM
[ $uml = 0 ] || stop=KILL
# Both die with their parent, so that not even SIGKILL leaves one behind.
bound=(
	setpriv --pdeathsig "$stop" timeout --signal="$stop" --kill-after=5 "$timeout"
	setpriv --pdeathsig KILL
)
write_job
if [ $interactive = 1 ]; then
	terminal=$(stty --save)
	stty raw -echo
fi
if [ $uml = 1 ]; then
	start_uml
else
	make_initramfs
	start_qemu
	[ $interactive = 1 ] || has_begun || start_again
fi
wait_guest
judge
