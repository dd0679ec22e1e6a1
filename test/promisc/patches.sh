# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What there are patches for. To be sourced.

# "versions_in DIRECTORY": that has one for each, the oldest first.
versions_in() {
	find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort --version-sort
}
