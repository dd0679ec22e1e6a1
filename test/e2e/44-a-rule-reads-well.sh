# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# iptables -S prints a rule as it can be typed again, in the order of the help
# and without defaults; iptables -L shows name, network and options in words.
# iptables-translate says that there is no translation.
source "$(dirname "$0")/life.sh"

# What -L says of a table's match.
listed() {
	within router $IPTABLES -L FORWARD -nvx | sed -n "s/.* \(traffic: name $1 .*[^ ]\) *$/\1/p"
}

# What -S prints. (iptables-nft 1.8.7 puts a blank behind a rule without a target.)
printed() {
	within router $IPTABLES -S FORWARD | sed -n '/^-A/s/ *$//p'
}

network="--netbase $NETBASE --netmask $NETMASK"
ip netns add router
router $IPTABLES-restore <<-END
	*filter
	-A FORWARD -m traffic --name FEW --netbase $NETWORK --maxaddrs 4096 --conntimeout 120 --traffic
	-A FORWARD -i lo -p tcp -m traffic --conntimeout 60 --maxaddrs 5000 ! --nointernal --clearonread --hashsize 50 --name MANY --netmask ${NETWORK#*/} --netbase $NETBASE --ipconn --portconn --traffic -j ACCEPT
	COMMIT
END

printed >"$work/printed"
same "iptables -S" "$(<"$work/printed")" \
"-A FORWARD -m traffic --traffic $network --name FEW
-A FORWARD -i lo -p tcp -m traffic --traffic --portconn --ipconn $network --name MANY --hashsize 64 --clearonread ! --nointernal --maxaddrs 5000 --conntimeout 60 -j ACCEPT"

same "iptables -L" "$(listed FEW)" "traffic: name FEW network $NETWORK traffic"
same "iptables -L" "$(listed MANY)" \
	"traffic: name MANY network $NETWORK traffic portconn ipconn hashsize 64 clearonread ! nointernal maxaddrs 5000 conntimeout 60"

say "what -S prints can be typed again"
router $IPTABLES -F
sed "s/^/$IPTABLES /" "$work/printed" >"$work/type"
router bash -e "$work/type"
same "iptables -S" "$(printed)" "$(<"$work/printed")"

say "translation"
# shellcheck disable=SC2086 # words
router $IPTABLES-translate -A FORWARD -m traffic --traffic $network --name FEW >"$work/nft" 2>"$work/error"
grep -q "no translation" "$work/error"
# It prints the rule as a comment.
same "commands of nft" "$(grep -v '^nft #' "$work/nft")" ""
