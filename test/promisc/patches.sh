# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The patches, and what they are for. To be sourced.

# "versions_in DIRECTORY": that has one for each, the oldest first.
versions_in() {
	find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort --version-sort
}

# "apply_patches DIRECTORY PATCH...": one upon the other, without fuzz.
apply_patches() {
	local directory=$1 patch
	shift

	for patch; do
		patch --directory="$directory" --strip=1 --fuzz=0 --forward <"$patch" || return
	done
}
