# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scenarios about patched iptables are written in: life.sh, and what they
# have in common. They source arrivals.sh and mirror.sh after it.
source "$(dirname "${BASH_SOURCE[0]}")/life.sh"

meter() { in_namespace "$METER" "$@"; }

# "translate COMMAND...": iptables-translate and its like.
translate() {
	within "$METER" "$IPTABLES_TREE/sbin/xtables-nft-multi" "$@"
}

# "stock COMMAND...": the system's iptables, of the same flavour.
stock() {
	within "$METER" env -u XTABLES_LIBDIR "xtables-$FLAVOUR-multi" "$@"
}

# Of what is saved; they have the time of day.
without_comments() {
	grep -v '^#'
}

# "saved [-t TABLE]"
saved() {
	within "$METER" $IPTABLES-save "$@" | without_comments
}

# "prints COMMAND... <WANTED": where the tables are.
prints() {
	cat >"$work/wanted-output"
	within "$METER" "$@" >"$work/output"
	same_file "$work/output" "$work/wanted-output"
	say "prints it: $*"
}

# Rules of the chain are written, listed, saved and restored as those of any other.
# They stay in the end.
rules_come_and_go() {
	local traffic="--traffic --netbase $NETBASE --netmask $NETMASK --name P"
	local source
	source=$(network 193.11.176.0/24)

	say "the chain's table need not be named, and nothing else is in it"
	meter $IPTABLES -A PROMISC -p udp -j ACCEPT
	meter $IPTABLES -I PROMISC -i in
	meter $IPTABLES -I PROMISC 2 -p tcp -j RETURN
	# shellcheck disable=SC2086 # words
	meter $IPTABLES -t promisc -A PROMISC -m traffic $traffic
	meter $IPTABLES -R PROMISC 2 -s "$source" -p tcp -j RETURN
	meter $IPTABLES -C PROMISC -s "$source" -p tcp -j RETURN
	fails "" meter $IPTABLES -C PROMISC -p tcp -j RETURN
	cat >"$work/rules" <<-END
		-A PROMISC -i in
		-A PROMISC -s $source -p tcp -j RETURN
		-A PROMISC -p udp -j ACCEPT
		-A PROMISC -m traffic $traffic
	END
	prints $IPTABLES -S PROMISC < <(echo "-P PROMISC ACCEPT" && cat "$work/rules")
	prints $IPTABLES -S PROMISC 3 <<<"-A PROMISC -p udp -j ACCEPT"
	prints $IPTABLES -t promisc -S < <(echo "-P PROMISC ACCEPT" && cat "$work/rules")
	within "$METER" $IPTABLES -nL PROMISC >"$work/listed"
	same "the list's head" "$(head -n 1 "$work/listed")" "Chain PROMISC (policy ACCEPT)"
	same "lines of the list" "$(wc -l <"$work/listed")" 6
	say "filter is what is listed where no chain is named, and has none of it"
	within "$METER" $IPTABLES -nL >"$work/listed"
	grep "^Chain INPUT " "$work/listed"
	same "lines about the chain" "$(grep -c PROMISC "$work/listed" || true)" 0
	fails "" meter $IPTABLES -t filter -A PROMISC

	say "-D by number and by rule"
	meter $IPTABLES -D PROMISC 1
	meter $IPTABLES -D PROMISC -s "$source" -p tcp -j RETURN
	sed -i 1,2d "$work/rules"
	prints $IPTABLES -S PROMISC < <(echo "-P PROMISC ACCEPT" && cat "$work/rules")

	say "the policy; another chain of the table"
	meter $IPTABLES -P PROMISC DROP
	meter $IPTABLES -t promisc -N sub
	meter $IPTABLES -t promisc -A sub -p udp -j ACCEPT
	meter $IPTABLES -A PROMISC -j sub
	{
		echo "*promisc"
		echo ":PROMISC DROP [0:0]"
		echo ":sub - [0:0]"
		cat "$work/rules"
		echo "-A PROMISC -j sub"
		echo "-A sub -p udp -j ACCEPT"
		echo "COMMIT"
	} >"$work/saved"

	say "save and restore"
	saved -t promisc >"$work/got"
	same_file "$work/got" "$work/saved"
	saved >"$work/got-all"
	sed -n '/^\*promisc/,/^COMMIT/p' "$work/got-all" >"$work/got"
	same_file "$work/got" "$work/saved"
	meter $IPTABLES -F PROMISC
	meter $IPTABLES -P PROMISC ACCEPT
	prints $IPTABLES -S PROMISC <<<"-P PROMISC ACCEPT"
	meter $IPTABLES-restore <"$work/got-all"
	saved >"$work/got"
	same_file "$work/got" "$work/got-all"
	meter $IPTABLES-restore --noflush <<-END
		*promisc
		-A PROMISC -p tcp
		COMMIT
	END
	meter $IPTABLES -C PROMISC -p tcp
	meter $IPTABLES -D PROMISC -p tcp
	saved -t promisc >"$work/got"
	same_file "$work/got" "$work/saved"

	say "rules in which the chain is called PREROUTING are restored as well"
	sed 's/PROMISC/PREROUTING/' "$work/saved" >"$work/old-name"
	meter $IPTABLES-restore <"$work/old-name"
	saved -t promisc >"$work/got"
	same_file "$work/got" "$work/saved"
	meter $IPTABLES -t promisc -A PREROUTING -p tcp
	meter $IPTABLES -D PROMISC -p tcp

	say "a restore that fails leaves all as it was"
	fails "" meter $IPTABLES-restore <<-END
		*promisc
		:PROMISC ACCEPT [0:0]
		-A PROMISC -p tcp
		-A PROMISC -j NOWHERE
		COMMIT
	END
	saved -t promisc >"$work/got"
	same_file "$work/got" "$work/saved"
	meter $IPTABLES -Z PROMISC
	meter $IPTABLES -t promisc -Z

	say "what makes no sense there"
	fails "with PROMISC" meter $IPTABLES -A PROMISC -o out
	fails "with PROMISC" meter $IPTABLES -t promisc -I PREROUTING -o out
	fails "" meter $IPTABLES -A PROMISC -j REJECT
	fails "" meter $IPTABLES -A PROMISC -j DNAT --to-destination "$(address 10.1.1.1)"
	fails "" meter $IPTABLES -N PROMISC
	saved -t promisc >"$work/got"
	same_file "$work/got" "$work/saved"
}

# A chain of that name in another table is reached by -t, as iptables-restore does it.
users_chain_of_that_name() {
	say "a user's own chain of that name"
	meter $IPTABLES -t filter -N PROMISC
	meter $IPTABLES -t filter -A PROMISC -o out
	meter $IPTABLES -A FORWARD -j PROMISC
	saved -t filter >"$work/got-filter"
	meter $IPTABLES-restore <"$work/got-filter"
	saved -t filter >"$work/got"
	same_file "$work/got" "$work/got-filter"
	meter $IPTABLES -F FORWARD
	meter $IPTABLES -t filter -F PROMISC
	meter $IPTABLES -t filter -X PROMISC
}

# Nothing else is in the chain.
counts_what_is_mirrored() {
	say "packets of others are counted as they were sent"
	meter $IPTABLES -t promisc -F
	meter $IPTABLES -P PROMISC ACCEPT
	meter $IPTABLES -A PROMISC -i eth0 -m traffic --traffic --portconn --ipconn \
		--netbase "$NETBASE" --netmask "$NETMASK" --name RSN
	mirror_a_mix promisc PROMISC
}
