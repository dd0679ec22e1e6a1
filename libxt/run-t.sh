#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs a test table in iptables' .t format (libxt_traffic.t, its head says what
# the fields are; libip6t_traffic.t) against the built extension, in a network
# namespace of its own. XTABLES_LIBDIR names a directory that holds the built libxt_traffic.so
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
	  COMMAND  iptables-nft, iptables-legacy, ip6tables-nft or ip6tables-legacy
	  TABLE    a .t file (default: libxt_traffic.t beside this script, or
	           libip6t_traffic.t for ip6tables)
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
case $iptables in
*ip6tables*) table_file=libip6t_traffic.t ;;
*) table_file=libxt_traffic.t ;;
esac
table_file=${2:-${0%/*}/$table_file}

if [ -z "${RUN_T_NETNS:-}" ]; then
	export RUN_T_NETNS=1
	exec timeout 1200 unshare -n -- \
		"$0" ${parse_only:+-p} "$iptables" "$table_file"
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
: >"$tmp/out"
: >"$tmp/err"
export XTABLES_LOCKFILE="$tmp/lock"
passed=0
failed=0

# In an emulated guest a new process is what costs: the lines of a table are
# checked by the shell itself, and every check leaves its finding in $reason,
# which is empty if all is well.

# verdict WHAT: counts and shows it by $reason
verdict()
{
	if [ -z "$reason" ]; then
		passed=$((passed + 1))
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1"
		echo "     $reason"
		sed 's/^/     | /' "$tmp/out" "$tmp/err"
	fi
}

# run VERB CHAIN RULE: the rule is words of a shell, with its quotes
run()
{
	eval "set -- $1 $2 $3"
	status=0
	"$iptables" -t "$table" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	return $status
}

# Leaves the rules of $table, as iptables-save prints them, in $saved; 1.8.7 of
# the nft flavour ends every line with a space.
save()
{
	"$iptables-save" -t "$table" >"$tmp/out" 2>"$tmp/err" || return
	saved=
	while IFS= read -r text; do
		case $text in
		-A*) saved=${saved:+$saved$newline}${text% } ;;
		esac
	done <"$tmp/out"
}

# Leaves the last line of error in $error, and how many there were in $errors.
# iptables' hint behind every error is none, nor is what libxtables says of an
# extension whose module is missing.
read_errors()
{
	errors=0
	error=
	while IFS= read -r text || [ -n "$text" ]; do
		case $parse_only$text in
		"$parse_only" | "${parse_only}Try \`"*) continue ;;
		'1Warning: Extension traffic '*' missing kernel module?') continue ;;
		esac
		errors=$((errors + 1))
		error=$text
	done <"$tmp/err"
}

# check_fail CHAIN RULE PIECE
check_fail()
{
	run -A "$1" "$2" || :
	read_errors
	if [ "$status" -ne 2 ]; then
		reason="exit status $status, not 2"
	elif [ "$errors" -ne 1 ]; then
		reason="$errors lines of error, not one"
	elif [ "${error#*\"--[a-z]}" = "$error" ]; then
		reason="the error names no option"
	elif [ -z "${error##*"$3"*}" ]; then
		[ ! -s "$tmp/out" ] || reason="something on standard output"
	else
		reason="the error lacks: $3"
	fi
}

# check_ok CHAIN RULE SAVED
check_ok()
{
	run -A "$1" "$2" || :
	if [ -n "$parse_only" ]; then
		# 1 of legacy and 4 of nft are the kernel's refusal
		case $status in
		0 | 1 | 4) ;;
		*) reason="$1: exit status $status" ;;
		esac
		return
	fi
	if [ "$status" -ne 0 ]; then
		reason="$1: cannot load, exit status $status"
	elif [ -s "$tmp/err" ]; then
		reason="$1: a message on loading"
	elif ! save; then
		reason="$1: cannot save"
	elif [ "$saved" != "-A $1 $3" ]; then
		reason="$1: not saved as: $3"
	elif [ "$2" != "$3" ] && ! run -C "$1" "$2"; then
		reason="$1: not found by -C as it was written"
	elif ! run -D "$1" "$3"; then
		reason="$1: not found by -D as it was saved"
	else
		echo "-A $1 $3" >>"$tmp/rules.$table"
		return
	fi
	"$iptables" -t "$table" -F
}

# check_line RULE FIELD RESULT
check_line()
{
	reason=
	if [ -z "$chains" ]; then
		reason="no line of chains before it"
		return
	fi
	case $3 in
	OK)
		[ "$2" != "=" ] || set -- "$1" "$1" "$3"
		for chain in $chains; do
			check_ok "$chain" "$1" "$2"
			[ -z "$reason" ] || return 0
		done
		;;
	FAIL)
		check_fail "${chains%% *}" "$1" "$2"
		;;
	*)
		reason="neither OK nor FAIL: $3"
		;;
	esac
}

# check_restore: all saved rules of $table at once, back and forth; the order
# counts within a chain
check_restore()
{
	reason=
	sort -s -k2,2 "$tmp/rules.$table" >"$tmp/want"
	{
		echo "*$table"
		cat "$tmp/rules.$table"
		echo COMMIT
	} >"$tmp/restore"
	if ! "$iptables-restore" <"$tmp/restore" >"$tmp/out" 2>"$tmp/err"; then
		reason="iptables-restore refuses what iptables-save printed"
	elif ! save; then
		reason="cannot save"
	elif ! echo "$saved" | sort -s -k2,2 | cmp -s - "$tmp/want"; then
		reason="not the rules that were restored"
	elif ! "$iptables" -t "$table" -F; then
		reason="cannot flush"
	fi
}

newline='
'
table=filter
chains=
number=0
set -f
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
		check_line "$rule" "$field" "$result"
		verdict "$number: $rule"
		;;
	*)
		reason="not a line of a test table"
		verdict "$number: $line"
		;;
	esac
done <"$table_file"

set +f
if [ -z "$parse_only" ]; then
	for rules in "$tmp"/rules.*; do
		[ -e "$rules" ] || break
		table=${rules##*.}
		check_restore
		verdict "restore of all OK lines, table $table"
	done
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
