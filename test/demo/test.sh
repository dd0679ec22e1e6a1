#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "./build demo", as a newcomer runs it: it has to end well, and README.md has
# to show what it shows.
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit
source test/checks.sh
source test/readme.sh

demo_log=out/test/demo-output

demo_is_right() {
	local command

	command=$(readme_commands_for demo)
	[ "$command" = "./build demo" ] || return
	bash -c "$command" >"$demo_log" 2>&1 || { cat "$demo_log"; return 1; }
	grep -q '^Right to the byte\.$' "$demo_log"
}

# Commands, headers and connections are the same each time; bytes, packets and memory
# differ with the timing of acknowledgements, and columns of what is for people with them.
readme_transcript() {
	awk '/^    # (cat|ip6tables|trafctl) / { inside = 1 } !/^    / { inside = 0 } inside { sub(/^    /, ""); print }' README.md
}

readme_shows_it() {
	local line

	tr -s ' ' <"$demo_log" >"$demo_log.squeezed"
	[ "$(readme_transcript | wc -l)" -gt 8 ] || return
	while IFS= read -r line; do
		case $line in
		193.11.176.* | 2001:db8:*)
			# A row of bytes or of connections: the latter has more fields.
			[ "$(tr -cd '\t' <<<"$line" | wc -c)" = 8 ] && line=${line%%$'\t'*}
			line=${line%% *}
			;;
		RSN* | TOTAL*) line=${line%% [0-9]*} ;;
		esac
		grep -qF -- "$(tr -s ' ' <<<"$line")" "$demo_log.squeezed" || { echo "not in the output: $line"; return 1; }
	done < <(readme_transcript)
}

mkdir -p out/test
check "./build demo is right to the byte" demo_is_right
check "README.md shows what the demo shows" readme_shows_it
finish_checks
