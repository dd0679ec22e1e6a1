#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The commands by which README.md has the module installed, run as they stand
# there, on this machine and without leaving a trace: in a mount namespace with
# overlays over what they write to. "./build demo" would need no kernel either,
# but has a test of its own.
#
#	test/product/readme.sh KVER
set -eu
cd "$(dirname "$(realpath "$0")")/../.."
source test/readme.sh
kver=$1

if [ "${IN_NAMESPACE:-}" != 1 ]; then
	exec env IN_NAMESPACE=1 unshare --mount --propagation private "$0" "$kver"
fi

scratch=$(mktemp -d)
mount -t tmpfs scratch "$scratch"
for directory in /usr /var/lib /etc; do
	mkdir -p "$scratch$directory/upper" "$scratch$directory/work"
	mount -t overlay -o "lowerdir=$directory,upperdir=$scratch$directory/upper,workdir=$scratch$directory/work" \
		overlay "$directory"
done

# A user builds for the running kernel; here that may be one without headers.
mkdir "$scratch/bin"
cat >"$scratch/bin/uname" <<END
#!/bin/sh
[ "\$*" != -r ] || exec echo "$kver"
exec /usr/bin/env -i PATH=/usr/bin:/bin uname "\$@"
END
chmod +x "$scratch/bin/uname"
export PATH=$scratch/bin:$PATH:/usr/sbin:/sbin

xtlibdir=$(pkg-config --variable=xtlibdir xtables)

is_installed() {
	test -f "$xtlibdir/libxt_traffic.so"
	test -f "/lib/modules/$kver/updates/ipt_traffic.ko"
	man -w iptables-traffic >/dev/null
}

count=0
while read -r command; do
	echo "# $command"
	case $command in
	apt-get\ install\ *)
		# shellcheck disable=SC2086 # words
		dpkg-query -W ${command#apt-get install } >/dev/null
		;;
	"cp -r kmod "*)
		# DKMS is the other way, and minds a module that is there already.
		is_installed
		./build uninstall
		! test -e "$xtlibdir/libxt_traffic.so"
		bash -c "$command"
		;;
	*)
		bash -c "$command" </dev/null
		;;
	esac
	count=$((count + 1))
done < <(readme_commands_for product)
[ $count -ge 6 ]
find "/lib/modules/$kver/updates/dkms" -name 'ipt_traffic.ko*' | grep -q .
