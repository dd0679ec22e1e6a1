# SPDX-License-Identifier: GPL-2.0
#
# What differs with ip6tables: addresses, masks, defaults, ranges, in the form
# that libxt_traffic.t explains. Of what does not differ (numbers, names, options
# given twice), all is tried there and only a sample here.

*mangle
:PREROUTING,INPUT,FORWARD,OUTPUT,POSTROUTING
-m traffic --traffic --portconn --ipconn --netbase 2001:db8:: --netmask 32 --name hooks --nointernal;=;OK
:INPUT,FORWARD,OUTPUT
*filter
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name filter;=;OK

*mangle
:FORWARD

# every option, and their order
-m traffic --aggregate 64 --nointernal --name order --netmask 32 --clearonread --ipconn --netbase 2001:db8:: --conntimeout 60 --portconn --hashsize 64 --traffic --maxaddrs 300;-m traffic --traffic --portconn --ipconn --netbase 2001:db8:: --netmask 32 --name order --hashsize 64 --clearonread --nointernal --maxaddrs 300 --conntimeout 60 --aggregate 64;OK
-m traffic --traffic --portconn --ipconn --netbase 2001:db8:: --netmask 32 --name all --hashsize 64 --clearonread ! --nointernal --maxaddrs 300 --conntimeout 60 --aggregate 64;=;OK
-s 2001:db8::1/128 -i lo -m traffic --traffic --netbase 2001:db8::/64 --name target -j ACCEPT;-s 2001:db8::1/128 -i lo -m traffic --traffic --netbase 2001:db8:: --netmask 64 --name target -j ACCEPT;OK
-m traffic;--netbase;FAIL
-m traffic --netbase 2001:db8::/32 --name none;"--traffic", "--portconn", "--ipconn";FAIL
-m traffic --traffic --netbase 2001:db8::/32;--name;FAIL
-m traffic --traffic --name none;--netbase;FAIL

# the network: a mask, a length, both
-m traffic --traffic --netbase 2001:db8::/32 --name len;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name len;OK
-m traffic --traffic --netbase 2001:db8:: --netmask ffff:ffff:: --name mask;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name mask;OK
-m traffic --traffic --netmask ffff:ffff:: --netbase 2001:db8:: --name maskfirst;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name maskfirst;OK
-m traffic --traffic --netbase 2001:db8::/32 --netmask 32 --name bothlen;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name bothlen;OK
-m traffic --traffic --netbase 2001:db8::/32 --netmask ffff:ffff:: --name bothmask;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name bothmask;OK
-m traffic --traffic --netmask ffff:ffff:0:0:0:0:0:0 --netbase 2001:db8::/32 --name maskboth;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name maskboth;OK
-m traffic --traffic --netbase 2001:0DB8:0:0:0:0:0:0/32 --name long;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name long;OK
-m traffic --traffic --netbase 2001:db8:1:2:3:4:5:6/128 --name host;-m traffic --traffic --netbase 2001:db8:1:2:3:4:5:6 --netmask 128 --name host;OK
-m traffic --traffic --netbase 2001:0db8:1111:2222:3333:4444:255.255.255.255/128 --name longest;-m traffic --traffic --netbase 2001:db8:1111:2222:3333:4444:ffff:ffff --netmask 128 --name longest;OK
-m traffic --traffic --netbase 2001:db8::1 --netmask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --name hostmask;-m traffic --traffic --netbase 2001:db8::1 --netmask 128 --name hostmask;OK
-m traffic --traffic --netbase 2001:db8::2 --netmask 127 --name pair;=;OK
-m traffic --traffic --netbase 2001:db8::/33 --name odd;-m traffic --traffic --netbase 2001:db8:: --netmask 33 --name odd;OK
-m traffic --traffic --netbase 2001:db8:0:1:8000:: --netmask ffff:ffff:ffff:ffff:8000:: --name bit65;-m traffic --traffic --netbase 2001:db8:0:1:8000:: --netmask 65 --name bit65;OK
-m traffic --traffic --netbase fe80:: --netmask ffc0:: --name linklocal;-m traffic --traffic --netbase fe80:: --netmask 10 --name linklocal;OK
-m traffic --traffic --netbase 2000::/3 --name global;-m traffic --traffic --netbase 2000:: --netmask 3 --name global;OK
-m traffic --traffic --netbase 8000:: --netmask 8000:: --name half;-m traffic --traffic --netbase 8000:: --netmask 1 --name half;OK
-m traffic --traffic --netbase ::/0 --name everything;-m traffic --traffic --netbase :: --netmask 0 --name everything;OK
-m traffic --traffic --netbase :: --netmask :: --name everything0;-m traffic --traffic --netbase :: --netmask 0 --name everything0;OK
-m traffic --traffic --netbase ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 --name last;-m traffic --traffic --netbase ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --netmask 128 --name last;OK
-m traffic --traffic --netbase 64:ff9b::192.0.2.0/120 --name nat64;-m traffic --traffic --netbase 64:ff9b::c000:200 --netmask 120 --name nat64;OK
-m traffic --traffic --netbase 2001:db8:: --name none;option "--netmask";FAIL
-m traffic --traffic --netbase "" --name none;--netbase;FAIL
-m traffic --traffic --netbase /32 --name none;"/32";FAIL
-m traffic --traffic --netbase localhost/128 --name none;"localhost/128" (allowed: a numeric IPv6 address;FAIL
-m traffic --traffic --netbase ip6-localhost --netmask 128 --name none;"ip6-localhost";FAIL
-m traffic --traffic --netbase 2001:db8/32 --name none;"2001:db8/32";FAIL
-m traffic --traffic --netbase 2001:db8::1::/32 --name none;"2001:db8::1::/32";FAIL
-m traffic --traffic --netbase 2001:db8::12345/128 --name none;"2001:db8::12345/128";FAIL
-m traffic --traffic --netbase 2001:db8:0:0:0:0:0:0:0/32 --name none;"2001:db8:0:0:0:0:0:0:0/32";FAIL
-m traffic --traffic --netbase 2001:dbg::/32 --name none;"2001:dbg::/32";FAIL
-m traffic --traffic --netbase "[2001:db8::]/32" --name none;"[2001:db8::]/32";FAIL
-m traffic --traffic --netbase fe80::%lo/64 --name none;"fe80::%lo/64" (allowed: a numeric IPv6 address without a zone;FAIL
-m traffic --traffic --netbase fe80::1%1/128 --name none;"fe80::1%1/128" (allowed: a numeric IPv6 address without a zone;FAIL
-m traffic --traffic --netbase 2001:db8::/ --name none;"2001:db8::/";FAIL
-m traffic --traffic --netbase 2001:db8::/129 --name none;"2001:db8::/129" (allowed: a numeric IPv6 address without a zone, alone or with /LEN, LEN 0 to 128);FAIL
-m traffic --traffic --netbase 2001:db8::/-1 --name none;"2001:db8::/-1";FAIL
-m traffic --traffic --netbase 2001:db8::/32x --name none;"2001:db8::/32x";FAIL
-m traffic --traffic --netbase 2001:db8::/32/32 --name none;"2001:db8::/32/32";FAIL
-m traffic --traffic --netbase 2001:db8::/ffff:ffff:: --name none;"2001:db8::/ffff:ffff::";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none;"172.20.0.0/24" (allowed: a numeric IPv6 address;FAIL
-m traffic --traffic --netbase 1234567890123456789012345678901234567890123456789012345678901234567890 --name none;7890...";FAIL
-m traffic --traffic --netbase ::ffff:172.20.0.0/120 --name none;::ffff:172.20.0.0/120 is IPv4 written as IPv6, which no packet carries (allowed: iptables with "--netbase" 172.20.0.0/24);FAIL
-m traffic --traffic --netbase ::ffff:0:0/96 --name none;::ffff:0.0.0.0/96 is IPv4 written as IPv6, which no packet carries (allowed: iptables with "--netbase" 0.0.0.0/0);FAIL
-m traffic --traffic --netbase ::ffff:ac14:1 --netmask 128 --name none;::ffff:172.20.0.1/128 is IPv4 written as IPv6;FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask 129 --name none;option "--netmask": "129" (allowed: a contiguous IPv6 mask, or a length 0 to 128);FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask 4294967328 --name none;option "--netmask": "4294967328";FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask -1 --name none;option "--netmask": "-1";FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask /32 --name none;option "--netmask": "/32";FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask "" --name none;option "--netmask": "";FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask ffff --name none;option "--netmask": "ffff";FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask 255.255.0.0 --name none;option "--netmask": "255.255.0.0" (allowed: a contiguous IPv6 mask;FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask ffff:0:ffff:: --name none;option "--netmask": "ffff:0:ffff::" (allowed: a contiguous;FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask ffff:ffff::1 --name none;option "--netmask": "ffff:ffff::1" (allowed: a contiguous;FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask ffff:fffd:: --name none;option "--netmask": "ffff:fffd::" (allowed: a contiguous;FAIL
-m traffic --traffic --netbase 2001:db8:: --netmask ::ffff --name none;option "--netmask": "::ffff" (allowed: a contiguous;FAIL
-m traffic --traffic --netbase 2001:db8::/32 --netmask 33 --name none;option "--netmask": "33" does not agree with the /32 of option "--netbase";FAIL
-m traffic --traffic --netbase 2001:db8::/32 --netmask ffff:: --name none;option "--netmask": "ffff::" does not agree with the /32 of option "--netbase";FAIL
-m traffic --traffic --netmask 0 --netbase 2001:db8::/32 --name none;option "--netbase": "2001:db8::/32" does not agree with the /0 of option "--netmask";FAIL
-m traffic --traffic --netbase 2001:db8::1/32 --name none;option "--netbase": 2001:db8::1 has host bits set, the base of its /32 network is 2001:db8::;FAIL
-m traffic --traffic --netbase 2001:db8:ffff:: --netmask ffff:ffff:: --name none;option "--netbase": 2001:db8:ffff:: has host bits set, the base of its /32 network is 2001:db8::;FAIL
-m traffic --traffic --netbase 2001:db8::3 --netmask 127 --name none;option "--netbase": 2001:db8::3 has host bits set, the base of its /127 network is 2001:db8::2;FAIL
-m traffic --traffic --netbase 2001:db8:0:1::/63 --name none;the base of its /63 network is 2001:db8::;FAIL
-m traffic --traffic --netbase 2001:db8::/0 --name none;the base of its /0 network is ::;FAIL

# a sample of the numbers
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name hash16 --hashsize 16;=;OK
-m traffic --traffic --netbase 2001:db8::/32 --name hash17 --hashsize 17;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name hash17 --hashsize 32;OK
-m traffic --ipconn --netbase 2001:db8:: --netmask 32 --name time119 --conntimeout 119;=;OK
-m traffic --ipconn --netbase 2001:db8::/32 --name time120 --conntimeout 120;-m traffic --ipconn --netbase 2001:db8:: --netmask 32 --name time120;OK
-m traffic --traffic --netbase 2001:db8::/32 --name none --hashsize 15;option "--hashsize": "15" (allowed: 16 to 16777216);FAIL
-m traffic --ipconn --netbase 2001:db8::/32 --name none --conntimeout 0;option "--conntimeout": "0" (allowed: 1 to 43200);FAIL
-m traffic --traffic --netbase 2001:db8::/32 --name "none!";option "--name": "none!";FAIL

# --maxaddrs: 1 to 2^24; the default is the network's size, at most 2^16, and is
# not saved
-m traffic --traffic --netbase 2001:db8::/32 --name max64k --maxaddrs 65536;-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name max64k;OK
-m traffic --traffic --netbase ::/0 --name max64k0 --maxaddrs 65536;-m traffic --traffic --netbase :: --netmask 0 --name max64k0;OK
-m traffic --traffic --netbase 2001:db8::/112 --name max64k112 --maxaddrs 65536;-m traffic --traffic --netbase 2001:db8:: --netmask 112 --name max64k112;OK
-m traffic --traffic --netbase 2001:db8::/113 --name max32k --maxaddrs 32768;-m traffic --traffic --netbase 2001:db8:: --netmask 113 --name max32k;OK
-m traffic --traffic --netbase 2001:db8::1/128 --name max1 --maxaddrs 1;-m traffic --traffic --netbase 2001:db8::1 --netmask 128 --name max1;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name max64kless --maxaddrs 65535;=;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name max64kmore --maxaddrs 65537;=;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 113 --name max32kmore --maxaddrs 65536;=;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name maxone --maxaddrs 1;=;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name max16m --maxaddrs 16777216;=;OK
-m traffic --traffic --netbase 2001:db8::/32 --name none --maxaddrs 0;option "--maxaddrs": "0" (allowed: 1 to 16777216);FAIL
-m traffic --traffic --netbase 2001:db8::/32 --name none --maxaddrs 16777217;option "--maxaddrs": "16777217" (allowed: 1 to 16777216);FAIL

# --aggregate: from the network's length to 128; the default of --maxaddrs is then
# the number of prefixes
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name agg64 --aggregate 64;=;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name agg32 --aggregate 32;=;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 32 --name agg128 --aggregate 128;=;OK
-m traffic --traffic --netbase 2001:db8::1 --netmask 128 --name agghost --aggregate 128;=;OK
-m traffic --traffic --netbase :: --netmask 0 --name agg1 --aggregate 1;=;OK
-m traffic --traffic --netbase 2001:db8::/48 --name agg48 --maxaddrs 65536 --aggregate 64;-m traffic --traffic --netbase 2001:db8:: --netmask 48 --name agg48 --aggregate 64;OK
-m traffic --traffic --aggregate 56 --maxaddrs 256 --netbase 2001:db8::/48 --name agg56;-m traffic --traffic --netbase 2001:db8:: --netmask 48 --name agg56 --aggregate 56;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 48 --name agg56less --maxaddrs 255 --aggregate 56;=;OK
-m traffic --traffic --netbase 2001:db8:: --netmask 48 --name agg56more --maxaddrs 65536 --aggregate 56;=;OK
-m traffic --traffic --netbase 2001:db8::/32 --name none --aggregate 31;option "--aggregate": 31 is shorter than the network's prefix (allowed: 32 to 128);FAIL
-m traffic --traffic --netbase 2001:db8::1/128 --name none --aggregate 64;option "--aggregate": 64 is shorter than the network's prefix (allowed: 128 to 128);FAIL
-m traffic --traffic --netbase 2001:db8::/32 --name none --aggregate 0;option "--aggregate": "0" (allowed: 1 to 128);FAIL
-m traffic --traffic --netbase 2001:db8::/32 --name none --aggregate 129;option "--aggregate": "129" (allowed: 1 to 128);FAIL
-m traffic --traffic --netbase 2001:db8::/32 --name none --aggregate 320;option "--aggregate": "320";FAIL
-m traffic --traffic --netbase 2001:db8::/32 --name none --aggregate /64;option "--aggregate": "/64";FAIL
