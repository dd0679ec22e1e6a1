# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The commands of README.md, for the tests that run them: test/demo/test.sh,
# test/product/readme.sh and test/e2e/50-the-commands-of-the-readme.sh. Between
# them they run each; one that none of them knows is a failure of the latter.

# "readme_commands [HEADING]": every line of indented code, but for transcripts
# (a prompt and its output); of one section, or of all. The first is "# ...".
# shellcheck disable=SC2120 # the scenario gives the argument
readme_commands() {
	awk -v wanted="${1:-}" '
		/^#/ { inside = wanted == "" || $0 == wanted; next }
		/^    / && inside { sub(/^ +/, ""); if (/^# /) transcript = 1; if (!transcript) print; next }
		{ transcript = 0 }
	' README.md
}

# Which test runs a command.
readme_place() {
	case $1 in
	"./build test") echo "this run" ;;
	"./build demo") echo demo ;;
	apt-get\ * | ./build\ * | "cp -r kmod "* | dkms\ * | "iptables -m traffic -h") echo product ;;
	iptables\ * | tc\ * | ip\ * | cat\ * | trafctl\ * | systemctl\ *) echo e2e ;;
	*) echo unknown ;;
	esac
}

# "readme_commands_for PLACE"
readme_commands_for() {
	local command

	# shellcheck disable=SC2119
	while read -r command; do
		[ "$(readme_place "$command")" != "$1" ] || printf '%s\n' "$command"
	done < <(readme_commands)
}
