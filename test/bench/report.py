#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""One Markdown report of what the runs of the bench have left.

	report.py DIRECTORY...

reads speed.tsv and facts.tsv of each directory, and candidates.tsv beside this file.

speed.tsv: rig, sequence, mix, addresses, CPUs; name, CPU, round, p10, p50, p90, mean
facts.tsv: what, size, value, unit (see guest.sh, read.sh and restore.sh)

The first round of a run is warming up and left out, if there are three or
more. On one CPU p10 is that of the quickest round: what slows down a whole
round is somebody else's work. On several it is the median of the rounds, as
the quickest one may be that in which the others did not run. p50 is always the
median of the rounds. "net" is what is left when the baseline's of the same run
is taken off; the spread is from the round with the smallest net p10 to the one
with the greatest, round by round.
"""
import collections
import pathlib
import statistics
import sys

Key = collections.namedtuple("Key", "rig sequence mix size cpus")
Net = collections.namedtuple("Net", "p10 p50 least most")

# What the first columns of the report are named after.
RIGS = {
    "icount": "instructions (stock kernel, QEMU -icount)",
    "uml": "ns (User-mode Linux, native speed)",
    "uml2": "ns (User-mode Linux, native speed, two processors)",
}
INSTRUCTIONS, NATIVE, NATIVE2 = "icount", "uml", "uml2"


def read_lines(path):
    with open(path, encoding="ascii") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


class Speed:
    """p10 and p50 of the whole hook, for each run, candidate and round."""

    def __init__(self, baselines):
        self.baselines = baselines
        self.calibrations = collections.defaultdict(list)
        self.rounds = collections.defaultdict(lambda: collections.defaultdict(dict))

    def read(self, path):
        for fields in read_lines(path):
            key = Key(fields[0], fields[1], fields[2], int(fields[3]), int(fields[4]))
            if fields[5] == "calibrate":
                self.calibrations[key.rig].append(int(fields[6]))
                continue
            name, _cpu, number, p10, p50 = fields[5:10]
            rounds = self.rounds[key][name]
            figures = (float(p10), float(p50))
            # Of several CPUs the slower one counts.
            rounds[int(number)] = tuple(map(max, figures, rounds.get(int(number), figures)))

    def figures(self, key, name):
        """[(p10, p50)] of the rounds that count."""
        rounds = self.rounds.get(key, {}).get(name, {})
        numbers = sorted(rounds)
        return [rounds[number] for number in (numbers[1:] if len(numbers) >= 3 else numbers)]

    def whole(self, key, name):
        figures = self.figures(key, name)
        if not figures:
            return None
        p10s, p50s = zip(*figures)
        typical = min if key.cpus == 1 else statistics.median
        return typical(p10s), statistics.median(p50s)

    def net(self, key, name):
        baseline = self.baselines.get(name)
        whole, floor = self.whole(key, name), self.whole(key, baseline)
        if not whole or not floor:
            return None
        pairs = zip(self.figures(key, name), self.figures(key, baseline))
        spread = [ours[0] - base[0] for ours, base in pairs]
        return Net(whole[0] - floor[0], whole[1] - floor[1], min(spread), max(spread))


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def number(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"


def ratio(value, of):
    return None if value is None or not of else value / of


class Report:
    def __init__(self, speed, facts, candidates):
        self.speed = speed
        self.facts = facts
        self.candidates = candidates

    def net(self, rig, size, name, column="p10", **other):
        key = Key(rig, other.get("sequence", "uniform"), other.get("mix", "all"), size,
                  other.get("cpus", 1))
        net = self.speed.net(key, name)
        return None if net is None else getattr(net, column)

    def factor(self, size, name):
        """How much longer a packet takes with two CPUs on the same addresses."""
        one, two = (self.speed.whole(Key(NATIVE2, "uniform", "all", size, cpus), name)
                    for cpus in (1, 2))
        return two[0] / one[0] if one and two else None

    def fact(self, what, size=None):
        found = [value for (name, at), value in self.facts.items()
                 if name == what and (size is None or at == size)]
        return found[-1] if found else None

    def most_lost(self):
        """By any form of ours, the shared page among them."""
        lost = [self.fact(f"lost-{name}-bytes") for name, words in self.candidates.items()
                if "ours" in words]
        return max((value for value in lost if value is not None), default=None)

    # Rows: what is measured, the peer or limit, ours, the ratio, the goal, whether
    # it is met.
    def row(self, what, peer, ours, goal, value=None, bound=None, digits=1):
        value = ours if value is None else value
        met = "–" if value is None or bound is None else "yes" if value <= bound else "**no**"
        return (what, peer if isinstance(peer, str) else number(peer, digits),
                number(ours, digits), goal, met)

    def share_row(self, what, peer, ours, bound, peer_name="", digits=1):
        share = ratio(ours, peer)
        shown = number(ours, digits) + (f" = {share:.2f} ×" if share is not None else "")
        met = "–" if share is None else "yes" if share <= bound else "**no**"
        return (what, f"{number(peer, digits)} {peer_name}".strip(), shown, f"≤ {bound} ×", met)

    def goals(self):
        at = 4096
        traffic = self.net(INSTRUCTIONS, at, "traffic", "p50")
        yield self.row("instructions a packet, net, `--traffic`, /20, iptables-legacy",
                       self.net(INSTRUCTIONS, at, "account", "p50"), traffic, "≤ 110", bound=110)
        yield self.row("the same through iptables-nft",
                       self.net(INSTRUCTIONS, at, "account-nft", "p50"),
                       self.net(INSTRUCTIONS, at, "traffic-nft", "p50"), "≤ 185", bound=185)
        for mix, words, bound in (("all", "mean of the mix", 1.6), ("udp", "UDP alone", 2.6)):
            yield self.share_row(f"all three tables, packets that open nothing, {words}",
                                 self.net(INSTRUCTIONS, at, "traffic", "p50", mix=mix),
                                 self.net(INSTRUCTIONS, at, "all", "p50", mix=mix), bound,
                                 "`--traffic`")
        yield from self.outside_goals(at)
        for size, bound in ((256, 0.75), (4096, 0.75), (65536, 0.8), (1048576, 0.65)):
            yield self.share_row(f"native ns a packet, net, p10, {size:,} addresses",
                                 self.net(NATIVE, size, "account"),
                                 self.net(NATIVE, size, "traffic"), bound)
        for size in (256, 4096, 65536):
            account = number(self.factor(size, "account"))
            yield self.share_row(f"two CPUs against one, {size:,} addresses, whole hook",
                                 self.factor(size, "flat-percpu"), self.factor(size, "traffic"),
                                 1.1, f"shares nothing; {account} xt_ACCOUNT", digits=2)
        yield self.row("updates lost under four CPUs, bytes", self.fact("lost-account-bytes"),
                       self.most_lost(), "0", bound=0, digits=0)
        for cpus in (1, 2, 4):
            yield self.row(f"memory, every address of a /12 active, {cpus} CPU counting, bytes an "
                           "address and CPU",
                           self.fact(f"memory-dense-account-{cpus}-bytes"),
                           ratio(self.fact(f"memory-dense-traffic-{cpus}-bytes"), cpus), "≤ 104",
                           bound=104)
        for protocols, words in (("udp", "one protocol"), ("all", "all three classes")):
            yield self.row(f"memory, one active address in each /24, {words}, bytes",
                           self.fact(f"memory-sparse-account-{protocols}-bytes"),
                           self.fact(f"memory-sparse-traffic-{protocols}-bytes"), "≤ 4,608",
                           bound=4608, digits=0)
        yield self.row("memory of all three tables, /12, four CPUs, bound 64 MiB, bytes", "–",
                       self.fact("memory-bounded-bytes"), "≤ 67,108,864", bound=64 << 20,
                       digits=0)
        yield self.share_row("past the memory bound, instructions, net",
                             self.net(INSTRUCTIONS, at, "account", "p50"),
                             self.net(INSTRUCTIONS, at, "bound", "p50"), 1.0)
        yield self.share_row("past the memory bound, native ns, net, p10",
                             self.net(NATIVE, at, "account"), self.net(NATIVE, at, "bound"), 1.0)
        yield from self.reading_goals()

    def outside_goals(self, size):
        """A match that is false spares the rule its own counters and target."""
        key = Key(INSTRUCTIONS, "uniform", "all", size, 1)
        floor, false, ours = (self.speed.whole(key, name)
                              for name in ("ipt1", "mark-miss", "outside"))
        ours_net = ours[1] - floor[1] if ours and floor else None
        yield self.row("a packet outside of the network, net of a rule without a match",
                       number(false[1] - floor[1] if false and floor else None) + " `-m mark`",
                       ours_net, "≤ 45", bound=45)

    def reading_goals(self):
        size = 1048576
        plain = self.fact("read-plain-ms", size)
        yield self.share_row("1 Mi rows to user space, `cat NAME`, ms",
                             self.fact("read-iptaccount-ms", size), plain, 1.15)
        unit = "instructions-per-row"
        yield self.row("instructions a row read", self.fact(f"read-iptaccount-{unit}", 65536),
                       self.fact(f"read-plain-{unit}", 65536), "≤ 2,500", bound=2500, digits=0)
        yield self.share_row("a consuming pass, from the second on, ms", plain,
                             self.fact("read-consuming-ms", size), 1.3, "plain read")
        for flavour, words in (("", "iptables-legacy"), ("-nft", "iptables-nft")):
            ours = self.fact(f"restore-traffic{flavour}-ms", 10000)
            yield self.share_row(f"restore of 10,000 rules in 100 tables, {words}, ms",
                                 self.fact(f"restore-recent{flavour}-ms", 10000), ours, 1.2,
                                 "`-m recent`")
            yield self.share_row(f"twice the rules, {words}, ms",
                                 self.fact(f"restore-traffic{flavour}-ms", 5000), ours, 2.2,
                                 "5,000 rules")

    def details(self):
        groups = collections.defaultdict(list)
        for key in self.speed.rounds:
            groups[key.rig, key.cpus, key.sequence, key.mix].append(key)
        for (rig, cpus, sequence, mix), keys in groups.items():
            keys.sort(key=lambda key: key.size)
            yield f"### {RIGS.get(rig, rig)}; {cpus} CPU, {sequence}, mix: {mix}"
            yield ""
            yield "Whole hook p10; net p10 / p50 (spread of net p10 over the rounds)."
            yield ""
            yield from table(["", *(f"{key.size:,}" for key in keys)],
                             list(self.detail_rows(keys)))

    def detail_rows(self, keys):
        for name, words in self.candidates.items():
            cells = [self.detail_cell(key, name) for key in keys]
            if any(cells):
                yield (words, *(cell or "–" for cell in cells))

    def detail_cell(self, key, name):
        whole, net = self.speed.whole(key, name), self.speed.net(key, name)
        if not whole:
            return None
        if not net:
            return number(whole[0])
        return (f"{number(whole[0])}; **{number(net.p10)}** / {number(net.p50)} "
                f"({number(net.least)}…{number(net.most)})")

    def fact_rows(self):
        for (what, size), value in self.facts.items():
            yield (what, f"{size:,}" if size else "", number(value, 2))

    def lines(self):
        yield "## Goals"
        yield ""
        yield from table(["measured", "peer", "ours", "goal", "met"], self.goals())
        yield "## Time and instructions a packet"
        yield ""
        for rig, calibrations in self.speed.calibrations.items():
            yield f"* {rig}: two million instructions read as {min(calibrations):,}…" \
                  f"{max(calibrations):,} {RIGS.get(rig, rig).split()[0]}"
        yield ""
        yield from self.details()
        if self.facts:
            yield "## Memory, reading, restoring"
            yield ""
            yield from table(["what", "size", "value"], self.fact_rows())


def main():
    names = {fields[0]: fields for fields in
             read_lines(pathlib.Path(__file__).with_name("candidates.tsv"))}
    speed = Speed({name: fields[1] for name, fields in names.items()})
    facts = {}
    for directory in map(pathlib.Path, sys.argv[1:]):
        if (directory / "speed.tsv").exists():
            speed.read(directory / "speed.tsv")
        if (directory / "facts.tsv").exists():
            for what, size, value, unit in read_lines(directory / "facts.tsv"):
                facts[what if unit == "" else f"{what}-{unit}", int(size)] = float(value)
    report = Report(speed, facts, {name: fields[2] for name, fields in names.items()})
    print("\n".join(report.lines()))


if __name__ == "__main__":
    main()
