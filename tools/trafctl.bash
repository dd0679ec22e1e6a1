# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What bash completes of trafctl's command line: commands, options and their values as
# --help has them, so that nothing is said twice; names of tables and devices; files.

# "_trafctl_values OPTION <HELP": of "--option a|b|c".
_trafctl_values() {
	sed -nE "s/^(.*[[ ,])?$1 ([a-z|]*[|][a-z|]+).*/\\2/p" | head -n 1 | tr '|' '\n'
}

_trafctl_tables() {
	local file

	for file in /proc/net/xt_traffic/*_info; do
		[ -e "$file" ] || continue
		file=${file##*/}
		echo "${file%_info}"
	done
}

# What may stand behind "mirror" and the words so far.
_trafctl_mirror() {
	case $1 in
	mirror) sed -nE 's/.*trafctl mirror ([a-z]+).*/\1/p' ;;
	start | stop) tail -n +3 /proc/net/dev | sed -E 's/^ *//; s/: .*//' ;;
	esac
}

_trafctl() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} help words

	if [ "$COMP_CWORD" = 1 ]; then
		words=$(trafctl --help | sed -nE 's/^  ([a-z]+) .*/\1/p')
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi
	help=$(trafctl "$command" --help 2>/dev/null)
	case $before in
	-o | --output | --proc | --run)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--sort) words="address port "$(echo {total,tcp,udp,icmp,other}{,_in,_out}) ;;
	--*) words=$({ echo "$help"; trafctl show --help; } | _trafctl_values "$before") ;;
	*) words= ;;
	esac
	if [[ -z "$words" && $word = -* ]]; then
		words="$(grep -oE -- '--[a-z]+' <<<"$help") --help"
	elif [ -z "$words" ]; then
		case $command in
		diff | restore)
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
			;;
		mirror) words=$(_trafctl_mirror "$before" <<<"$help") ;;
		*) words=$(_trafctl_tables) ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o filenames -F _trafctl trafctl
