#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs a test table in iptables' .t format (libxt_traffic.t, its head says what
# the fields are) against the built extension, in a network namespace of its
# own. XTABLES_LIBDIR names a directory that holds the built libxt_traffic.so
# beside the system's extensions.
#
# An OK line has to load in every chain, save as expected and be found by -C as
# it was written and by -D as it was saved; in the end all of them have to pass
# through iptables-restore unchanged. A FAIL line has to end with status 2 and
# exactly one line of error, which names an option.
set -eu

usage()
{
	cat >&2 <<-END
	Usage: run-t.sh [-p] COMMAND [TABLE]
	  COMMAND  iptables-nft or iptables-legacy
	  TABLE    a .t file (default: libxt_traffic.t beside this script)
	  -p       only as far as parsing goes: needs no kernel module, an OK line
	           may fail, but not for its options
	END
	exit 2
}

parse_only=
while getopts p opt; do
	case $opt in
	p) parse_only=1 ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || [ $# -eq 2 ] || usage
: "${XTABLES_LIBDIR:?names the directory of the extensions}"
iptables=$1
table_file=${2:-${0%/*}/libxt_traffic.t}

if [ -z "${RUN_T_NETNS:-}" ]; then
	export RUN_T_NETNS=1
	exec unshare -n -- "$0" ${parse_only:+-p} "$iptables" "$table_file"
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
: >"$tmp/out"
: >"$tmp/err"
export XTABLES_LOCKFILE="$tmp/lock"
passed=0
failed=0

# verdict WHAT [REASON]: a line passed, or failed for a reason
verdict()
{
	if [ -z "${2:-}" ]; then
		passed=$((passed + 1))
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1"
		echo "     $2"
		sed 's/^/     | /' "$tmp/out" "$tmp/err"
	fi
}

# run VERB CHAIN RULE: the rule is words of a shell, with its quotes
run()
{
	(
		set -f
		eval "set -- $1 $2 $3"
		timeout 60 "$iptables" -t "$table" "$@"
	) >"$tmp/out" 2>"$tmp/err"
}

save()
{
	timeout 60 "$iptables-save" -t "$table" >"$tmp/out" 2>"$tmp/err"
}

status_of()
{
	status=0
	"$@" || status=$?
}

# What libxtables says of an extension without its module, and iptables' hint
# behind every error, are not the error.
error_lines()
{
	grep -v -e '^$' -e '^Try `' \
		${parse_only:+-e '^Warning: Extension traffic .* missing kernel module'} \
		"$tmp/err" || :
}

# check_fail CHAIN RULE PIECE: prints why the line is not refused as it should
check_fail()
{
	status_of run -A "$1" "$2"
	if [ "$status" -ne 2 ]; then
		echo "exit status $status, not 2"
	elif [ "$(error_lines | wc -l)" -ne 1 ]; then
		echo "not exactly one line of error"
	elif ! error_lines | grep -q -e '"--[a-z]*"'; then
		echo "the error names no option"
	elif ! error_lines | grep -q -F -e "$3"; then
		echo "the error lacks: $3"
	elif [ -s "$tmp/out" ]; then
		echo "something on standard output"
	fi
}

# check_ok CHAIN RULE SAVED: prints why the line does not work as it should
check_ok()
{
	status_of run -A "$1" "$2"
	if [ -n "$parse_only" ]; then
		if [ "$status" -eq 2 ]; then
			echo "refused by the extension"
		fi
		return
	fi
	if [ "$status" -ne 0 ]; then
		echo "$1: cannot load, exit status $status"
	elif [ -s "$tmp/err" ]; then
		echo "$1: a message on loading"
	elif ! save; then
		echo "$1: cannot save"
	elif [ "$(grep '^-A' "$tmp/out")" != "-A $1 $3" ]; then
		echo "$1: not saved as: $3"
	elif [ "$2" != "$3" ] && ! run -C "$1" "$2"; then
		echo "$1: not found by -C as it was written"
	elif ! run -D "$1" "$3"; then
		echo "$1: not found by -D as it was saved"
	else
		echo "-A $1 $3" >>"$tmp/rules.$table"
		return
	fi
	run -F "" "" || :
}

# check_line RULE FIELD RESULT
check_line()
{
	if [ -z "$chains" ]; then
		echo "no line of chains before it"
		return
	fi
	case $3 in
	OK)
		[ "$2" != "=" ] || set -- "$1" "$1" "$3"
		for chain in $chains; do
			check_ok "$chain" "$1" "$2"
		done
		;;
	FAIL)
		check_fail "${chains%% *}" "$1" "$2"
		;;
	*)
		echo "neither OK nor FAIL: $3"
		;;
	esac
}

# check_restore: all saved rules of $table at once, back and forth; the order
# counts within a chain
check_restore()
{
	sort -s -k2,2 "$tmp/rules.$table" >"$tmp/want"
	{
		echo "*$table"
		cat "$tmp/rules.$table"
		echo COMMIT
	} >"$tmp/restore"
	if ! timeout 60 "$iptables-restore" "$tmp/restore" \
		>"$tmp/out" 2>"$tmp/err"; then
		echo "iptables-restore refuses what iptables-save printed"
	elif ! save; then
		echo "cannot save"
	elif ! grep '^-A' "$tmp/out" | sort -s -k2,2 | cmp -s - "$tmp/want"; then
		echo "not the rules that were restored"
	elif ! run -F "" ""; then
		echo "cannot flush"
	fi
}

table=filter
chains=
number=0
while IFS= read -r line; do
	number=$((number + 1))
	case $line in
	'' | '#'*)
		;;
	'*'*)
		table=${line#?}
		;;
	:*)
		chains=$(echo "${line#?}" | tr ',' ' ')
		;;
	*';'*';'*)
		rule=${line%%;*}
		result=${line##*;}
		field=${line#*;}
		field=${field%;*}
		reason=$(check_line "$rule" "$field" "$result")
		verdict "$number: $rule" "$reason"
		;;
	*)
		verdict "$number: $line" "not a line of a test table"
		;;
	esac
done <"$table_file"

if [ -z "$parse_only" ]; then
	for rules in "$tmp"/rules.*; do
		table=${rules##*.}
		reason=$(check_restore)
		verdict "restore of all OK lines, table $table" "$reason"
	done
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
