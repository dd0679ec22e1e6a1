# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Packages of other releases of Debian, for what is in them: downloaded, not
# installed. To be sourced by scripts that have "die".
source "$(dirname "${BASH_SOURCE[0]}")/mirror.sh"

# "use_apt_of SUITE DIRECTORY [deb-src]": from now on apt knows that suite, with its
# source packages if that is said, and nothing of the host's packages: it only
# downloads. What it has to remember is in DIRECTORY.
use_apt_of() {
	local suite=$1 dir=$2 uri type

	uri=$(mirror Debian)
	[ -n "$uri" ] || die "apt knows no mirror of Debian: apt-get update"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	touch "$dir/status"
	for type in deb "${@:3}"; do
		echo "$type [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
	done >"$dir/sources.list"
	cat >"$dir/apt.conf" <<-EOT
		Dir::State "$dir";
		Dir::State::Lists "$dir/lists";
		Dir::State::Status "$dir/status";
		Dir::Cache "$dir/cache";
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Acquire::Languages "none";
		APT::Sandbox::User "root";
	EOT
	export APT_CONFIG=$dir/apt.conf
	apt-get -q update >"$dir/log" 2>&1 || die "cannot read the packages of $suite: see $dir/log"
}
