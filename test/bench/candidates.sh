# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The rules of each candidate of candidates.tsv, made once by the real iptables
# and nft, in a network namespace of its own that has the candidate's name.
# Sourced by guest.sh; needs $BENCH_XTABLES, iptables' extensions with ours.
#
# All are made for the network 10.0.0.0 + $addresses, in raw PREROUTING; those
# whose name begins with ipv6- for 2001:db8:: + $addresses. Where
# a peer keeps the two directions apart, it has two sets and two rules, each
# for the packets whose address is in the network.

legacy() {
	ip netns exec "$name" env XTABLES_LIBDIR="$BENCH_XTABLES" xtables-legacy-multi "$@"
}

nftables() {
	ip netns exec "$name" env XTABLES_LIBDIR="$BENCH_XTABLES" xtables-nft-multi "$@"
}

# "prefix ADDRESSES": length of the prefix that holds so many (a power of two).
prefix() {
	local length=32 count=$1

	while [ "$count" -gt 1 ]; do
		count=$((count / 2))
		length=$((length - 1))
	done
	echo $length
}

# "make_candidate NAME ADDRESSES"
make_candidate() {
	local name=$1 addresses=$2 network

	network=10.0.0.0/$(prefix "$addresses")
	network6=2001:db8::/$(($(prefix "$addresses") + 96))
	ip netns add "$name"
	ip -n "$name" link set lo up
	"rules_${name//-/_}"
}

# nf_tables frees its sets from a worker; what comes next shall not pay for it.
remove_candidate() {
	ip netns del "$1"
}

# --- baselines ---------------------------------------------------------------

rules_flat_nothing() { :; }
rules_flat_plain() { :; }
rules_flat_atomic() { :; }
rules_flat_percpu() { :; }

rules_ipt1() { legacy iptables -t raw -A PREROUTING; }
rules_nftipt1() { nftables iptables -t raw -A PREROUTING; }
rules_ipt1_miss() { legacy iptables -t raw -A PREROUTING -s 172.16.0.0/12; }
rules_both_hooks() { rules_ipt1; }
rules_ipv6_ipt1() { legacy ip6tables -t raw -A PREROUTING; }

rules_ipv6_ipt2() {
	legacy ip6tables -t raw -A PREROUTING -s "$network6"
	legacy ip6tables -t raw -A PREROUTING -d "$network6"
}

rules_ipt2() {
	legacy iptables -t raw -A PREROUTING -s "$network"
	legacy iptables -t raw -A PREROUTING -d "$network"
}

# "two_rules NETWORK"
two_rules() {
	nft_table <<-END
		chain c {
			type filter hook prerouting priority raw;
			$(nft_family) saddr $1
			$(nft_family) daddr $1
		}
	END
}

rules_nft2() { two_rules "$network"; }
rules_ipv6_nft2() { two_rules "$network6"; }

rules_mark() { legacy iptables -t raw -A PREROUTING -m mark --mark 0; }
rules_mark_miss() { legacy iptables -t raw -A PREROUTING -m mark --mark 1; }

# --- ours --------------------------------------------------------------------

rules_traffic() { legacy iptables -t raw -A PREROUTING -m traffic --traffic --netbase "$network" --name bench; }
rules_traffic_nft() { nftables iptables -t raw -A PREROUTING -m traffic --traffic --netbase "$network" --name bench; }

all_tables=(--traffic --portconn --ipconn)
rules_all() { legacy iptables -t raw -A PREROUTING -m traffic "${all_tables[@]}" --netbase "$network" --name bench; }
rules_all_nft() { nftables iptables -t raw -A PREROUTING -m traffic "${all_tables[@]}" --netbase "$network" --name bench; }

rules_hashed() { legacy iptables -t raw -A PREROUTING -m traffic --traffic --netbase "$network" --hashsize "$addresses" --name bench; }
rules_hashed_all() { legacy iptables -t raw -A PREROUTING -m traffic "${all_tables[@]}" --netbase "$network" --hashsize "$addresses" --name bench; }

# IPv6 has an index of 65,536 unless told otherwise.
rules_ipv6_traffic() { legacy ip6tables -t raw -A PREROUTING -m traffic --traffic --netbase "$network6" --maxaddrs "$addresses" --name bench; }
rules_ipv6_all() { legacy ip6tables -t raw -A PREROUTING -m traffic "${all_tables[@]}" --netbase "$network6" --maxaddrs "$addresses" --name bench; }

rules_outside() {
	legacy iptables -t raw -A PREROUTING -m traffic --traffic --netbase 172.16.0.0/12 --name bench
}

# As long as the module's bound is what set_bound makes it, no CPU gets a page
# of its own here, and the page that all share is still to be had (memory.c:
# own pages up to 7/8 of the bound, shared ones up to 15/16). For that the
# namespace is filled with so much of other tables that the 16th between the
# two holds all shared pages.
rules_bound() {
	local number=0

	rules_traffic
	while [ "$(memory_of_bound)" -lt $((16 * addresses * 104 + 16 * 65536)) ]; do
		legacy iptables -t raw -A OUTPUT -m traffic --traffic \
			--netbase $((11 + number)).0.0.0/12 --name ballast$number
		ballast_rows $((11 + number)) | ip netns exec "$name" tee "/proc/net/xt_traffic/ballast$number" >/dev/null
		number=$((number + 1))
	done
}

# A row for each 64 of the addresses of a /12, all classes.
ballast_rows() {
	awk -v first="$1" 'BEGIN {
		for (i = 0; i < 1048576; i += 64)
			printf "%d.%d.%d.%d\t3\t0\t1\t0\t1\t0\t1\t0\n", first, i / 65536, i / 256 % 256, i % 256
	}'
}

memory_of_bound() {
	ip netns exec bound sh -c "cat /proc/net/xt_traffic/*_info" |
		awk -F '\t' '$1 == "memory" { sum += $2 } END { printf "%d\n", sum }'
}

set_bound() {
	echo $(($(memory_of_bound) * 8 / 7)) >/sys/module/ipt_traffic/parameters/memory
}

lift_bound() {
	echo 0 >/sys/module/ipt_traffic/parameters/memory
}

# --- peers -------------------------------------------------------------------

rules_account() { legacy iptables -t raw -A PREROUTING -j ACCOUNT --addr "$network" --tname bench; }
rules_account_nft() { nftables iptables -t raw -A PREROUTING -j ACCOUNT --addr "$network" --tname bench; }

# "elements LINE" prints LINE for each address of the network, in place of "@".
# (gsub() of Debian's awk takes 20 s for 65,536 of them.)
elements() {
	awk -v count="$addresses" -v line="$1" -v name="$name" 'BEGIN {
		parts = split(line, part, "@")
		for (i = 0; i < count; i++) {
			if (name ~ /^ipv6-/)
				address = sprintf("2001:db8::%x:%x", i / 65536, i % 65536)
			else
				address = "10." int(i / 65536) "." int(i / 256) % 256 "." i % 256
			text = part[1]
			for (k = 2; k <= parts; k++)
				text = text address part[k]
			print text
		}
	}'
}

# "make_ipsets [family inet6]"
make_ipsets() {
	local set

	for set in out in; do
		echo "create $set hash:ip $* counters hashsize $addresses maxelem $addresses"
		elements "add $set @"
	done | ip netns exec "$name" ipset restore
}

rules_ipset() {
	make_ipsets
	legacy iptables -t raw -A PREROUTING -s "$network" -m set --match-set out src
	legacy iptables -t raw -A PREROUTING -d "$network" -m set --match-set in dst
}

rules_ipv6_ipset() {
	make_ipsets family inet6
	legacy ip6tables -t raw -A PREROUTING -s "$network6" -m set --match-set out src
	legacy ip6tables -t raw -A PREROUTING -d "$network6" -m set --match-set in dst
}

rules_ipset_add() {
	make_ipsets
	legacy iptables -t raw -A PREROUTING -s "$network" -j SET --add-set out src --exist
	legacy iptables -t raw -A PREROUTING -d "$network" -j SET --add-set in dst --exist
}

nft_family() {
	if [[ $name == ipv6-* ]]; then echo ip6; else echo ip; fi
}

nft_table() {
	{
		echo "table $(nft_family) bench {"
		cat
		echo "}"
	} | ip netns exec "$name" nft -f -
}

# "nft_elements LINE": into both sets, before any packet: elements that
# packets make get lost in a burst. In transactions of a bearable size.
nft_elements() {
	local set

	for set in out in; do
		elements "$1" | split --lines=65536 --filter="
			{ echo 'add element $(nft_family) bench $set {'; cat; echo '}'; } |
			ip netns exec $name nft -f -"
	done
}

# "nft_sets TYPE SIZE RULE_OUT RULE_IN [NETWORK]"
nft_sets() {
	nft_table <<-END
		set out { type $1; size $2; flags dynamic; counter; }
		set in { type $1; size $2; flags dynamic; counter; }
		chain c {
			type filter hook prerouting priority raw;
			$(nft_family) saddr ${5:-$network} $3
			$(nft_family) daddr ${5:-$network} $4
		}
	END
}

rules_nft_lookup() {
	nft_sets ipv4_addr "$addresses" "ip saddr @out" "ip daddr @in"
	nft_elements "@,"
}

rules_nft_update() {
	nft_sets ipv4_addr "$addresses" "update @out { ip saddr counter }" "update @in { ip daddr counter }"
	nft_elements "@,"
}

rules_ipv6_nft_update() {
	nft_sets ipv6_addr "$addresses" "update @out { ip6 saddr counter }" "update @in { ip6 daddr counter }" "$network6"
	nft_elements "@,"
}

rules_nft_protocol() {
	nft_sets "ipv4_addr . inet_proto" $((3 * addresses)) \
		"update @out { ip saddr . ip protocol counter }" "update @in { ip daddr . ip protocol counter }"
	nft_elements "@ . tcp, @ . udp, @ . icmp,"
}

# A bound that no address reaches: the packet matches, as with the baseline.
# "hashlimits IPTABLES NETWORK": it has one directory of names for each family.
hashlimits() {
	local rest="--hashlimit-upto 1000000/second --hashlimit-burst 1000000
		--hashlimit-htable-size $addresses --hashlimit-htable-max $addresses
		--hashlimit-htable-expire 3600000"

	# shellcheck disable=SC2086 # words
	legacy "$1" -t raw -A PREROUTING -s "$2" -m hashlimit --hashlimit-name out --hashlimit-mode srcip $rest
	# shellcheck disable=SC2086 # words
	legacy "$1" -t raw -A PREROUTING -d "$2" -m hashlimit --hashlimit-name in --hashlimit-mode dstip $rest
}

rules_hashlimit() { hashlimits iptables "$network"; }
rules_ipv6_hashlimit() { hashlimits ip6tables "$network6"; }

# The size of its lists is a parameter of the module (load_peers).
rules_recent() {
	legacy iptables -t raw -A PREROUTING -s "$network" -m recent --name out --rsource --set
	legacy iptables -t raw -A PREROUTING -d "$network" -m recent --name in --rdest --set
}

# The rule in OUTPUT, which no packet passes, is there so that the namespace
# tracks connections. Packets that are sent again and again do not advance.
rules_conntrack() {
	rules_ipt1
	nft_table <<-END
		chain c {
			type filter hook output priority 0;
			ct state invalid
		}
	END
	ip netns exec "$name" sysctl -q -w net.netfilter.nf_conntrack_acct=1 \
		net.netfilter.nf_conntrack_tcp_be_liberal=1 net.netfilter.nf_conntrack_checksum=0
}
