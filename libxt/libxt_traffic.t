# SPDX-License-Identifier: GPL-2.0
#
# The options of "-m traffic" in the test format of iptables: rule; what
# iptables-save prints of it ("=": the same); OK or FAIL. Of a FAIL line the
# second field is a piece of the error, as run-t.sh checks it (iptables' own
# iptables-test.py does not look at it there). For ip6tables see
# libip6t_traffic.t: the form has one command a file, told by its name.
#
# A name stands for one set of options: a table has only one set at a time, and
# the OK lines are also loaded together, by iptables-restore.

*mangle
:PREROUTING,INPUT,FORWARD,OUTPUT,POSTROUTING
-m traffic --traffic --portconn --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name hooks --nointernal;=;OK
:INPUT,FORWARD,OUTPUT
*filter
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name filter;=;OK

*mangle
:FORWARD

# every table alone, and the order of the options is that of the specification
-m traffic --portconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name portconn;=;OK
-m traffic --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name ipconn;=;OK
-m traffic --traffic --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name two;=;OK
-m traffic --nointernal --name order --netmask 255.255.255.0 --clearonread --ipconn --netbase 172.20.0.0 --conntimeout 60 --portconn --hashsize 64 --traffic --maxaddrs 300;-m traffic --traffic --portconn --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name order --hashsize 64 --clearonread --nointernal --maxaddrs 300 --conntimeout 60;OK
-m traffic --traffic --portconn --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name all --hashsize 64 --clearonread ! --nointernal --maxaddrs 300 --conntimeout 60;=;OK
-m traffic --traffic --netbase 172.20.0.0/24 --name twice_a -m traffic --ipconn --netbase 172.21.0.0/16 --name twice_b;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name twice_a -m traffic --ipconn --netbase 172.21.0.0 --netmask 255.255.0.0 --name twice_b;OK
-s 172.20.0.1/32 -i lo -m traffic --traffic --netbase 172.20.0.0/24 --name target -j ACCEPT;-s 172.20.0.1/32 -i lo -m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name target -j ACCEPT;OK
-m traffic;--netbase;FAIL
-m traffic --netbase 172.20.0.0/24 --name none;"--traffic", "--portconn", "--ipconn";FAIL
-m traffic --netbase 172.20.0.0/24 --name none --clearonread --nointernal;"--traffic", "--portconn", "--ipconn";FAIL
-m traffic --traffic --traffic --netbase 172.20.0.0/24 --name none;--traffic;FAIL
-m traffic --portconn --portconn --netbase 172.20.0.0/24 --name none;--portconn;FAIL
-m traffic --ipconn --ipconn --netbase 172.20.0.0/24 --name none;--ipconn;FAIL
-m traffic ! --traffic --netbase 172.20.0.0/24 --name none;--traffic;FAIL
-m traffic ! --portconn --netbase 172.20.0.0/24 --name none;--portconn;FAIL
-m traffic ! --ipconn --netbase 172.20.0.0/24 --name none;--ipconn;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --unknown;--unknown;FAIL

# the network: a mask, a length, both
-m traffic --traffic --netbase 172.20.0.0/24 --name len;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name len;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 24 --name plen;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name plen;OK
-m traffic --traffic --netmask 24 --netbase 172.20.0.0 --name maskfirst;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name maskfirst;OK
-m traffic --traffic --netbase 172.20.0.0/24 --netmask 24 --name bothlen;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name bothlen;OK
-m traffic --traffic --netbase 172.20.0.0/24 --netmask 255.255.255.0 --name bothmask;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name bothmask;OK
-m traffic --traffic --netmask 255.255.255.0 --netbase 172.20.0.0/24 --name maskboth;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name maskboth;OK
-m traffic --traffic --netbase 172.20.0.1 --netmask 255.255.255.255 --name host;=;OK
-m traffic --traffic --netbase 172.20.0.1/32 --name host32;-m traffic --traffic --netbase 172.20.0.1 --netmask 255.255.255.255 --name host32;OK
-m traffic --traffic --netbase 172.20.0.2 --netmask 31 --name pair;-m traffic --traffic --netbase 172.20.0.2 --netmask 255.255.255.254 --name pair;OK
-m traffic --traffic --netbase 172.20.0.0/23 --name odd;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.254.0 --name odd;OK
-m traffic --traffic --netbase 0.0.0.0/12 --name zero;-m traffic --traffic --netbase 0.0.0.0 --netmask 255.240.0.0 --name zero;OK
-m traffic --traffic --netbase 172.16.0.0 --netmask 255.240.0.0 --name million;=;OK
-m traffic --traffic --netbase 172.0.0.0/11 --name wide11;-m traffic --traffic --netbase 172.0.0.0 --netmask 255.224.0.0 --name wide11;OK
-m traffic --traffic --netbase 10.0.0.0 --netmask 255.0.0.0 --name wide8;=;OK
-m traffic --traffic --netbase 128.0.0.0/1 --name half;-m traffic --traffic --netbase 128.0.0.0 --netmask 128.0.0.0 --name half;OK
-m traffic --traffic --netbase 0.0.0.0/0 --name everything;-m traffic --traffic --netbase 0.0.0.0 --netmask 0.0.0.0 --name everything;OK
-m traffic --traffic --netbase 0.0.0.0 --netmask 0 --name everything0;-m traffic --traffic --netbase 0.0.0.0 --netmask 0.0.0.0 --name everything0;OK
-m traffic --traffic --netbase 255.255.255.255/32 --name last;-m traffic --traffic --netbase 255.255.255.255 --netmask 255.255.255.255 --name last;OK
-m traffic --traffic --name none;--netbase;FAIL
-m traffic --traffic --netmask 255.255.255.0 --name none;--netbase;FAIL
-m traffic --traffic --netbase 172.20.0.0 --name none;option "--netmask";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --netbase 172.20.0.0/24 --name none;--netbase;FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask 24 --netmask 24 --name none;--netmask;FAIL
-m traffic --traffic ! --netbase 172.20.0.0/24 --name none;--netbase;FAIL
-m traffic --traffic --netbase 172.20.0.0 ! --netmask 24 --name none;--netmask;FAIL
-m traffic --traffic --name none --netbase;--netbase;FAIL
-m traffic --traffic --name none --netbase 172.20.0.0 --netmask;--netmask;FAIL
-m traffic --traffic --netbase "" --name none;--netbase;FAIL
-m traffic --traffic --netbase / --name none;"/";FAIL
-m traffic --traffic --netbase /24 --name none;"/24";FAIL
-m traffic --traffic --netbase localhost/32 --name none;"localhost/32";FAIL
-m traffic --traffic --netbase localhost --netmask 32 --name none;"localhost";FAIL
-m traffic --traffic --netbase 172.20.0/24 --name none;"172.20.0/24";FAIL
-m traffic --traffic --netbase 10/8 --name none;"10/8";FAIL
-m traffic --traffic --netbase 172.20.0.0.0/24 --name none;"172.20.0.0.0/24";FAIL
-m traffic --traffic --netbase 172.20.0.256/24 --name none;"172.20.0.256/24";FAIL
-m traffic --traffic --netbase 172.020.0.0/24 --name none;"172.020.0.0/24";FAIL
-m traffic --traffic --netbase 0xac.20.0.0/24 --name none;"0xac.20.0.0/24";FAIL
-m traffic --traffic --netbase 172.20.0.0/ --name none;"172.20.0.0/";FAIL
-m traffic --traffic --netbase 172.20.0.0/33 --name none;"172.20.0.0/33";FAIL
-m traffic --traffic --netbase 172.20.0.0/-1 --name none;"172.20.0.0/-1";FAIL
-m traffic --traffic --netbase 172.20.0.0/24x --name none;"172.20.0.0/24x";FAIL
-m traffic --traffic --netbase 172.20.0.0/24/24 --name none;"172.20.0.0/24/24";FAIL
-m traffic --traffic --netbase 172.20.0.0/4294967320 --name none;"172.20.0.0/4294967320";FAIL
-m traffic --traffic --netbase 172.20.0.0/255.255.255.0 --name none;"172.20.0.0/255.255.255.0";FAIL
-m traffic --traffic --netbase "172.20.0.0 /24" --name none;"172.20.0.0 /24";FAIL
-m traffic --traffic --netbase 2001:db8::/32 --name none;"2001:db8::/32" (allowed: a numeric IPv4 address;FAIL
-m traffic --traffic --netbase ::ffff:172.20.0.0/24 --name none;"::ffff:172.20.0.0/24" (allowed: a numeric IPv4 address;FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask ffff:ffff:: --name none;option "--netmask": "ffff:ffff::" (allowed: a contiguous IPv4 mask;FAIL
-m traffic --traffic --netbase 1234567890123456789012345678901234567890123456789012345678901234567890 --name none;7890...";FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask 33 --name none;option "--netmask": "33";FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask -1 --name none;option "--netmask": "-1";FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask 24x --name none;option "--netmask": "24x";FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask /24 --name none;option "--netmask": "/24";FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask "" --name none;option "--netmask": "";FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.0.255.0 --name none;option "--netmask": "255.0.255.0" (allowed: a contiguous;FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask 0.0.0.255 --name none;option "--netmask": "0.0.0.255" (allowed: a contiguous;FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.1 --name none;option "--netmask": "255.255.255.1" (allowed: a contiguous;FAIL
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255 --name none;option "--netmask": "255.255.255";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --netmask 23 --name none;option "--netmask": "23" does not agree with the /24 of option "--netbase";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --netmask 255.255.0.0 --name none;option "--netmask": "255.255.0.0" does not agree with the /24 of option "--netbase";FAIL
-m traffic --traffic --netmask 0 --netbase 172.20.0.0/24 --name none;option "--netbase": "172.20.0.0/24" does not agree with the /0 of option "--netmask";FAIL
-m traffic --traffic --netbase 172.20.0.1/24 --name none;option "--netbase": 172.20.0.1 has host bits set, the base of its /24 network is 172.20.0.0;FAIL
-m traffic --traffic --netbase 172.20.255.0 --netmask 255.255.0.0 --name none;option "--netbase": 172.20.255.0 has host bits set, the base of its /16 network is 172.20.0.0;FAIL
-m traffic --traffic --netbase 172.20.0.1 --netmask 31 --name none;option "--netbase": 172.20.0.1 has host bits set, the base of its /31 network is 172.20.0.0;FAIL
-m traffic --traffic --netbase 128.0.0.0/0 --name none;option "--netbase": 128.0.0.0 has host bits set, the base of its /0 network is 0.0.0.0;FAIL
-m traffic --traffic --netbase 172.16.0.0/11 --name none;the base of its /11 network is 172.0.0.0;FAIL

# names
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name a;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name 0;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name _;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name -t;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name --table;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name a.b-c_D9.;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name ABCDEFGHIJKLMNOPQRSTUVWXYZ01234;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name abcdefghijklmnopqrstuvwxyz56789;=;OK
-m traffic --traffic --netbase 172.20.0.0/24;--name;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name;--name;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --name none;--name;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 ! --name none;--name;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name "";option "--name": "";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name .;option "--name": ".";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name ..;option "--name": "..";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name .hidden;option "--name": ".hidden";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name a/b;option "--name": "a/b";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name "a b";option "--name": "a b";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name a:b;option "--name": "a:b";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name "a%b";option "--name": "a%b";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name é;option "--name";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name "$(printf 'a\nb')";option "--name": "a?b";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name ABCDEFGHIJKLMNOPQRSTUVWXYZ012345;option "--name": "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";FAIL

# --hashsize: 16 to 2^24, kept as a power of two
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash16 --hashsize 16;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash17 --hashsize 17;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash17 --hashsize 32;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash010 --hashsize 00020;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash010 --hashsize 32;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash8m1 --hashsize 8388609;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash8m1 --hashsize 16777216;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name hash16m --hashsize 16777216;=;OK
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 0;option "--hashsize": "0" (allowed: 16 to 16777216);FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 15;option "--hashsize": "15" (allowed: 16 to 16777216);FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 16777217;option "--hashsize": "16777217" (allowed: 16 to 16777216);FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 4294967312;option "--hashsize": "4294967312";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 18446744073709551632;option "--hashsize": "18446744073709551632";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize -16;option "--hashsize": "-16";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize +16;option "--hashsize": "+16";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 0x10;option "--hashsize": "0x10";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 16k;option "--hashsize": "16k";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 16.0;option "--hashsize": "16.0";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize " 16";option "--hashsize": " 16";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize "16 ";option "--hashsize": "16 ";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize "";option "--hashsize": "";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize;--hashsize;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --hashsize 16 --hashsize 16;--hashsize;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none ! --hashsize 16;--hashsize;FAIL

# --clearonread, --nointernal
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name clear --clearonread;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name noint --nointernal;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name onlyint ! --nointernal;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name clearint --clearonread ! --nointernal;=;OK
-m traffic --traffic --netbase 172.20.0.0/24 --name none --clearonread --clearonread;--clearonread;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none ! --clearonread;--clearonread;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --nointernal --nointernal;--nointernal;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --nointernal ! --nointernal;--nointernal;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none ! --nointernal ! --nointernal;--nointernal;FAIL

# --maxaddrs: 1 to 2^24; the default is the network's size, at most 2^20, and is
# not saved
-m traffic --traffic --netbase 172.20.0.0/24 --name max256 --maxaddrs 256;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name max256;OK
-m traffic --traffic --netbase 172.20.0.1/32 --name max1 --maxaddrs 1;-m traffic --traffic --netbase 172.20.0.1 --netmask 255.255.255.255 --name max1;OK
-m traffic --traffic --netbase 172.16.0.0/12 --name max1m --maxaddrs 1048576;-m traffic --traffic --netbase 172.16.0.0 --netmask 255.240.0.0 --name max1m;OK
-m traffic --traffic --netbase 10.0.0.0/8 --name max1m8 --maxaddrs 1048576;-m traffic --traffic --netbase 10.0.0.0 --netmask 255.0.0.0 --name max1m8;OK
-m traffic --traffic --netbase 0.0.0.0/0 --name max1m0 --maxaddrs 1048576;-m traffic --traffic --netbase 0.0.0.0 --netmask 0.0.0.0 --name max1m0;OK
-m traffic --traffic --netbase 10.0.0.0 --netmask 255.0.0.0 --name max1m8less --maxaddrs 1048575;=;OK
-m traffic --traffic --netbase 10.0.0.0 --netmask 255.0.0.0 --name max1m8more --maxaddrs 1048577;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name max257 --maxaddrs 257;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name max255 --maxaddrs 255;=;OK
-m traffic --traffic --netbase 172.16.0.0 --netmask 255.240.0.0 --name max12less --maxaddrs 1048575;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name max24one --hashsize 64 --maxaddrs 1;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.255.0 --name max16m --maxaddrs 16777216;=;OK
-m traffic --traffic --maxaddrs 65536 --name maxfirst --netmask 16 --netbase 172.20.0.0;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.0.0 --name maxfirst;OK
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs 0;option "--maxaddrs": "0" (allowed: 1 to 16777216);FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs 16777217;option "--maxaddrs": "16777217" (allowed: 1 to 16777216);FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs 4294967552;option "--maxaddrs": "4294967552";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs -1;option "--maxaddrs": "-1";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs many;option "--maxaddrs": "many";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs "";option "--maxaddrs": "";FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs;--maxaddrs;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none --maxaddrs 256 --maxaddrs 256;--maxaddrs;FAIL
-m traffic --traffic --netbase 172.20.0.0/24 --name none ! --maxaddrs 256;--maxaddrs;FAIL

# --conntimeout: 1 to 43200; 120 is the default and is not saved
-m traffic --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name time1 --conntimeout 1;=;OK
-m traffic --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name time119 --conntimeout 119;=;OK
-m traffic --ipconn --netbase 172.20.0.0/24 --name time120 --conntimeout 120;-m traffic --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name time120;OK
-m traffic --ipconn --netbase 172.20.0.0 --netmask 255.255.255.0 --name time43200 --conntimeout 43200;=;OK
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout 0;option "--conntimeout": "0" (allowed: 1 to 43200);FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout 43201;option "--conntimeout": "43201" (allowed: 1 to 43200);FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout 4294967297;option "--conntimeout": "4294967297";FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout 18446744073709551617;option "--conntimeout": "18446744073709551617";FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout -1;option "--conntimeout": "-1";FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout 60s;option "--conntimeout": "60s";FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout "";option "--conntimeout": "";FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout;--conntimeout;FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none --conntimeout 60 --conntimeout 60;--conntimeout;FAIL
-m traffic --ipconn --netbase 172.20.0.0/24 --name none ! --conntimeout 60;--conntimeout;FAIL

# --aggregate: from the network's length to 32; the default of --maxaddrs is then
# the number of prefixes
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.0.0 --name agg24 --aggregate 24;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.0.0 --name agg16 --aggregate 16;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.0.0 --name agg32 --aggregate 32;=;OK
-m traffic --traffic --netbase 172.20.0.1 --netmask 255.255.255.255 --name agghost --aggregate 32;=;OK
-m traffic --traffic --netbase 0.0.0.0 --netmask 0.0.0.0 --name agg1 --aggregate 1;=;OK
-m traffic --traffic --netbase 0.0.0.0 --netmask 0.0.0.0 --name agg0_32 --aggregate 32;=;OK
-m traffic --traffic --netbase 172.20.0.0/16 --name agg256 --maxaddrs 256 --aggregate 24;-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.0.0 --name agg256 --aggregate 24;OK
-m traffic --traffic --aggregate 24 --maxaddrs 65536 --netbase 10.0.0.0/8 --name agg8;-m traffic --traffic --netbase 10.0.0.0 --netmask 255.0.0.0 --name agg8 --aggregate 24;OK
-m traffic --traffic --netbase 0.0.0.0/0 --name agg1m --maxaddrs 1048576 --aggregate 24;-m traffic --traffic --netbase 0.0.0.0 --netmask 0.0.0.0 --name agg1m --aggregate 24;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.0.0 --name agg255 --maxaddrs 255 --aggregate 24;=;OK
-m traffic --traffic --netbase 172.20.0.0 --netmask 255.255.0.0 --name agg64k --maxaddrs 65536 --aggregate 24;=;OK
-m traffic --traffic --netbase 172.20.0.0/24 --name none --aggregate 16;option "--aggregate": 16 is shorter than the network's prefix (allowed: 24 to 32);FAIL
-m traffic --traffic --aggregate 31 --netbase 172.20.0.1/32 --name none;option "--aggregate": 31 is shorter than the network's prefix (allowed: 32 to 32);FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate 15;option "--aggregate": 15 is shorter than the network's prefix (allowed: 16 to 32);FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate 0;option "--aggregate": "0" (allowed: 1 to 32);FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate 33;option "--aggregate": "33" (allowed: 1 to 32);FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate 280;option "--aggregate": "280";FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate -1;option "--aggregate": "-1";FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate /24;option "--aggregate": "/24";FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate;--aggregate;FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none --aggregate 24 --aggregate 24;--aggregate;FAIL
-m traffic --traffic --netbase 172.20.0.0/16 --name none ! --aggregate 24;--aggregate;FAIL
