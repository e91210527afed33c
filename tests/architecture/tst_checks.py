#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The checks of this folder, on small trees that break one rule each."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
SPDX = "// SPDX-License-Identifier: BSD-3-Clause\n"
HOME = "/" + "home/"  # in two parts, for this file is checked as well

GOOD = {
    "module/include/Qombu/error.h": "#include <QtCore/qstring.h>\n",
    "module/include/Qombu/hub.h": "#include <Qombu/error.h>\n#include <chrono>\n",
    "module/core/error.cpp": "#include <Qombu/error.h>\n",
    "module/hub/hub.cpp": "#include <Qombu/hub.h>\n#include <sys/epoll.h>\n"
                          "auto t = std::chrono::steady_clock::now();\n",
    "module/net/posixsocket.h": "",
    "module/net/posixsocket.cpp": "#include <Qombu/hub.h>\n#include <sys/socket.h>\n",
    "module/port/link.h": "#include <Qombu/error.h>\n",
    "module/port/transportregistry.h": "",
    "module/virtual/envelope/envelope.h": "#include <Qombu/error.h>\n",
    "module/include/Qombu/connection.h": "#include <Qombu/hub.h>\n",
    "module/client/courier/courier.h": "#include <Qombu/connection.h>\n",
    "module/client/engine/engine.h": "#include \"client/courier/courier.h\"\n"
                                     "#include \"port/link.h\"\n#include <Qombu/connection.h>\n",
    "module/client/handles/connection.cpp": "#include \"client/courier/courier.h\"\n"
                                            "#include \"port/transportregistry.h\"\n"
                                            "// steady_clock::now() in a comment\n"
                                            "auto s = \"steady_clock::now()\";\n",
    "module/transports/redis/wire/respreader.h": "#include <hiredis/hiredis.h>\n",
    "module/transports/redis/redislink.h": "",
    "module/transports/redis/redislink.cpp": "#include \"transports/redis/wire/respreader.h\"\n"
                                             "#include \"virtual/envelope/envelope.h\"\n"
                                             "#include \"wire/respreader.h\"\n",
    "inspector/models/queuemodel.h": "#include <Qombu/error.h>\n",
    "inspector/views/queuepage.cpp": "#include \"models/queuemodel.h\"\n",
    "qml/qmlbroker.cpp": "#include <Qombu/hub.h>\n",
}

# A project with one class, documented; check_docs reads it with the real configuration.
DOCUMENTED = {
    "module/include/Qombu/thing.h":
        "#pragma once\n#include <QtCore/qobject.h>\nnamespace Qombu {\n"
        "class Thing : public QObject\n{\n    Q_OBJECT\npublic:\n    Thing();\n"
        "    Thing(const Thing &other);\n    ~Thing() override;\n    int size(int unit) const;\n"
        "Q_SIGNALS:\n    void grown();\nprivate:\n    int m_size = 0;\n};\n} // namespace Qombu\n",
    "module/core/thing.cpp":
        "#include <Qombu/thing.h>\nnamespace Qombu {\n/*!\n    \\class Qombu::Thing\n"
        "    \\inmodule Qombu\n    \\brief A thing.\n*/\n/*! Makes one. */\n"
        "Thing::Thing() = default;\n/*! Returns the size in \\a unit. */\n"
        "int Thing::size(int unit) const { return m_size / unit; }\n"
        "/*!\n    \\fn void Qombu::Thing::grown()\n    It has grown.\n*/\n} // namespace Qombu\n",
    "module/doc/qombu.qdoc":
        "/*!\n    \\module Qombu\n    \\title Things\n    \\brief All things.\n*/\n"
        "/*!\n    \\namespace Qombu\n    \\inmodule Qombu\n    \\brief All.\n*/\n",
    **{f"module/{room}/empty.qdoc": "" for room in ("client", "content", "hub", "net")},
}

BAD_INCLUDES = [
    ("an arrow turned round", "module/core/error.h", '#include "hub/fdwatch.h"\n',
     {"module/hub/fdwatch.h": ""}, "core/ may not include hub/"),
    ("an arrow turned round over a public header", "module/core/pending.cpp",
     "#include <Qombu/hub.h>\n", {}, "core/ may not include hub/"),
    ("a public header over its layer", "module/include/Qombu/error.h", "#include <Qombu/hub.h>\n",
     {}, "core/ may not include hub/"),
    ("the CamelCase name of a header", "module/content/json.cpp", "#include <Qombu/Hub>\n", {},
     "content/ may not include hub/"),
    ("client knows a transport", "module/client/engine/linkkeeper.cpp",
     '#include "transports/redis/wire/respreader.h"\n', {},
     "client/engine/ may not include transports/redis/"),
    ("the engine knows a handle", "module/client/engine/getter.cpp",
     '#include "client/handles/channel_p.h"\n', {"module/client/handles/channel_p.h": ""},
     "client/engine/ may not include client/handles/"),
    ("a handle knows the engine", "module/client/handles/channel_p.h",
     '#include "client/engine/engine.h"\n', {}, "client/handles/ may not include client/engine/"),
    ("the courier knows the engine", "module/client/courier/events.h",
     '#include "client/engine/engine.h"\n', {}, "client/courier/ may not include client/engine/"),
    ("a handle knows a link", "module/client/handles/channel_p.h", '#include "port/link.h"\n', {},
     "handles/ know nothing of the port but the registry"),
    ("one part of virtual/ knows another", "module/virtual/routing/topicpattern.h",
     '#include "virtual/envelope/envelope.h"\n', {},
     "virtual/routing/ may not include virtual/envelope/"),
    ("virtual/ knows the port", "module/virtual/queueing/holdings.h", '#include "port/link.h"\n',
     {}, "virtual/queueing/ may not include port/"),
    ("one transport knows another", "module/transports/memory/store.cpp",
     '#include "transports/redis/wire/respreader.h"\n', {},
     "transports/memory/ may not include transports/redis/"),
    ("sockets outside posixsocket.cpp", "module/net/fdstream.cpp", "#include <sys/socket.h>\n", {},
     "only net/posixsocket.cpp speaks to sockets"),
    ("hiredis outside wire/", "module/transports/redis/redisstore.cpp",
     "#include <hiredis/read.h>\n", {}, "only wire/ includes hiredis"),
    ("an object in wire/", "module/transports/redis/wire/session.h", "#include <QObject>\n", {},
     "wire/ is without I/O and objects"),
    ("the hub in wire/", "module/transports/redis/wire/session.h", "#include <Qombu/hub.h>\n", {},
     "wire/ may not include hub/"),
    ("a clock outside the hub", "module/client/engine/retry.cpp",
     "\nauto t = std::chrono::steady_clock::now();\n", {},
     "clock, timers and random numbers come from the Hub"),
    ("a header nobody has", "module/core/error.h", '#include "core/gone.h"\n', {},
     "no such header"),
    ("a third party's header in public", "module/include/Qombu/queue.h",
     "#include <rapidjson/document.h>\n", {}, "a public header includes"),
    ("the inspector inside the module", "inspector/views/page.cpp",
     '#include "virtual/envelope/envelope.h"\n', {}, "inspector/ may include <Qombu/...>"),
    ("QML inside the module", "qml/qmlbroker.h",
     '#include "../module/virtual/envelope/envelope.h"\n', {}, "qml/ may include <Qombu/...>"),
    ("a model knows a view", "inspector/models/queuemodel.cpp", '#include "views/queuepage.h"\n',
     {"inspector/views/queuepage.h": ""}, "inspector/models/ may not include views/"),
]


class Checks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run_check(self, name):
        return subprocess.run([sys.executable, HERE / name, self.root], capture_output=True,
                              text=True)

    def assert_fails(self, check, place, rule):
        result = self.run_check(check)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)
        self.assertTrue(result.stdout.startswith(f"{place}:"), result.stdout)
        self.assertIn(rule, result.stdout)

    def test_accepts_the_layers_as_they_are_drawn(self):
        self.write(GOOD)
        result = self.run_check("check_includes.py")
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)

    def test_names_file_line_and_rule_of_a_wrong_include(self):
        for case, name, text, others, rule in BAD_INCLUDES:
            with self.subTest(case), tempfile.TemporaryDirectory() as folder:
                self.root = Path(folder)
                if name.startswith("module/") and name.endswith(".cpp"):
                    others = {name.replace(".cpp", ".h"): "", **others}
                self.write({**GOOD, **others, name: text})
                line = 2 if text.startswith("\n") else 1
                self.assert_fails("check_includes.py", f"{name}:{line}", rule)

    def test_finds_the_other_half_of_a_class(self):
        self.write({**GOOD, "module/client/engine/engine.cpp": "",
                    "module/client/engine/enginerebuilding.cpp": ""})
        self.assert_fails("check_includes.py", "module/client/engine/enginerebuilding.cpp:1",
                          "a class lives in one .cpp")

    def test_finds_a_room_that_nobody_drew(self):
        self.write({**GOOD, "module/client/helpers/a.h": '#include "client/engine/engine.h"\n'})
        self.assert_fails("check_includes.py", "module/client/helpers/a.h:1",
                          "client/helpers/ is not in the table of rooms")

    def test_misses_the_licence_line(self):
        self.write({"module/a.cpp": SPDX, "module/b.cpp": "int b;\n"})
        self.assert_fails("check_files.py", "module/b.cpp:1", "no licence line")

    def test_misses_the_licence_line_of_a_script(self):
        self.write({"tests/run": "#!/bin/sh\nexit 0\n"})
        self.assert_fails("check_files.py", "tests/run:1", "no licence line")

    def test_finds_the_path_of_a_machine(self):
        self.write({"README.md": f"text\nsee {HOME}me/notes, not https://example.org{HOME}page\n"})
        self.assert_fails("check_files.py", "README.md:2", "names a path of one machine")

    def test_passes_over_what_is_built(self):
        self.write({"build/dev/a.cpp": f"{HOME}me\n"})
        self.assertEqual(self.run_check("check_files.py").returncode, 0)

    def write_documented(self, **changed):
        configuration = (HERE / "../../module/doc/qombu.qdocconf").read_text()
        self.write({"module/doc/qombu.qdocconf": configuration, **DOCUMENTED})
        for name, (before, after) in changed.items():
            path = self.root / {"header": "module/include/Qombu/thing.h",
                                "source": "module/core/thing.cpp"}[name]
            self.assertIn(before, path.read_text())
            path.write_text(path.read_text().replace(before, after))

    def test_accepts_a_documented_class(self):
        self.write_documented()
        result = self.run_check("check_docs.py")
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)

    def test_finds_a_warning_of_qdoc(self):
        self.write_documented(source=("\\a unit", "some unit"))
        self.assert_fails("check_docs.py", "module/core/thing.cpp:10", "Undocumented parameter 'unit'")

    def test_finds_what_has_no_entry(self):
        self.write_documented(header=("grown();", "grown();\n    void shrunk();"))
        self.assert_fails("check_docs.py", "module/include/Qombu/thing.h:14",
                          "function Qombu::Thing::shrunk is not documented")

    def test_finds_another_example_than_that_of_the_readme(self):
        self.write_documented()
        self.write({"README.md": "```cpp\nint a;\n```\n", "module/doc/overview.qdoc":
                    "/*!\n    \\page a.html\n    \\title A\n    \\code\nint b;\n    \\endcode\n*/\n"})
        self.assert_fails("check_docs.py", "module/doc/overview.qdoc:1", "not that of README.md")

    def test_finds_what_clang_format_would_change(self):
        style = (HERE / "../../.clang-format").read_text()
        self.write({".clang-format": style, "module/a.cpp": SPDX + "int a;\n",
                    "module/b.cpp": SPDX + "int  b ;\n"})
        result = self.run_check("check_format.py")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("module/b.cpp:2: not as clang-format writes it", result.stdout)
        self.assertNotIn("a.cpp", result.stdout)


if __name__ == "__main__":
    unittest.main()
