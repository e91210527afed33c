#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Which folder may include which: the layers of Qombu as a test.

A room is a folder of module/; those of client/, virtual/ and transports/ are rooms of their own. A
public header belongs to the room that defines it (module/ROOM/NAME.cpp), or to core when it is
nothing but a header; those of client/ are a room named "client", which all of client/ may include.
And a file that no header bears the name of is the other half of something.
"""

import re
from pathlib import Path

from sourcetree import Finding, cpp_files, run

# Room -> the rooms it may include besides itself. This table is the architecture.
ROOMS = {
    "core": set(),
    "hub": {"core"},
    "net": {"core", "hub"},
    "content": {"core"},
    "port": {"core"},
    "virtual/envelope": {"core"},
    "virtual/routing": {"core"},
    "virtual/queueing": {"core"},
    "client": {"core", "hub"},
    "client/courier": {"core", "hub", "client"},
    "client/handles": {"core", "hub", "content", "port", "client", "client/courier"},
    "client/engine": {"core", "hub", "content", "port", "client", "client/courier"},
    "transports": {"core", "hub", "net", "port", "virtual/envelope", "virtual/routing",
                   "virtual/queueing"},
}
ROOMS_INSIDE = {"client", "virtual", "transports"}

# Files without a header of their name -> where what they define is declared.
ONE_CLASS_ONE_FILE_EXCEPT = {
    "module/core/jsonnumber.cpp": "jsonwriter_p.h",
    "module/core/jsonstring.cpp": "jsonwriter_p.h",
    "module/hub/threadhubs.cpp": "Qombu/hub.h: the Hubs that threads share",
    "module/virtual/envelope/envelopesplice.cpp": "envelope.h, functions",
    "module/virtual/envelope/envelopewriter.cpp": "envelope.h, functions",
}

# Room of the inspector -> the rooms of the inspector it must not include.
INSPECTOR_FORBIDS = {
    "decoders": {"app", "views", "models", "broker", "profiles"},
    "profiles": {"app", "views", "models", "broker", "decoders"},
    "broker": {"app", "views", "models"},
    "models": {"app", "views"},
    "views": {"app"},
}

# What inspector/ and qml/ compile in from module/, where the library's own part exports nothing.
PROGRAMS_MAY_INCLUDE = {"inspector/cli/help.cpp": {"core/editdistance_p.h"}}

# Header pattern -> (the only files that may include it, rule).
RESERVED = [
    (r"(sys/(socket|un)|netinet/\w+|arpa/inet|netdb)\.h", r"module/net/posixsocket\.cpp",
     "only net/posixsocket.cpp speaks to sockets"),
    (r"sys/(epoll|eventfd)\.h", r"module/hub/.*", "only hub/ waits for descriptors"),
    (r"hiredis/.*", r"module/transports/\w+/wire/.*", "only wire/ includes hiredis"),
    (r"port/(?!transportregistry\.h).*", r"(?!module/client/handles/).*",
     "handles/ know nothing of the port but the registry"),
    (r"(rabbitmq-c/|amqp).*\.h", r"module/transports/\w+/wire/.*", "only wire/ includes rabbitmq-c"),
]
RESERVED_IN = re.compile(r"(module|inspector|qml)/")

# wire/ is bytes and a time in, bytes and events out.
NOT_IN_WIRE = re.compile(
    r"(QtCore/)?(QObject|qobject\.h|QTimer|qtimer\.h|QIODevice|qiodevice\.h|QSocketNotifier)$"
    r"|QtNetwork/|(Q\w+Socket|QNetwork\w+|QHost\w+|QSsl\w+)$")

# Clock, timers and random numbers come from the Hub, so that simulated time can replace them.
HUB_ONLY = re.compile(
    r"(steady_clock|system_clock|high_resolution_clock)::now\b|\bclock_gettime\b|\bgettimeofday\b"
    r"|\bQ(Basic|Elapsed|Deadline)?Timer\b|\bQRandomGenerator\b|\bstd::random_device\b"
    r"|\bcurrent(DateTime|DateTimeUtc|MSecsSinceEpoch|SecsSinceEpoch)\b|\bQSocketNotifier\b")
# core/pending.cpp: Pending::wait() turns the caller's loop until its own deadline, under any Hub.
HUB_ONLY_EXCEPT = re.compile(r"module/(hub/|core/pending\.cpp$)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def without_comments(text):
    """Replaces comments and string literals by blanks; line numbers stay."""
    return COMMENT_OR_TEXT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def room_of(name):
    """module/hub/x.h -> hub; module/transports/redis/wire/x.h -> transports/redis; None: in none."""
    parts = name.parts
    if parts[0] != "module" or len(parts) < 3 or parts[1] == "include":
        return None
    return "/".join(parts[1:3]) if parts[1] in ROOMS_INSIDE and len(parts) > 3 else parts[1]


def allowed(room, other):
    if room == other or other is None:
        return True
    return other in may_include(room)


def may_include(room):
    """None for a room that the table does not know."""
    return ROOMS.get("transports" if room.startswith("transports/") else room)


class Tree:
    def __init__(self, root):
        self.root = root
        self.names = list(cpp_files(root))
        self.known = set(self.names)
        self.definers = {}
        for name in self.names:
            room = room_of(name)
            if room and name.suffix == ".cpp":
                self.definers.setdefault(name.stem, room)

    def room_of_public(self, header):
        """Room of <Qombu/header>, or None for the header that includes all."""
        stem = Path(header).stem.lower()
        room = None if stem == "qombu" else self.definers.get(stem, "core")
        return "client" if room and room.startswith("client/") else room

    def has_header_of_its_name(self, name):
        public = Path("module/include/Qombu", f"{name.stem}.h")
        own = [name.with_name(f"{name.stem}{ending}") for ending in (".h", "_p.h")]
        return not self.known.isdisjoint([public, *own])

    def resolve(self, name, included):
        """The project file that #include "included" means in the file called name, or None."""
        tops = {"module": ["module"], "inspector": ["inspector"], "qml": ["qml"],
                "tests": ["tests", "module", "inspector", "qml"]}.get(name.parts[0], [])
        for folder in [name.parent, *map(Path, tops), Path(".")]:
            if folder / included in self.known:
                return folder / included
        return None


def check_module_include(tree, name, quote, included):
    room = room_of(name)
    if room is None and name.parts[1] == "include":
        room = tree.room_of_public(name.name)
    if room is None:
        return
    if included.startswith("Qombu/"):
        other = tree.room_of_public(included)
        if not allowed(room, other):
            yield f"{room}/ may not include {other}/ (<{included}>)"
        if "wire" in name.parts and other in {"hub", "net"}:
            yield f"wire/ may not include {other}/ (<{included}>)"
    elif quote == '"':
        target = tree.resolve(name, included)
        if target is None:
            if not re.search(r"^(moc_|ui_)|\.moc$", included):
                yield f'no such header: "{included}"'
            return
        if target.parts[0] != "module":
            yield f'module/ may not include {target.parts[0]}/ ("{included}")'
        elif not allowed(room, room_of(target)):
            yield f'{room}/ may not include {room_of(target)}/ ("{included}")'
        elif "wire" in name.parts and room_of(target) in {"hub", "net"}:
            yield f'wire/ may not include {room_of(target)}/ ("{included}")'
    if "wire" in name.parts and NOT_IN_WIRE.match(included):
        yield f"wire/ is without I/O and objects: no <{included}>"
    if "include" in name.parts[:2] and not re.match(r"Qombu/|Qt?[A-Z]\w*/|[a-z_]+$", included):
        yield f"a public header includes Qombu, Qt and the standard library only, not <{included}>"


def check_program_include(tree, name, quote, included):
    """inspector/ and qml/ stand on the public headers, like anybody's program."""
    top = name.parts[0]
    if quote != '"':
        return
    target = tree.resolve(name, included)
    if target is None:
        if included in PROGRAMS_MAY_INCLUDE.get(name.as_posix(), ()):
            return
        if (tree.root / "module" / included).exists():
            yield f'{top}/ may include <Qombu/...> and its own headers only, not "{included}"'
        return
    if target.parts[0] != top:
        yield f'{top}/ may include <Qombu/...> and its own headers only, not "{included}"'
    elif top == "inspector" and len(name.parts) > 2 and len(target.parts) > 2 \
            and target.parts[1] in INSPECTOR_FORBIDS.get(name.parts[1], ()):
        yield f'inspector/{name.parts[1]}/ may not include {target.parts[1]}/ ("{included}")'


def check_place(tree, name):
    room = room_of(name)
    if room is None:
        return
    if may_include(room) is None:
        yield Finding(name.as_posix(), 1, f"{room}/ is not in the table of rooms")
    if name.suffix == ".cpp" and name.as_posix() not in ONE_CLASS_ONE_FILE_EXCEPT \
            and not tree.has_header_of_its_name(name):
        yield Finding(name.as_posix(), 1, f"no header is called {name.stem}.h or {name.stem}_p.h: "
                      "a class lives in one .cpp, which bears its name")


def check_file(tree, name):
    text = (tree.root / name).read_text(encoding="utf-8", errors="replace")
    yield from check_place(tree, name)
    if room_of(name) and may_include(room_of(name)) is None:
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, included = match.groups()
        rules = []
        if name.parts[0] == "module":
            rules += check_module_include(tree, name, quote, included)
        elif name.parts[0] in {"inspector", "qml"}:
            rules += check_program_include(tree, name, quote, included)
        for pattern, only, rule in RESERVED:
            if re.fullmatch(pattern, included) and RESERVED_IN.match(name.as_posix()) \
                    and not re.fullmatch(only, name.as_posix()):
                rules.append(f"{rule} (<{included}>)")
        for rule in rules:
            yield Finding(name.as_posix(), number, rule)
    if name.parts[0] == "module" and not HUB_ONLY_EXCEPT.match(name.as_posix()):
        for number, line in enumerate(without_comments(text).splitlines(), 1):
            match = HUB_ONLY.search(line)
            if match:
                yield Finding(name.as_posix(), number,
                              f"clock, timers and random numbers come from the Hub ({match[0]})")


def check(root):
    tree = Tree(root)
    for name in tree.names:
        yield from check_file(tree, name)


if __name__ == "__main__":
    run(check)
