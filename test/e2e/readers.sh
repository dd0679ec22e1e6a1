# shellcheck shell=bash disable=SC2154 # what the scenario sets
# SPDX-License-Identifier: GPL-2.0
#
# Readers and writers of tables that clear, all at once and as long as a swarm is
# sending; and what they have been given. To be sourced by scenarios, which set
# $swarm, $tables and $SEED.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

sending() {
	kill -0 "$swarm" 2>/dev/null
}

drain() {
	"$top/out/test/drain" "$tables/$1" "${@:2}"
}

# "take FILE": round after round. Slow readers are killed, and others read what they
# have left; the quickest would come to the end before.
take() {
	local kinds=("13 1 2 100" "100 2 2 100" "512 2 1 0" "4096 2 1 0" "65536 1 1 0") round=0

	while sending; do
		round=$((round + 1))
		# shellcheck disable=SC2086 # size, readers, sessions, percent killed
		drain "$1" ${kinds[RANDOM % ${#kinds[@]}]} "$RANDOM" >"$work/new-$1" 2>>"$work/readers"
		mv "$work/new-$1" "$work/taken-$1-$round"
		ln -f "$work/taken-$1-$round" "$work/latest-$1"
		sleep 0.$((RANDOM % 8))
	done
}

# "stop_in_a_row FILE": reads some of it, and closes the file after rows have been
# given up two times.
stop_in_a_row() {
	local round=0

	while sending; do
		exec 5<"$tables/$1"
		dd bs=$((RANDOM % 2000 + 50)) count=1 status=none <&5 >"$work/part-$1"
		sleep 3
		exec 5<&-
		round=$((round + 1))
		whole_rows "$work/part-$1" >"$work/stopped-$1-$round"
	done
}

# "write_back FILE": some of what was just read, and subtracts half of it at once.
# What was accepted stands in given-FILE and subtracted-FILE.
write_back() {
	/usr/bin/python3 - "$1" "$tables/$1" "$work" "$swarm" "$SEED" <<-'END'
		import os, random, sys, time

		name, path, work, swarm, seed = sys.argv[1:]
		random.seed(name + seed)
		table = os.open(path, os.O_WRONLY)

		def accepted(rows):
		    for row in rows:
		        try:
		            os.write(table, row.encode())
		        except OSError:
		            continue
		        yield row

		given = open(f"{work}/given-{name}", "w")
		subtracted = open(f"{work}/subtracted-{name}", "w")
		while os.path.exists(f"/proc/{swarm}"):
		    try:
		        with open(f"{work}/latest-{name}") as latest:
		            rows = latest.readlines()[1:]
		    except FileNotFoundError:
		        rows = []
		    back = list(accepted(random.sample(rows, min(20, len(rows)))))
		    given.writelines(back)
		    subtracted.writelines(row[1:] for row in accepted("-" + row for row in back[::2]))
		    time.sleep(0.5)
	END
}

# "all_taken FILE": what was taken of each address, in all.
all_taken() {
	drain "$1" 65536 1 1 0 1 >"$work/taken-$1-rest"
	touch "$work/given-$1" "$work/subtracted-$1" "$work/stopped-$1-0"
	sum_up "$work"/{taken,stopped}-"$1"-* "$work/subtracted-$1"
}
