# shellcheck shell=bash disable=SC2154 # what the scenario sets
# SPDX-License-Identifier: GPL-2.0
#
# Readers and writers of tables that clear, all at once until the scenario says that it
# is over; and what they have been given. To be sourced by scenarios, which set $tables
# and $SEED.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# --- actors --------------------------------------------------------------------

declare -A actors=()

going_on() {
	[ ! -e "$work/over" ]
}

# "start COMMAND...": beside the others, with choices of its own: bash would seed those
# of each of its processes anew, so that who chooses does so in no process but its own.
start() {
	act $((SEED * 100 + ${#actors[@]})) "$@" &
	actors[$!]=$*
}

act() {
	trap '[ $? = 0 ] || touch "$work/failed"' EXIT
	RANDOM=$1
	"${@:2}"
}

end_actors() {
	local actor

	touch "$work/over"
	for actor in "${!actors[@]}"; do
		wait "$actor" || die "failed: ${actors[$actor]}"
	done
	actors=()
}

# "count WHAT [HOW MANY]": of what is told in the end.
count() {
	echo "$1	${2:-1}" >>"$work/counts"
}

# "counted WHAT"
counted() {
	awk -F '\t' -v what="$1" '$1 == what { sum += $2 } END { printf "%d\n", sum }' "$work/counts"
}

# --- readers -------------------------------------------------------------------

drain() {
	"$top/out/test/drain" "$tables/$1" "${@:2}"
}

# "make_latest FILE ROWS": so that some of them are written back; if there are any.
make_latest() {
	[ "$(wc -l <"$2")" -le 1 ] || ln -f "$2" "$work/latest-$1"
}

# "take FILE...": one after the other, round after round. Slow readers are killed or
# stopped for a while, and others read what they have left; the quickest would come to
# the end before.
take() {
	local kinds=("13 1 2 100" "100 2 2 100" "512 2 1 0" "4096 2 1 0" "65536 1 1 0")
	local files=("$@") round=$RANDOM file taken ended killed stopped
	local new=$work/new-$BASHPID said=$work/drained-$BASHPID

	while going_on; do
		round=$((round + 1))
		file=${files[round % ${#files[@]}]}
		taken=$work/taken-$file-$BASHPID-$round
		# shellcheck disable=SC2086 # size, readers, sessions, percent killed
		drain "$file" ${kinds[RANDOM % ${#kinds[@]}]} "$RANDOM" 1000 >"$new" 2>"$said" ||
			die "$file: $(<"$said")"
		read -r _ ended _ _ _ _ _ killed _ _ stopped _ <"$said"
		count "readers that came to the end" "$ended"
		count "readers killed" "$killed"
		count "readers stopped for a while" "$stopped"
		mv "$new" "$taken"
		make_latest "$file" "$taken"
		sleep 0.$((RANDOM % 8))
	done
}

# "stop_in_a_row FILE...": reads some of one, and closes it at some time; half of them
# after rows have been given up two times.
stop_in_a_row() {
	local files=("$@") round=0 part=$work/part-$BASHPID file stopped

	while going_on; do
		round=$((round + 1))
		file=${files[RANDOM % ${#files[@]}]}
		exec 5<"$tables/$file"
		dd bs=$((RANDOM % 2000 + 50)) count=1 status=none <&5 >"$part"
		sleep $((RANDOM % 6)).$((RANDOM % 10))
		exec 5<&-
		stopped=$work/stopped-$file-$BASHPID-$round
		whole_rows "$part" >"$stopped"
		make_latest "$file" "$stopped"
		count "readers that closed in a row"
	done
}

# "write_back FILE...": some of what was just read of one, and subtracts half of it at
# once. Goes on until each has had some. What was accepted stands in given-FILE and
# subtracted-FILE. What a full table has no room for is refused, and so is to subtract
# what others have read meanwhile.
write_back() {
	/usr/bin/python3 - "$tables" "$work" "$RANDOM" "$@" <<-'END'
		import errno, os, random, sys, time

		tables, work, seed, *files = sys.argv[1:]
		random.seed(int(seed))
		table = {file: os.open(f"{tables}/{file}", os.O_WRONLY) for file in files}
		given = {file: open(f"{work}/given-{file}", "w") for file in files}
		subtracted = {file: open(f"{work}/subtracted-{file}", "w") for file in files}

		def accepted(file, rows, refusals):
		    for row in rows:
		        try:
		            os.write(table[file], row.encode())
		        except OSError as error:
		            if error.errno not in refusals:
		                sys.exit(f"{file}: {error}: {row!r}")
		            continue
		        yield row

		waiting = set(files)
		while not os.path.exists(f"{work}/over") or waiting:
		    time.sleep(0.5 / len(files))
		    file = random.choice(sorted(waiting) or files)
		    try:
		        with open(f"{work}/latest-{file}") as latest:
		            rows = latest.readlines()[1:]
		    except FileNotFoundError:
		        continue
		    back = list(accepted(file, random.sample(rows, min(20, len(rows))), [errno.ENOSPC]))
		    taken_back = list(accepted(file, ["-" + row for row in back[::2]], [errno.EINVAL]))
		    given[file].writelines(back)
		    subtracted[file].writelines(row[1:] for row in taken_back)
		    if taken_back:
		        waiting.discard(file)
	END
}

# --- what has come of it -------------------------------------------------------

# "all_taken FILE": what was taken of each address, in all.
all_taken() {
	drain "$1" 65536 1 1 0 1 >"$work/taken-$1-rest" 2>/dev/null
	touch "$work/given-$1" "$work/subtracted-$1" "$work/stopped-$1-0"
	sum_up "$work"/{taken,stopped}-"$1"-* "$work/subtracted-$1"
}

# "rows_were_written FILE": some given, some subtracted.
rows_were_written() {
	local what rows

	for what in given subtracted; do
		rows=$(wc -l <"$work/$what-$1")
		[ "$rows" -gt 0 ] || die "no row of $1 was $what"
		count "rows $what" "$rows"
		say "$1: $rows rows $what"
	done
}

# "too_much FILE TRUTH": rows of FILE with a number above that of TRUTH.
too_much() {
	awk -F '\t' '
		NR == FNR { row[$1] = $0; next }
		{
			fields = split(row[$1], truth, "\t")
			for (i = 2; i <= NF; i++)
				if (i > fields || $i + 0 > truth[i] + 0) {
					print
					next
				}
		}' "$2" "$1"
}
