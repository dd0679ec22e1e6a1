# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# short: nft-ipv4
#
# The network namespace of a user namespace, made in one step or two: its root
# owns the files of its own tables, may read and write them, and no one else's; nor
# may users without privileges, in there or elsewhere.
# What all its tables take is at most 64 MiB, whatever the parameter "memory"
# allows others.
source "$(dirname "$0")/life.sh"

parameters=/sys/module/ipt_traffic/parameters
# What else the kernel allocates during a flood.
NOISE=$((2 << 20))

# "user_namespace NAME NUMBER WORDS...": that user is root of a user namespace, which
# has a network namespace of that name; WORDS run a command in it.
user_namespace() {
	setpriv --reuid "$2" --regid "$2" --clear-groups "${@:3}" sleep infinity &
	until_true 10 is_asleep $!
	ip netns attach "$1" $!
	root_of[$1]=$!
}

is_asleep() {
	[ "$(</proc/"$1"/comm)" = sleep ]
}

# "their_root NAME COMMAND...": as root of that user namespace, in its network.
their_root() {
	say "root of $1: ${*:2}"
	nsenter -t "${root_of[$1]}" -U -n -S 0 -G 0 "${@:2}"
}

# "as_id NUMBER NAME COMMAND...": as the user of that number in there, who is in the
# network of the caller.
as_id() {
	nsenter -t "${root_of[$2]}" -U -S "$1" -G "$1" "${@:3}"
}

# "user NUMBER COMMAND...": as that user, in no user namespace.
user() {
	setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}"
}

# "file_of NAME FILE": where anybody finds it who knows a process there.
file_of() {
	echo "/proc/${root_of[$1]}/net/xt_traffic/$2"
}

# "write_to FILE COMMAND...": COMMAND runs another one.
write_to() {
	# shellcheck disable=SC2016 # expanded there
	"${@:2}" bash -c 'echo clear >"$1"' - "$1"
}

# "no_access FILE COMMAND..."
no_access() {
	fails "Permission denied" "${@:2}" cat "$1"
	fails "Permission denied" "${@:2}" cat "$1_info"
	fails "Permission denied" write_to "$1" "${@:2}"
}

# "reads_only FILE COMMAND...": as its mode lets it do both.
reads_only() {
	"${@:2}" cat "$1" >"$work/read"
	grep -q '^IP' "$work/read"
	fails "Operation not permitted" write_to "$@"
}

modes() {
	ip netns exec "$1" stat -c '%a %u:%g' $TABLES/{N,N_info} | paste -s -d ,
}

memory_limit() {
	# shellcheck disable=SC2016 # of awk
	ip netns exec "$1" awk -F '\t' '$1 == "memory_limit" { print $2 }' $TABLES/N_info
}

# "flood NAMESPACE": from addresses without end, and there is no memory for all.
flood() {
	local before taken memory

	# Its tables of rules are made when they are first looked at.
	within "$1" iptables -t raw -S >/dev/null
	before=$(kernel_memory)
	in_namespace "$1" iptables -t raw -A PREROUTING -m traffic --traffic --ipconn \
		--netbase 0.0.0.0/0 --maxaddrs 16777216 --name FLOOD
	"${SWARM[@]}" -o -x -c "$(nproc)" -j $((200 / $(nproc))) -n 1792 "$1" "$work/truth" >"$work/sent"
	taken=$(($(kernel_memory) - before))
	within "$1" cat $TABLES/FLOOD_info | tee "$work/info" >&2
	[ "$(value uncounted_packets)" -gt 0 ] || die "it was no flood"
	memory=$(value memory)
	say "the kernel took $taken bytes, the table says $memory"
	[ "$memory" -le $((64 << 20)) ] || die "more than it may"
	if ! objects_are_lean; then
		without "what the kernel took, which was more than objects"
	elif [ "$taken" -gt $((memory + NOISE)) ] || [ "$taken" -lt $((memory - NOISE)) ]; then
		die "the kernel took $taken bytes, the table says $memory"
	fi
}

value() {
	awk -v key="$1" '$1 == key { print $2 }' "$work/info"
}

declare -A root_of
rule="-A FORWARD -m traffic --traffic --netbase $NETWORK --name"
ip netns add router
user_namespace two_steps 1000 unshare -Ur unshare -n
user_namespace one_step 1000 unshare -Urn
user_namespace of_another 2000 unshare -Urn
# Here there is a second user, whom all others know as 3000.
user_namespace of_two 1000 unshare -Un
for map in uid_map gid_map; do
	tee "/proc/${root_of[of_two]}/$map" <<<$'0 1000 1\n1 3000 1' >/dev/null
done
for namespace in router two_steps one_step of_another of_two; do
	# shellcheck disable=SC2086 # words
	in_namespace $namespace iptables $rule N
done
same "the router's files" "$(modes router)" "640 0:0,440 0:0"

row=$'193.11.176.1\t1\t2\t1\t2\t0\t0\t0\t0'
for namespace in two_steps one_step; do
	same "files in $namespace" "$(modes $namespace)" "640 1000:1000,440 1000:1000"
	# shellcheck disable=SC2016 # expanded there
	their_root $namespace bash -c 'echo "$2" >"$1" && tail -n 1 "$1"' - $TABLES/N "$row" >"$work/read"
	same "what its root reads" "$(<"$work/read")" "$row"
done
same "the router's N" "$(table N | wc -l)" 1

say "not those of others: neither by mode nor by capability"
ip netns exec router sleep infinity &
root_of[router]=$!
until_true 10 test -e "$(file_of router N)"
no_access "$(file_of router N)" as_id 0 two_steps
no_access "$(file_of two_steps N)" as_id 0 of_another
no_access "$(file_of of_another N)" as_id 0 two_steps
for namespace in router two_steps of_another; do
	no_access "$(file_of $namespace N)" user 1001
done
no_access "$(file_of of_two N)" as_id 1 of_two

say "of the same user: by mode, which is no capability"
reads_only "$(file_of two_steps N)" as_id 0 one_step
write_to "$(file_of two_steps N)" user 1000

say "tables of IPv6 as well"
in_namespace one_step ip6tables -A FORWARD -m traffic --traffic --netbase 2001:db8::/32 --name SIX
row=$'2001:db8::1\t1\t2\t1\t2\t0\t0\t0\t0'
# shellcheck disable=SC2016 # expanded there
their_root one_step bash -c 'echo "$2" >"$1" && tail -n 1 "$1"' - $TABLES/SIX "$row" >"$work/read"
same "what its root reads" "$(<"$work/read")" "$row"
no_access "$(file_of one_step SIX)" as_id 0 of_another
no_access "$(file_of one_step SIX)" user 1001

say "where the mode lets everybody in, the capability is still needed"
echo 0666 >$parameters/perms
for namespace in router two_steps of_two; do
	# shellcheck disable=SC2086 # words
	in_namespace $namespace iptables $rule OPEN
	reads_only "$(file_of $namespace OPEN)" user 1001
	reads_only "$(file_of $namespace OPEN)" as_id 0 of_another
done
reads_only "$(file_of router OPEN)" as_id 0 two_steps
reads_only "$(file_of of_two OPEN)" as_id 1 of_two
echo 0640 >$parameters/perms

say "an owner by parameter that it does not have: its root"
echo 1234 >$parameters/gid
# shellcheck disable=SC2086 # words
in_namespace two_steps iptables $rule G
same "its G" "$(ip netns exec two_steps stat -c %u:%g $TABLES/G)" 1000:1000

say "memory"
echo 256M >$parameters/memory
same "the router's limit" "$(memory_limit router)" $((256 << 20))
same "its limit" "$(memory_limit two_steps)" $((64 << 20))
echo 1M >$parameters/memory
same "the router's limit" "$(memory_limit router)" $((1 << 20))
same "its limit" "$(memory_limit two_steps)" $((1 << 20))

say "as many packets as it may count"
use_bench_hook
echo 256M >$parameters/memory
flood one_step
rmmod bench_hook
trap 'rm -rf "$work"' EXIT

say "as many tables as it may make"
echo 256M >$parameters/memory
number=0
while within two_steps iptables -A FORWARD -m traffic --ipconn --netbase 10.0.0.0/8 \
	--maxaddrs 1000000 --name "MANY$number" 2>"$work/said"; do
	number=$((number + 1))
done
grep -q "No space left on device" "$work/said"
taken=$(within two_steps sh -c "cat $TABLES/*_info" | awk -F '\t' '$1 == "memory" { sum += $2 } END { print sum }')
say "$number tables take $taken bytes"
[ "$taken" -le $((64 << 20)) ] || die "more than it may"
[ "$taken" -gt $((32 << 20)) ] || die "less than it may, and a table was refused"
# shellcheck disable=SC2086 # words
router iptables $rule STILL
