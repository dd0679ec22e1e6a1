#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Says whether what a litmus test asks for can happen in the Linux kernel.

    check.py FILE... [--known FILE...]

Goes through every execution that there may be: each read takes its value from any
write to the same place, and the writes of a place follow one another in any order.
What is left, is what the kernel's memory model allows (explanation.txt of
tools/memory-model, in Debian's linux-source; Alglave et al., ASPLOS 2018), without
locks, RCU's grace periods and plain accesses, which are refused. Herd7, which is made
for this, is not in Debian.

A file's comment says "Result: Never" or "Result: Sometimes". It may also say
"Sometimes without: NAME...": each of these functions is needed then, as without its
ordering the outcome is possible. Prints a line for each of these claims, and fails if one
is wrong, or about something that is not modelled; files that are --known may be about such
things.
"""

import itertools
import re
import sys


class Unsupported(Exception):
    pass


# --- what is in a file -------------------------------------------------------------

TOKEN = re.compile(r"\s*(\w+|/\\|\\/|==|!=|[^\w\s])")


class Parser:
    """Statements become nested tuples, expressions too."""

    def __init__(self, text):
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token):
        got = self.next()
        if got != token:
            raise Unsupported(f"'{got}' in place of '{token}'")

    def block(self):
        self.expect("{")
        statements = []
        while self.peek() != "}":
            statements += self.statement()
        self.expect("}")
        return statements

    def statement(self):
        if self.peek() == "{":
            return self.block()
        if self.peek() == "if":
            self.next()
            self.expect("(")
            condition = self.expression()
            self.expect(")")
            then = self.statement()
            otherwise = []
            if self.peek() == "else":
                self.next()
                otherwise = self.statement()
            return [("if", condition, then, otherwise)]
        if self.is_declaration():
            while self.next() != ";":
                pass
            return []
        if self.peek(1) == "=":
            register = self.next()
            self.next()
            statement = ("set", register, self.expression())
        else:
            statement = ("do", self.expression())
        self.expect(";")
        return [statement]

    def is_declaration(self):
        """TYPE *NAME; or TYPE NAME;"""
        return re.match(r"\w", self.peek()) and (
            self.peek(1) == "*" or re.match(r"\w", self.peek(1) or ""))

    def expression(self):
        left = self.operand()
        while self.peek() in ("==", "!=", "+", "-", "^", "&"):
            operator = self.next()
            left = ("op", operator, left, self.operand())
        return left

    def operand(self):
        token = self.next()
        if token == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        if token in ("*", "&"):
            return ("deref" if token == "*" else "address", self.operand())
        if self.peek() == "(":
            self.next()
            arguments = []
            while self.peek() != ")":
                arguments.append(self.expression())
                if self.peek() == ",":
                    self.next()
            self.next()
            return ("call", token, arguments)
        return ("number", int(token)) if token.isdigit() else ("name", token)


class Test:
    def __init__(self, path):
        with open(path) as file:
            text = file.read()
        self.path = path
        self.result = re.search(r"Result: (\w+)", text).group(1)
        needed = re.search(r"Sometimes without: ([\w, ]+)", text)
        self.needed = re.findall(r"\w+", needed.group(1)) if needed else []
        text = re.sub(r"\(\*\s.*?\*\)", "", text, flags=re.S)
        text = re.sub(r"//.*", "", text)
        self.memory = self.parse_memory(re.search(r"^\{\}|^\{(.*?)^\}", text, re.S | re.M))
        self.threads = []
        for match in re.finditer(r"^P\d+\s*\(([^)]*)\)\s*", text, re.M):
            parameters = re.findall(r"(\w+)\s*(?:,|$)", match.group(1))
            self.threads.append((parameters, Parser(text[match.end():]).block()))
        self.condition = re.search(r"^exists\s*\((.*)\)\s*$", text, re.S | re.M).group(1)

    @staticmethod
    def parse_memory(match):
        memory = {}
        for entry in (match.group(1) or "").split(";"):
            if entry.strip():
                name, value = re.fullmatch(r"[\w\s*]*?(\w+)\s*=\s*&?(\w+)\s*", entry.strip()).groups()
                memory[name] = int(value) if value.isdigit() else value
        return memory

    def holds(self, registers, memory):
        """Whether an outcome is the one asked for."""
        def value(match):
            thread, register, place, wanted = match.groups()
            if register:
                got = registers[int(thread)].get(register, 0)
            else:
                got = memory.get(place, self.memory.get(place, 0))
            return str(str(got) == wanted)

        text = re.sub(r"(?:(\d+):(\w+)|(\w+))\s*=\s*&?(\w+)", value, self.condition)
        text = text.replace("/\\", " and ").replace("\\/", " or ").replace("~", " not ")
        return eval(" ".join(text.split()))


# --- what a thread may do ----------------------------------------------------------

class Event:
    """A read or a write of a place, or a fence."""

    def __init__(self, thread, kind, place=None, value=None, order=None, address=(), data=(),
                 control=()):
        self.thread, self.kind, self.place, self.value, self.order = \
            thread, kind, place, value, order
        self.address, self.data, self.control = set(address), set(data), set(control)
        self.after_read = None  # of the same atomic operation


class Thread:
    """Runs a thread once, with reads that give what is told."""

    def __init__(self, number, parameters, statements, values, dropped):
        self.number = number
        self.values = list(values)
        self.missing = None  # a place of which one more value is wanted
        self.dropped = dropped
        self.events = []
        self.control = set()
        self.registers = {name: (name, set()) for name in parameters}
        self.run(statements)
        self.outcome = {name: value for name, (value, _) in self.registers.items()}

    def run(self, statements):
        for statement in statements:
            if self.missing is not None:
                return
            if statement[0] == "if":
                value, reads = self.evaluate(statement[1])
                self.control |= reads
                self.run(statement[2] if value else statement[3])
            elif statement[0] == "set":
                self.registers[statement[1]] = self.evaluate(statement[2])
            else:
                self.evaluate(statement[1])

    def evaluate(self, expression):
        """The value, and the reads that it depends on."""
        kind = expression[0]
        if kind == "number":
            return expression[1], set()
        if kind == "name":
            return self.registers.get(expression[1], (0, set()))
        if kind == "op":
            (left, a), (right, b) = self.evaluate(expression[2]), self.evaluate(expression[3])
            operator = expression[1]
            result = {"==": lambda: int(left == right), "!=": lambda: int(left != right),
                      "+": lambda: left + right, "-": lambda: left - right,
                      "^": lambda: left ^ right, "&": lambda: left & right}[operator]()
            return result, a | b
        if kind == "call":
            return self.call(expression[1], expression[2])
        raise Unsupported("a plain access")

    def place(self, expression):
        """What is meant by *NAME, or by a pointer."""
        if expression[0] == "deref":
            expression = expression[1]
        return self.evaluate(expression)

    def add(self, kind, *arguments, **settings):
        self.events.append(Event(self.number, kind, *arguments, control=self.control, **settings))
        return len(self.events) - 1

    def read(self, pointer, order=None):
        place, reads = pointer
        event = self.add("R", place, None, order, address=reads)
        if self.values:
            value = self.values.pop(0)
        else:
            self.missing, value = place, 0
        self.events[event].value = value
        return value, {event}

    def write(self, pointer, value, order=None):
        place, reads = pointer
        return self.add("W", place, value[0], order, address=reads, data=value[1])

    def exchange(self, function, pointer, arguments):
        acquire = function not in self.dropped and function.endswith("_acquire")
        full = function not in self.dropped and not function.endswith(("_relaxed", "_acquire"))
        if full:
            self.add("F", order="mb")
        value, reads = self.read(pointer, "acquire" if acquire else None)
        (read,) = reads
        if self.missing is None and (function.startswith("xchg") or value == arguments[0][0]):
            written = self.write(pointer, arguments[-1])
            self.events[written].after_read = read
            if full:
                self.add("F", order="mb")
        elif full:
            # One that fails orders nothing.
            del self.events[-2]
            return value, {read - 1}
        return value, reads

    def call(self, function, arguments):
        order = {"smp_store_release": "release", "rcu_assign_pointer": "release",
                 "smp_load_acquire": "acquire"}.get(function)
        if function in self.dropped:
            order = None
        if function in ("READ_ONCE", "rcu_dereference", "smp_load_acquire"):
            return self.read(self.place(arguments[0]), order)
        if function in ("WRITE_ONCE", "rcu_assign_pointer", "smp_store_release"):
            self.write(self.place(arguments[0]), self.evaluate(arguments[1]), order)
        elif function in ("smp_mb", "smp_rmb", "smp_wmb"):
            if function not in self.dropped:
                self.add("F", order=function.removeprefix("smp_"))
        elif function in ("cmpxchg", "xchg", "xchg_acquire", "cmpxchg_relaxed", "xchg_relaxed"):
            return self.exchange(function, self.place(arguments[0]),
                                 [self.evaluate(argument) for argument in arguments[1:]])
        elif function not in ("rcu_read_lock", "rcu_read_unlock"):
            raise Unsupported(function)
        return 0, set()


def runs_of(number, parameters, statements, domain, dropped):
    """All that a thread may do if places have these values."""
    complete, begun = [], [[]]
    while begun:
        values = begun.pop()
        run = Thread(number, parameters, statements, values, dropped)
        if run.missing is None:
            complete.append(run)
        else:
            begun += [values + [value] for value in domain(run.missing)]
    return complete


def all_runs(test, dropped):
    """The runs of each thread, with all values that any of them may write."""
    written = {}

    def domain(place):
        return {test.memory.get(place, 0)} | written.get(place, set())

    while True:
        before = {place: set(values) for place, values in written.items()}
        runs = [runs_of(number, *thread, domain, dropped)
                for number, thread in enumerate(test.threads)]
        for run in itertools.chain(*runs):
            for event in run.events:
                if event.kind == "W":
                    written.setdefault(event.place, set()).add(event.value)
        if written == before:
            return runs


# --- what the memory model allows --------------------------------------------------

class Relation:
    """Of events, by their numbers: for each a set of bits."""

    def __init__(self, size, pairs=()):
        self.rows = [0] * size
        for a, b in pairs:
            self.rows[a] |= 1 << b

    def copy(self, rows):
        result = Relation(0)
        result.rows = rows
        return result

    def __or__(self, other):
        return self.copy([a | b for a, b in zip(self.rows, other.rows)])

    def __and__(self, other):
        return self.copy([a & b for a, b in zip(self.rows, other.rows)])

    def __sub__(self, other):
        return self.copy([a & ~b for a, b in zip(self.rows, other.rows)])

    def then(self, other):
        rows = []
        for row in self.rows:
            reached, i = 0, 0
            while row:
                if row & 1:
                    reached |= other.rows[i]
                row >>= 1
                i += 1
            rows.append(reached)
        return self.copy(rows)

    def inverse(self):
        size = len(self.rows)
        return Relation(size, ((b, a) for a in range(size) for b in range(size)
                               if self.rows[a] >> b & 1))

    def maybe(self):
        return self.copy([row | 1 << i for i, row in enumerate(self.rows)])

    def any_number(self):
        result = self.maybe()
        while True:
            further = result.then(result)
            if further.rows == result.rows:
                return result
            result = further

    def acyclic(self):
        closure = self.then(self.any_number())
        return not any(row >> i & 1 for i, row in enumerate(closure.rows))

    def empty(self):
        return not any(self.rows)


class Execution:
    """What the threads did, before it is said who read from whom."""

    def __init__(self, test, runs):
        self.test = test
        self.events = []
        places = {event.place for run in runs for event in run.events if event.place is not None}
        for place in sorted(places, key=str):
            if not isinstance(place, str):
                raise Unsupported(f"an access to {place}")
            self.events.append(Event(-1, "W", place, test.memory.get(place, 0)))
        self.first = len(self.events)
        self.start = []
        for run in runs:
            self.start.append(len(self.events))
            self.events += run.events
        self.size = len(self.events)
        self.find_order_of_program()

    def relation(self, holds):
        size = range(self.size)
        return Relation(self.size, ((a, b) for a in size for b in size if holds(a, b)))

    def subset(self, holds):
        """Of events, as a relation of each with itself."""
        return self.relation(lambda a, b: a == b and holds(self.events[a]))

    def depends(self, kind):
        """@kind: which of an event's sets of reads; they are numbers within its thread."""
        return Relation(self.size, (
            (self.start[event.thread] + read, number)
            for number, event in enumerate(self.events) if event.thread >= 0
            for read in getattr(event, kind)))

    def find_order_of_program(self):
        events = self.events
        self.po = self.relation(
            lambda a, b: a < b and events[a].thread == events[b].thread >= 0)
        self.same_thread = self.relation(
            lambda a, b: events[a].thread == events[b].thread >= 0)
        self.same_place = self.relation(
            lambda a, b: events[a].place is not None and events[a].place == events[b].place)
        self.identity = self.relation(lambda a, b: a == b)
        reads = self.subset(lambda event: event.kind == "R")
        writes = self.subset(lambda event: event.kind == "W")
        self.memory = reads | writes
        self.rmw = Relation(self.size, (
            (self.start[event.thread] + event.after_read, number)
            for number, event in enumerate(events) if event.after_read is not None))

        def fence(order, kinds):
            at = self.subset(lambda event: event.kind == "F" and event.order == order)
            return kinds.then(self.po).then(at).then(self.po).then(kinds)

        acquires = self.subset(lambda event: event.order == "acquire")
        releases = self.subset(lambda event: event.order == "release")
        self.strong = fence("mb", self.memory)
        self.wmb = fence("wmb", writes)
        self.release = self.memory.then(self.po).then(releases)
        fences = self.strong | self.wmb | fence("rmb", reads) | self.release | \
            acquires.then(self.po).then(self.memory)
        address, data, control = map(self.depends, ("address", "data", "control"))
        self.dependency = address | data
        self.fixed_ppo = (self.dependency | control).then(writes) | address.then(reads) | fences

    def possible_reads(self):
        """For each read the writes that it may have its value from."""
        return [[(source, number) for source, write in enumerate(self.events)
                 if write.kind == "W" and write.place == event.place
                 and write.value == event.value]
                for number, event in enumerate(self.events) if event.kind == "R"]

    def possible_orders(self):
        """For each place all orders of its writes; the first one is that of memory."""
        orders = []
        for first in range(self.first):
            later = [number for number, event in enumerate(self.events)
                     if event.kind == "W" and number >= self.first
                     and event.place == self.events[first].place]
            orders.append([(first, *order) for order in itertools.permutations(later)])
        return orders

    def allowed(self, sources, orders):
        """As linux-kernel.cat has it; names are those used there."""
        rf = Relation(self.size, sources)
        co = Relation(self.size, (pair for order in orders
                                  for pair in itertools.combinations(order, 2)))
        fr = rf.inverse().then(co) - self.identity
        rfe, rfi = rf - self.same_thread, rf & self.same_thread
        overwrite = co | fr
        if not ((self.po & self.same_place) | rf | overwrite).acyclic():
            return False
        if not (self.rmw & (fr - self.same_thread).then(co - self.same_thread)).empty():
            return False

        ppo = self.fixed_ppo | (overwrite & self.same_thread) | self.dependency.then(rfi)
        cumul = rfe.maybe().then(self.strong | self.release) | self.wmb
        prop = (overwrite - self.same_thread).maybe().then(cumul.any_number()).then(rfe.maybe())
        prop = self.memory.then(prop).then(self.memory)
        hb = ppo | rfe | ((prop - self.identity) & self.same_thread)
        if not hb.acyclic():
            return False
        return prop.then(self.strong).then(hb.any_number()).acyclic()

    def memory_after(self, orders):
        return {self.events[order[-1]].place: self.events[order[-1]].value for order in orders}

    def outcome_is_possible(self, registers):
        for orders in itertools.product(*self.possible_orders()):
            if not self.test.holds(registers, self.memory_after(orders)):
                continue
            if any(self.allowed(sources, orders)
                   for sources in itertools.product(*self.possible_reads())):
                return True
        return False


def verdict(test, dropped=()):
    runs = all_runs(test, dropped)
    for combination in itertools.product(*runs):
        registers = [run.outcome for run in combination]
        if Execution(test, combination).outcome_is_possible(registers):
            return "Sometimes"
    return "Never"


# --- all of them -------------------------------------------------------------------

def claim(what, got, wanted):
    print(f"{'PASS' if got == wanted else 'FAIL'} {what}: {got}"
          + ("" if got == wanted else f", and should be: {wanted}"))
    return got == wanted


def main(paths):
    passed = failed = skipped = 0
    known = False
    for path in paths:
        if path == "--known":
            known = True
            continue
        name = path.rsplit("/", 1)[-1].removesuffix(".litmus")
        try:
            test = Test(path)
            results = [claim(name, verdict(test), test.result)]
            results += [claim(f"{name} without {function}", verdict(test, [function]), "Sometimes")
                        for function in test.needed]
        except Unsupported as what:
            print(f"{'SKIP' if known else 'FAIL'} {name}: not modelled: {what}")
            skipped += known
            failed += not known
            continue
        passed += sum(results)
        failed += len(results) - sum(results)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return failed > 0 or not passed


sys.exit(main(sys.argv[1:]))
