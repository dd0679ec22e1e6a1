# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A copy of these sources, to build from for another kernel. To be sourced, where
# $top is this tree.

# "put_sources DIRECTORY": and nothing else. make warns of a file only when it compiles
# it, and takes one for unchanged that is older than what was built of another version.
# shellcheck disable=SC2154 # top
put_sources() {
	rm -rf "$1"
	mkdir -p "$1"
	tar -C "$top" --exclude=./out --exclude=./.git --exclude='./*.ko' --exclude='./*.so' -c . |
		tar -C "$1" -x
}
