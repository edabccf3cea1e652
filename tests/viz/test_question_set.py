"""Questions taken away, read back: as a table, and as a package by the rules of QTI 2.1."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest

from rec_viz.lessons import LessonError, question_set, questions
from rec_viz.lessons.question_set import PACKAGE, QTI

# What an item may hold, in this order, by the schema (of what we use).
ITEM = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
IDENTIFIER = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)


@pytest.fixture(scope="module")
def asked() -> list[questions.Question]:
    return question_set.chosen(questions.LESSONS, 4, seed=5)


def local(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def test_as_many_as_asked_for_and_no_two_alike(asked):
    assert [one.lesson for one in asked] == [lesson for lesson in questions.LESSONS for _ in range(4)]
    assert len({(one.text, one.table) for one in asked}) == len({one.name for one in asked}) == len(asked)
    for lesson in questions.LESSONS:  # no kind twice before every kind was there
        of = [one.kind for one in asked if one.lesson == lesson]
        assert len(set(of)) == min(4, len(questions.kinds(lesson)))
    assert question_set.chosen(["race"], 3, seed=5) == [one for one in asked if one.lesson == "race"][:3]
    assert question_set.chosen(["race"], 3, seed=6) != question_set.chosen(["race"], 3, seed=5)
    with pytest.raises(LessonError):
        question_set.chosen(["<b>"], 1, seed=0)


def test_the_table_reads_back(asked):
    rows = list(csv.DictReader(io.StringIO(question_set.table(asked))))
    assert len(rows) == len(asked)
    for row, one in zip(rows, asked, strict=True):
        assert questions.named(row["name"]) == one
        assert row["question"].splitlines()[0] == one.text
        assert len(row["question"].splitlines()) == 1 + len(one.table)
        assert [row[letter] for letter in "ABCD" if row[letter]] == [option.text for option in one.options]
        assert row[row["right"]] == one.options[one.right].text
        for k, option in enumerate(one.options):
            word = row[f"feedback_{'ABCD'[k]}"]
            assert one.why in word if k == one.right else questions.MISCONCEPTIONS[option.misconception].help in word


def test_the_package_reads_back(asked):
    data = question_set.package(asked)
    assert data == question_set.package(asked)
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        assert folder.testzip() is None
        files = {name: ET.fromstring(folder.read(name)) for name in folder.namelist()}
        for name in files:
            assert folder.read(name).startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    manifest = files.pop("imsmanifest.xml")
    assert manifest.tag == f"{{{PACKAGE}}}manifest"
    assert [local(node) for node in manifest] == ["metadata", "organizations", "resources"]
    assert manifest.findtext(f".//{{{PACKAGE}}}schema") == "QTIv2.1 Package"
    resources = {node.get("identifier"): node for node in manifest.iter(f"{{{PACKAGE}}}resource")}
    assert {node.get("href") for node in resources.values()} == files.keys()  # all files are named, and are there
    for node in resources.values():
        assert [file.get("href") for file in node.findall(f"{{{PACKAGE}}}file")] == [node.get("href")]
        for other in node.findall(f"{{{PACKAGE}}}dependency"):
            assert resources[other.get("identifierref")].get("type") == "imsqti_item_xmlv2p1"
    test = files.pop("test.xml")
    assert [local(node) for node in test.iter()][:3] == ["assessmentTest", "testPart", "assessmentSection"]
    references = list(test.iter(f"{{{QTI}}}assessmentItemRef"))
    assert len(references) == len(asked) == len(files)
    for reference, one in zip(references, asked, strict=True):
        item = files[reference.get("href")]
        assert item.get("identifier") == reference.get("identifier")
        assert resources[item.get("identifier")].get("href") == reference.get("href")
        assert grade(item, "ABCD"[one.right]) == (1.0, f"Right. {one.why}")
        read = {}
        for node in item.iter(f"{{{QTI}}}simpleChoice"):
            read[node.get("identifier")] = node.text
            score, word = grade(item, node.get("identifier"))
            assert score == (node.get("identifier") == "ABCD"[one.right])
            assert word
        assert read == {"ABCD"[k]: option.text for k, option in enumerate(one.options)}
        assert item.find(f"{{{QTI}}}itemBody/{{{QTI}}}p").text == one.text
        cells = [[cell.text for cell in row] for row in item.iter(f"{{{QTI}}}tr")]
        assert cells == [list(row) for row in one.table]


def grade(item: ET.Element, response: str) -> tuple[float, str]:
    """What a learning platform makes of a response: the score and the feedback, by the item's own rules."""
    space = {"q": QTI}
    assert item.tag == f"{{{QTI}}}assessmentItem"
    order = [ITEM.index(local(node)) for node in item]
    assert order == sorted(order)
    assert {"identifier", "title", "adaptive", "timeDependent"} <= item.attrib.keys()
    identifiers = [node.get("identifier") for node in item.iter(f"{{{QTI}}}simpleChoice")]
    assert all(IDENTIFIER.fullmatch(one) for one in [item.get("identifier"), *identifiers])
    declared = {node.get("identifier"): node for node in item if local(node).endswith("Declaration")}
    interaction = item.find(".//q:choiceInteraction", space)
    assert declared[interaction.get("responseIdentifier")].get("baseType") == "identifier"
    correct = declared["RESPONSE"].findtext("q:correctResponse/q:value", namespaces=space)
    values = {"RESPONSE": response, "SCORE": declared["SCORE"].findtext("q:defaultValue/q:value", namespaces=space)}
    processing = item.find("q:responseProcessing", space)
    for rule in processing:
        if local(rule) == "responseCondition":
            branch = rule.find("q:responseIf", space)
            match = [local(node) for node in branch.find("q:match", space)]
            assert match == ["variable", "correct"]
            if response == correct:
                setting = branch.find("q:setOutcomeValue", space)
                values[setting.get("identifier")] = setting.findtext("q:baseValue", namespaces=space)
        else:
            assert local(rule) == "setOutcomeValue"
            values[rule.get("identifier")] = values[rule.find("q:variable", space).get("identifier")]
    assert values.keys() <= declared.keys()
    shown = [
        node for node in item.findall("q:modalFeedback", space)
        if node.get("showHide") == "show" and values[node.get("outcomeIdentifier")] == node.get("identifier")
    ]  # fmt: skip
    assert len(shown) == 1
    return float(values["SCORE"]), "".join(shown[0].itertext()).strip()


def test_what_is_special_in_xml_is_written_so():
    one = question_set.chosen(["race"], 1, seed=0)[0]
    odd = one._replace(text='a < b & "c" > d', table=(("<", "&"),))
    with zipfile.ZipFile(io.BytesIO(question_set.package([odd]))) as folder:
        item = ET.fromstring(folder.read(next(name for name in folder.namelist() if name.startswith("items/"))))
    assert item.find(f"{{{QTI}}}itemBody/{{{QTI}}}p").text == odd.text
    assert [cell.text for cell in item.iter(f"{{{QTI}}}th")] == ["<", "&"]
