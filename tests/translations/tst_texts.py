#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What translations/texts.py says of wrong translations."""

import os
import sys
import unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.environ["QOMBU_SOURCE"], "translations"))
import texts  # noqa: E402


def message(source, translation, kind=""):
    element = xml.Element("message")
    xml.SubElement(element, "source").text = source
    translated = xml.SubElement(element, "translation")
    if kind == "unfinished":
        translated.set("type", kind)
    if isinstance(translation, list):
        for form in translation:
            xml.SubElement(translated, "numerusform").text = form
    else:
        translated.text = translation
    return element


class Texts(unittest.TestCase):
    def mistakes(self, *arguments):
        return list(texts.mistakes_of(message(*arguments)))

    def test_accepts_a_good_translation(self):
        self.assertEqual(self.mistakes("%1 of %2 &queues…", "%2 个中的 %1 个队列(&Q)…"), [])
        self.assertEqual(self.mistakes("%n message(s)", ["%n 条消息"]), [])

    def test_names_what_is_wrong(self):
        for case, source, translation, kind, mistake in (
                ("unfinished", "Queue", "", "unfinished", "unfinished"),
                ("empty", "Queue", "", "", "empty"),
                ("a number lost", "%1 of %2", "%1", "", "has ['%1']"),
                ("a plural lost", "%n message(s)", ["消息"], "", "has nothing"),
                ("markup lost", "<b>%1</b>", "%1", "", "has ['%1']"),
                ("an ellipsis lost", "Open…", "打开", "", "must end in '…'"),
                ("an accelerator lost", "&Open", "打开", "", "accelerator"),
                ("a line lost", "a\nb", "甲乙", "", "number of lines")):
            with self.subTest(case):
                found = self.mistakes(source, translation, kind)
                self.assertEqual(len(found), 1, found)
                self.assertIn(mistake, found[0])


if __name__ == "__main__":
    unittest.main()
