#!/bin/bash
# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4
# nft-only: iptables only makes the tables
# bound: 600
#
# Promise: "trafctl snapshot --consume" stores what tables have and takes it off them,
# of tables that clear as well; and whoever is killed, before or behind any system call,
# what has been stored and what is left is what was counted: nothing is lost, nothing is
# twice there, and who comes next brings it to its end. So it is if the power is cut: what
# has been taken off the tables is on the disk. On a full disk nothing is taken off.
#
# Truth is in tables of the same rules that nobody takes anything off.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/life.sh"
source "$(dirname "$0")/kills.sh"

TRAFCTL=$top/out/trafctl
kept=$work/kept

# Those that change something; with KILL_AT_ALL=yes, the others as well, but for those by
# which every program begins.
CALLS=write,fsync,rename,renameat,renameat2,unlink,unlinkat,mkdir,flock,fchmod
[ -z "${KILL_AT_ALL:-}" ] || CALLS+=,openat,read,close,newfstatat,getdents64,lseek

CONSUME=(snapshot --consume -o "$kept" --run "$work/run")

trafctl() {
	within router "$TRAFCTL" "$@"
}

consume() {
	trafctl "${CONSUME[@]}" "$@"
}

# "traffic SEED COUNT"
traffic() {
	blast -s "$1" <<-END
		inside tcp src=193.11.176.0/20 dst=198.51.100.1 sport=1024~65535 dport=1~9 flags=S size=60 count=$2
		outside udp src=198.51.100.1 dst=193.11.176.0/20 size=$((IP_HEADER + 8))~1500 dport=1~9 count=$2
	END
}

# What is stored in all snapshots and what is left of PLAIN and of CLEARS is what TRUTH
# has, number by number. "adds_up nothing": and nothing is left.
adds_up() {
	trafctl export >"$work/left"
	find "$kept" -name '*.traffic' -exec cat {} + >"$work/stored"
	awk -F '\t' -v may_be_left="${1:-anything}" '
		# The numbers of a row from field "first" on, but for those that its file has not.
		function add(table, counted, key, first,	field, number) {
			for (field = first; field <= NF; field++) {
				if ($field == "")
					continue
				sum[table, counted, key, ++number] += $field
				all[counted, key, number]
			}
		}
		function fail(what) {
			print what
			failed = 1
			exit 1
		}
		FILENAME ~ /left$/ {
			if (FNR > 1) {
				add($2, $3, $4, 5)
				if ($2 != "TRUTH" && may_be_left == "nothing")
					fail("not taken off: " $0)
			}
			next
		}
		/^table\t/ { table = $2 }
		/^file\t/ { counted = $2; next }
		!NF { counted = "" }
		counted != "" && !/^(IP|PORT)/ { add(table, counted, $1, 2) }
		END {
			if (failed)
				exit 1
			for (number in all)
				if (sum["PLAIN", number] != sum["TRUTH", number] ||
				    sum["CLEARS", number] != sum["TRUTH", number]) {
					gsub(SUBSEP, " ", number)
					fail("stored and left is not what was counted: " number)
				}
		}' "$work/left" "$work/stored" >&2
}

# Then all begins anew, as there is nothing left to be stored.
all_is_well() {
	adds_up nothing || return
	rm "$kept"/*.traffic
	# Or they are back after a power cut.
	sync "$kept"
	within router bash -c "for file in $TABLES/TRUTH{,_packets,_ipconn,_portconn}; do echo clear >\$file; done"
}

topology
mkdir "$kept"
for table in "PLAIN" "CLEARS --clearonread" "TRUTH"; do
	# shellcheck disable=SC2086 # a name and an option
	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn --portconn \
		--netbase $NETBASE --netmask $NETMASK --name $table
done

say "nobody is killed"
traffic 1 100
mount -t tmpfs -o size=4k none "$kept"
fails "No space left on device" consume PLAIN CLEARS
same "what it leaves" "$(ls "$kept")" ""
umount "$kept"
adds_up
consume PLAIN CLEARS
all_is_well
fails "there is no table of this name" consume NONE

say "killed at each system call"
sent=0
has_more_to_consume() {
	traffic $((1000 + sent++)) 3
}
is_brought_to_its_end() {
	consume PLAIN CLEARS >/dev/null && all_is_well
}
kill_at_each_call $CALLS has_more_to_consume is_brought_to_its_end "$TRAFCTL" "${CONSUME[@]}" PLAIN CLEARS
[ "$kills" -gt 15 ] || die "killed but $kills times"
same "what is left behind" "$(find "$kept" -name '*.traffic.*')" ""

# What has not been synced is lost. (The tables, and the note of what was begun, would be
# as well; so this is harder to withstand.)
cut_power() {
	local shutdown=0x8004587d without_flushing=2

	python3 - "$kept" $((shutdown)) $without_flushing <<-END
		import fcntl, os, struct, sys
		fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), int(sys.argv[2]), struct.pack("I", int(sys.argv[3])))
	END
	# shellcheck disable=SC2181 # of the here-document's command
	[ $? = 0 ] && umount "$kept" && mount "$work/disk" "$kept"
}

is_on_the_disk() {
	cut_power && is_brought_to_its_end
}

say "the power is cut at each system call that brings it to the disk, and behind the last"
truncate -s 32M "$work/disk"
mkfs.ext4 -q "$work/disk"
modprobe -a loop ext4 || true
if mount "$work/disk" "$kept" 2>"$work/said"; then
	trap 'umount "$kept" || true; rm -rf "$work"' EXIT
	kill_at_each_call fsync,rename,renameat,unlinkat,fchmod has_more_to_consume is_on_the_disk \
		"$TRAFCTL" "${CONSUME[@]}" PLAIN CLEARS
	[ "$kills" -gt 4 ] || die "killed but $kills times"
else
	cat "$work/said" >&2
	without "a file system that can be cut off"
fi
