# SPDX-License-Identifier: GPL-2.0
# Builds, installs and tests ipt_traffic; ./build is the front for people.
# Everything made goes to out/, apart from copies of the two products at the
# top, where the first users' install lines look for them.

# The kernel to build for: KVER=... names any whose headers are installed.
# Without it, the running one, or else the newest with headers.
KVER ?= $(shell test -e /lib/modules/$$(uname -r)/build && uname -r || \
	{ ls -d /lib/modules/*/build 2>/dev/null | cut -d/ -f4 | sort -V | tail -n1; })
KDIR ?= /lib/modules/$(KVER)/build
PREFIX ?= /usr
DESTDIR ?=
XTLIBDIR ?= $(shell pkg-config --variable=xtlibdir xtables)
MODDIR ?= /lib/modules/$(KVER)/updates
MANDIR ?= $(PREFIX)/share/man

CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wno-unused-parameter

SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec
UNITDIR ?= $(PREFIX)/lib/systemd/system
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions

KSOURCES := $(wildcard kmod/*.c kmod/*.h) kmod/Kbuild
KOUT := out/kmod-$(KVER)
KO := $(KOUT)/ipt_traffic.ko
# The last two are built where the kernel has the xtables of old.
MODULES := ipt_traffic.ko iptable_promisc.ko ip6table_promisc.ko
SO := out/libxt_traffic.so
TRAFCTL := out/trafctl

.PHONY: all
all: ipt_traffic.ko libxt_traffic.so $(TRAFCTL)

ipt_traffic.ko: $(KO)
libxt_traffic.so: $(SO)
ipt_traffic.ko libxt_traffic.so:
	cp $< $@

# Links, so that several kernels can be built for side by side and the tree
# stays clean; MAKEFLAGS is for Kbuild to decide about.
$(KO): $(KSOURCES)
	@test -n "$(KVER)" || { echo "no kernel headers are installed: apt-get install linux-headers-amd64" >&2; exit 1; }
	@test -e "$(KDIR)" || { echo "no headers for kernel $(KVER): apt-get install linux-headers-$(KVER)" >&2; exit 1; }
	mkdir -p $(KOUT)
	ln -sf $(abspath $(KSOURCES)) $(KOUT)/
	+$(MAKE) -C $(KDIR) M=$(abspath $(KOUT)) modules

$(SO): libxt/libxt_traffic.c kmod/xt_traffic.h
	@pkg-config --exists xtables || { echo "libxtables is missing: apt-get install libxtables-dev pkg-config" >&2; exit 1; }
	mkdir -p out
	$(CC) $(CFLAGS) $(WARNINGS) -fPIC -shared -Ikmod \
		$$(pkg-config --cflags xtables) $(LDFLAGS) -o $@ $< \
		$$(pkg-config --libs xtables)

# With the module's own reading and writing of rows.
TRAFCTL_SOURCES := $(wildcard tools/*.c) kmod/rowtext.c
TRAFCTL_FLAGS := -std=gnu11 -D_GNU_SOURCE -Itools/kernel -Itools -Ikmod

$(TRAFCTL): $(TRAFCTL_SOURCES) $(wildcard tools/*.h tools/kernel/*/*.h) kmod/rowtext.h
	mkdir -p out
	$(CC) $(CFLAGS) $(WARNINGS) $(TRAFCTL_FLAGS) $(LDFLAGS) -o $@ $(TRAFCTL_SOURCES)

out/test/trafctl-sanitized: $(TRAFCTL)
	mkdir -p out/test
	$(CC) -O1 -g $(WARNINGS) $(TRAFCTL_FLAGS) -fsanitize=address,undefined \
		-fno-sanitize-recover=all -o $@ $(TRAFCTL_SOURCES)

out/test/fuzz-snapshot: test/tools/fuzz.c $(TRAFCTL)
	mkdir -p out/test
	clang -O1 -g $(WARNINGS) $(TRAFCTL_FLAGS) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $< $(filter-out tools/trafctl.c, $(TRAFCTL_SOURCES))

# What the scenarios need in the guest.
TEST_PROGRAMS := $(addprefix out/test/, blast captures drain pester stuck swarm talk)
CRAFT := out/test/craft/libxt_traffic.so
KEEP := out/test/keep/libxt_KEEP.so
FAIL := out/test/fail.so

out/test/blast out/test/captures: test/e2e/truth.c test/e2e/truth.h
out/test/blast out/test/swarm out/test/talk: test/e2e/place.c test/e2e/place.h
out/test/swarm: test/bench/bench_hook.h
out/test/%: test/e2e/%.c
	mkdir -p out/test
	$(CC) $(CFLAGS) $(WARNINGS) -pthread -o $@ $(filter %.c,$^)

$(CRAFT): test/e2e/craft.c kmod/xt_traffic.h
$(KEEP): test/e2e/keep.c
$(CRAFT) $(KEEP):
	mkdir -p $(dir $@)
	$(CC) $(CFLAGS) $(WARNINGS) -fPIC -shared -Ikmod \
		$$(pkg-config --cflags xtables) -o $@ $<

$(FAIL): test/e2e/fail.c test/bench/bench_hook.h
	mkdir -p out/test
	$(CC) $(CFLAGS) $(WARNINGS) -fPIC -shared -o $@ $<

.PHONY: test-programs
test-programs: $(TEST_PROGRAMS) $(CRAFT) $(KEEP) $(FAIL) bench-hook

# The bench: its module for the same kernel, beside which one of the scenarios is built,
# its driver, and the peer that has to be built.
BENCH_OUT := out/bench-$(KVER)
BENCH_SOURCES := $(wildcard test/bench/bench_hook.[ch]) test/e2e/xt_KEEP.c test/bench/Kbuild

out/test/clocked: test/bench/clocked.c
	mkdir -p out/test
	$(CC) $(CFLAGS) $(WARNINGS) -o $@ $<

out/test/drive: test/bench/drive.c test/bench/bench_hook.h $(wildcard test/e2e/truth.[ch] test/e2e/place.[ch])
	mkdir -p out/test
	$(CC) $(CFLAGS) $(WARNINGS) -pthread -Itest/e2e -o $@ $(filter %.c,$^) -lm

$(BENCH_OUT)/bench_hook.ko: $(BENCH_SOURCES)
	mkdir -p $(BENCH_OUT)/hook
	ln -sf $(abspath $(BENCH_SOURCES)) $(BENCH_OUT)/hook/
	+$(MAKE) -C $(KDIR) M=$(abspath $(BENCH_OUT))/hook modules
	cp $(BENCH_OUT)/hook/xt_KEEP.ko $(BENCH_OUT)/hook/bench_hook.ko $(BENCH_OUT)/

$(BENCH_OUT)/xt_ACCOUNT.ko:
	test/bench/peers.sh $(KVER)

.PHONY: bench-hook bench-programs
bench-hook: $(BENCH_OUT)/bench_hook.ko out/test/drive
bench-programs: bench-hook out/test/clocked $(BENCH_OUT)/xt_ACCOUNT.ko $(KO) $(SO)

# They name the programs that they run.
UNITS := $(notdir $(wildcard tools/systemd/ipt_traffic*))
DROPIN := nftables.service.d/ipt_traffic-mirror.conf
out/systemd/rules $(addprefix out/systemd/, $(UNITS)): out/systemd/%: tools/systemd/% FORCE
	@mkdir -p out/systemd
	@sed 's,@SBINDIR@,$(SBINDIR),; s,@LIBEXECDIR@,$(LIBEXECDIR),' $< >$@

.PHONY: FORCE
FORCE:

.PHONY: install
install: $(KO) $(SO) $(TRAFCTL) $(addprefix out/systemd/, rules $(UNITS))
	install -D -m 644 -t $(DESTDIR)$(MODDIR) $(KOUT)/*.ko
	install -D -m 755 -s $(SO) $(DESTDIR)$(XTLIBDIR)/libxt_traffic.so
	install -D -m 755 -s $(TRAFCTL) $(DESTDIR)$(SBINDIR)/trafctl
	install -D -m 644 libxt/iptables-traffic.8 \
		$(DESTDIR)$(MANDIR)/man8/iptables-traffic.8
	install -D -m 644 tools/trafctl.8 $(DESTDIR)$(MANDIR)/man8/trafctl.8
	install -D -m 644 tools/trafctl.bash $(DESTDIR)$(COMPLETIONDIR)/trafctl
	install -D -m 755 out/systemd/rules $(DESTDIR)$(LIBEXECDIR)/ipt_traffic/rules
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) $(addprefix out/systemd/, $(UNITS))
	install -D -m 644 tools/systemd/$(DROPIN) $(DESTDIR)$(UNITDIR)/$(DROPIN)
	$(if $(DESTDIR),,depmod -a $(KVER))

.PHONY: uninstall
uninstall:
	rm -f $(addprefix $(DESTDIR)$(MODDIR)/, $(MODULES)) \
		$(DESTDIR)$(XTLIBDIR)/libxt_traffic.so \
		$(DESTDIR)$(SBINDIR)/trafctl \
		$(DESTDIR)$(MANDIR)/man8/iptables-traffic.8 \
		$(DESTDIR)$(MANDIR)/man8/trafctl.8 \
		$(DESTDIR)$(COMPLETIONDIR)/trafctl \
		$(DESTDIR)$(LIBEXECDIR)/ipt_traffic/rules \
		$(addprefix $(DESTDIR)$(UNITDIR)/, $(UNITS) $(DROPIN))
	-rmdir --ignore-fail-on-non-empty $(DESTDIR)$(LIBEXECDIR)/ipt_traffic \
		$(DESTDIR)$(UNITDIR)/$(dir $(DROPIN))
	$(if $(DESTDIR),,depmod -a $(KVER))

.PHONY: print-kver
print-kver:
	@echo $(KVER)

.PHONY: lint
lint:
	test/lint/run.sh

.PHONY: test
test:
	test/run.sh

.PHONY: clean
clean:
	rm -rf out ipt_traffic.ko libxt_traffic.so
