# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Kernels in which the scenarios run, and this tree's module for each. To be sourced,
# where there are die() and say(), $top, this tree, and $out, a directory for them.
source "$(dirname "${BASH_SOURCE[0]}")/build.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../sources.sh"

# "ingredients SOURCE CC FRAGMENT..."
ingredients() {
	cat "$1.version"
	"$2" --version | head -n 1
	cat "${@:3}" | sha256sum
	echo "${make_variables[@]}"
}

# What make is given besides, for a kernel.
make_variables=()

# "build_kernel NAME ARCH CC SOURCE FRAGMENT...": the image and its modules go to
# $out/NAME, unless they are there. SOURCE.version says what is in SOURCE; fragments are
# named after directories of test/.
# shellcheck disable=SC2154 # out and top
build_kernel() {
	local name=$1 arch=$2 cc=$3 source=$4 target=bzImage fragment
	local directory=$out/$1
	local -a fragments=("$top/test/kernel/scenarios.config")

	shift 4
	for fragment; do
		fragments+=("$top/test/$fragment.config")
	done
	[ "$(cat "$directory/made-of" 2>/dev/null)" != "$(ingredients "$source" "$cc" "${fragments[@]}")" ] || return 0
	say "building the kernel $name: some ten minutes on two processors"
	mkdir -p "$directory"
	rm -rf "${directory:?}"/{lib,made-of}
	echo "CONFIG_LOCALVERSION=\"-$name\"" >"$directory/name.config"
	configure_kernel "$arch" "$cc" "$source" "$directory/build" "${fragments[@]}" "$directory/name.config"
	[ "$arch" != um ] || target=linux
	make_kernel "$arch" "$cc" "$directory/build" "${make_variables[@]}" "$target" modules
	make_kernel "$arch" "$cc" "$directory/build" INSTALL_MOD_PATH="$directory" modules_install
	case $arch in
	um) cp "$directory/build/linux" "$directory/image" ;;
	x86) cp "$directory/build/arch/x86/boot/bzImage" "$directory/image" ;;
	esac
	ingredients "$source" "$cc" "${fragments[@]}" >"$directory/made-of"
}

# "build_module NAME ARCH CC [PATCH]": this tree's, for the kernel NAME, in $out/NAME/tree.
# From a copy of the sources, as what is built at the top of the tree is for another
# kernel, and of sources without the patch.
build_module() {
	local directory=$out/$1 tree=$out/$1/tree release

	release=$(<"$directory/build/include/config/kernel.release")
	put_sources "$tree"
	[ -z "${4:-}" ] || patch_sources "$tree" "$4"
	make -C "$tree" KVER="$release" KDIR="$directory/build" ARCH="$2" CC="$3" all test-programs \
		>"$directory/module.log" 2>&1 || die "cannot build the module: see $directory/module.log"
	! grep -q -i warning "$directory/module.log" || die "warnings: see $directory/module.log"
}
