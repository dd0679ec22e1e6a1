#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Replays a directory of captures of one's own against the tables, in a booted
# kernel (14-replay.sh says how):
#
#	test/e2e/replay.sh DIRECTORY [--nft|--legacy]
set -eu

if [ $# -lt 1 ] || [ ! -d "$1" ]; then
	echo "usage: ${0##*/} DIRECTORY [--nft|--legacy]" >&2
	exit 2
fi
captures=$(realpath "$1")
top=$(realpath "$(dirname "$0")/../..")
shift
make --no-print-directory -C "$top" all test-programs
exec "$top/test/vm/run.sh" --timeout 2400 --env "CAPTURES=$captures" --out "$top/out/vm/replay" \
	"$top/test/e2e/run.sh" "$@" 14
