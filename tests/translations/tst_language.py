#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: tst_language.py QOMBU [INSPECTOR]: the programs speak the language of the user."""

import os
import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)
INSPECTOR = sys.argv.pop(1) or None if len(sys.argv) > 1 else None
CHINESE = re.compile("[\u4e00-\u9fff]")


def said(language, *arguments, program=PROGRAM):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("LC_") and name not in {"LANG", "LANGUAGE"}}
    result = subprocess.run([program, *arguments], capture_output=True,
                            env={**environment, "LC_ALL": language})
    return (result.stdout + result.stderr).decode()


class Language(unittest.TestCase):
    def test_speaks_chinese_to_who_reads_chinese(self):
        self.assertRegex(said("zh_CN.UTF-8", "--help"), CHINESE)

    def test_speaks_english_to_who_reads_something_else(self):
        for language in ("C.UTF-8", "en_GB.UTF-8", "fr_FR.UTF-8"):
            with self.subTest(language):
                text = said(language, "--help")
                self.assertIn("publish", text)
                self.assertNotRegex(text, CHINESE)

    def test_translates_the_sentences_of_the_library_too(self):
        text = said("zh_CN.UTF-8", "--url", "nothing://host", "--timeout", "1",
                    "queues")
        self.assertRegex(text, "nothing://")
        self.assertRegex(text, CHINESE)
        self.assertNotIn("There is no transport", text)

    @unittest.skipIf(INSPECTOR is None, "built without the inspector")
    def test_the_inspector_speaks_it_too(self):
        self.assertRegex(said("zh_CN.UTF-8", "--help", program=INSPECTOR), CHINESE)
        self.assertNotRegex(said("C.UTF-8", "--help", program=INSPECTOR), CHINESE)


if __name__ == "__main__":
    unittest.main()
