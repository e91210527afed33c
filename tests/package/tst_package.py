#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Installs Qombu into a folder of its own, moves that folder, and builds strangers' programs on it.

The program is the README's example. It runs on memory:// instead of the reader's redis://localhost."""

import os
import re
import shlex
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

BUILD = Path(os.environ["QOMBU_BUILD"])
SOURCE = Path(os.environ["QOMBU_SOURCE"])
VERSION = os.environ["QOMBU_VERSION"]
CXX = os.environ.get("CXX", "c++")
CXXFLAGS = os.environ.get("CXXFLAGS", "")
LAUNCHER = os.environ.get("CXX_LAUNCHER", "")
QMLLINT = os.environ["QMLLINT"]  # empty: built without QML
PROGRAMS = os.environ["QOMBU_PROGRAMS"].split()


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))} failed:\n{result.stdout}")
    return result.stdout


def readme_example():
    blocks = re.findall(r"^```cpp\n(.*?)^```$", (SOURCE / "README.md").read_text(),
                        re.MULTILINE | re.DOTALL)
    programs = [block for block in blocks if "int main(" in block]
    assert len(programs) == 1, f"the README has {len(programs)} C++ programs, not one"
    return programs[0]


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="qombu-package-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.work = Path(cls.folder.name)
        run("cmake", "--install", BUILD, "--prefix", cls.work / "first")
        # Nothing may remember where it was installed to.
        cls.stage = cls.work / "moved here"
        (cls.work / "first").rename(cls.stage)
        cls.library = next(cls.stage.glob("lib/**/libQombu.so"))
        example = readme_example()
        cls.as_printed = cls.work / "printed.cpp"
        cls.as_printed.write_text(example)
        cls.in_memory = cls.work / "memory.cpp"
        assert "redis://localhost" in example
        cls.in_memory.write_text(example.replace("redis://localhost", "memory://readme"))

    def assert_example_works(self, program):
        """Runs until the message it published to itself is printed."""
        environment = {**os.environ, "LD_LIBRARY_PATH": str(self.library.parent),
                       "QT_LOGGING_TO_CONSOLE": "1"}
        deadline = time.monotonic() + 20
        process = subprocess.Popen([program], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   env=environment)
        try:
            os.set_blocking(process.stderr.fileno(), False)
            said = b""
            while b'QMap(("id", ' not in said:
                self.assertLess(time.monotonic(), deadline, f"no message came: {said!r}")
                self.assertIsNone(process.poll(), f"ended early: {said!r}")
                said += process.stderr.read() or b""
                time.sleep(0.01)
        finally:
            process.kill()
            process.communicate()

    def test_cmake_finds_it_and_the_readme_example_works(self):
        build = self.work / "consumer"
        options = [f"-DCMAKE_CXX_COMPILER={CXX}", f"-DCMAKE_CXX_FLAGS={CXXFLAGS}",
                   f"-DCMAKE_CXX_COMPILER_LAUNCHER={LAUNCHER}", f"-DCMAKE_PREFIX_PATH={self.stage}"]
        for example in (self.as_printed, self.in_memory):
            run("cmake", "-G", "Ninja", "-S", SOURCE / "tests/package/consumer", "-B", build,
                f"-DEXAMPLE={example}", *options)
            run("cmake", "--build", build)
        self.assert_example_works(build / "example")

    def test_cmake_refuses_another_major_version(self):
        project = self.work / "version"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(version LANGUAGES CXX)\n"
            "find_package(Qombu 99 QUIET)\n"
            "if(Qombu_FOUND)\nmessage(FATAL_ERROR found)\nendif()\n")
        run("cmake", "-G", "Ninja", "-S", project, "-B", project / "build",
            f"-DCMAKE_PREFIX_PATH={self.stage}")

    def test_is_configured_as_a_part_of_another_project_without_its_programs(self):
        project = self.work / "part"
        project.mkdir()
        (project / "main.cpp").write_text("int main() {}\n")
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(part LANGUAGES CXX)\n"
            f"add_subdirectory({SOURCE} qombu)\nadd_executable(part main.cpp)\n"
            "target_link_libraries(part PRIVATE Qombu::Qombu)\n"
            "if(TARGET qombu OR TARGET qombu-inspector OR TARGET tst_package OR QOMBU_TESTS)\n"
            "message(FATAL_ERROR \"more than the library\")\nendif()\n")
        run("cmake", "-G", "Ninja", "-S", project, "-B", project / "build",
            "-DQOMBU_CLI=OFF", "-DQOMBU_INSPECTOR=OFF", "-DQOMBU_QML=OFF")

    def test_pkg_config_finds_it_and_the_readme_example_works(self):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.library.parent / "pkgconfig")}
        self.assertEqual(run("pkg-config", "--modversion", "qombu", env=environment).strip(),
                         VERSION)
        flags = shlex.split(run("pkg-config", "--cflags", "--libs", "qombu", env=environment))
        program = self.work / "by-pkg-config"
        run(*shlex.split(LAUNCHER), CXX, "-std=c++20", *shlex.split(CXXFLAGS), "-Wall", "-Wextra",
            "-Werror", "-o", program, self.in_memory, *flags)
        self.assert_example_works(program)

    def test_exports_only_what_the_public_headers_name(self):
        headers = "\n".join(path.read_text() for path in (self.stage / "include").rglob("*.h"))
        # Q_NAMESPACE_EXPORT makes the last one.
        public = set(re.findall(r"\w+", headers)) | {"staticMetaObject"}
        lines = run("nm", "-DC", "--defined-only", self.library).splitlines()
        # Weak symbols are the standard library's and Qt's templates.
        strong = [line.split(maxsplit=2)[2] for line in lines if line.split()[1] in "TDBR"]
        self.assertGreater(len(strong), 100, "hardly anything is exported")
        for symbol in strong:
            with self.subTest(symbol):
                name = re.match(r"(?:(?:vtable|typeinfo|typeinfo name|VTT|guard variable) for )?"
                                r"(?:[^(]*? )?Qombu::(\w+)|qHash|operator|qt_\w+", symbol)
                self.assertTrue(name and (not name[1] or name[1] in public), symbol)

    def test_shows_the_qml_example_that_is_tested(self):
        shown = re.search(r"^```qml\n(.*?)^```$", (SOURCE / "README.md").read_text(),
                          re.MULTILINE | re.DOTALL)[1]
        tested = (SOURCE / "tests/qml/Example.qml").read_text()
        tested = re.sub(r"^//.*\n", "", tested).replace("memory://example", "redis://localhost")
        self.assertEqual([line for line in shown.splitlines() if line],
                         [line for line in tested.splitlines() if line])

    def test_is_installed_where_it_belongs(self):
        names = {path.relative_to(self.stage).as_posix() for path in self.stage.rglob("*")}
        wanted = ["include/Qombu/connection.h", "include/Qombu/Connection", "include/Qombu/Qombu",
                  "share/doc/Qombu/LICENSE",
                  *(f"bin/{program}" for program in PROGRAMS)]
        if "qombu-inspector" in PROGRAMS:
            wanted += ["share/applications/io.github.qombu.Inspector.desktop",
                       "share/metainfo/io.github.qombu.Inspector.metainfo.xml",
                       "share/icons/hicolor/scalable/apps/io.github.qombu.Inspector.svg"]
        for name in wanted:
            with self.subTest(name):
                self.assertIn(name, names)
        private = [name for name in names if re.search(r"_p\.h$|/tests?/", name)]
        self.assertEqual(private, [])

    @unittest.skipUnless(QMLLINT, "built without QML")
    def test_qml_finds_the_module_and_knows_its_types(self):
        plugin = next(self.stage.glob("lib/**/qml/Qombu/libQombuQmlPlugin.so"))
        self.assertNotIn("not found", run("ldd", plugin))
        said = run(QMLLINT, "-I", plugin.parent.parent, SOURCE / "tests/qml/Example.qml")
        self.assertEqual(said, "")

    def test_installed_programs_start_after_the_move(self):
        for program in PROGRAMS:
            with self.subTest(program):
                said = run(self.stage / "bin" / program, "--version")
                self.assertIn(VERSION, said)


if __name__ == "__main__":
    unittest.main()
