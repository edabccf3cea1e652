"""Questions to take away: the right answer and a word about every option, as a table (CSV) or for a learning platform.

The package follows IMS QTI 2.1: a zip of imsmanifest.xml, a test that lists the items in order, and an item for each
question, with a choice interaction, its scoring, and a modal feedback for every choice.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from itertools import count, islice
from xml.etree import ElementTree as ET

from ..text import spreadsheet
from .questions import Question, kinds, question

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
SCHEMAS = {
    QTI: "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    PACKAGE: "http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_EPOCH = (2024, 1, 1, 0, 0, 0)  # of files in the zip: the same questions give the same bytes


def chosen(lessons: Sequence[str], number: int, seed: int) -> list[Question]:
    """`number` questions of each lesson, its kinds in turn, no two alike. LessonError for what is no lesson."""
    out: list[Question] = []
    for lesson in lessons:
        out += islice(_unlike(lesson, seed), number)
    return out


def _unlike(lesson: str, seed: int) -> Iterator[Question]:
    """Questions of a lesson that differ in what is asked."""
    seen, order = set(), kinds(lesson)
    for k in count():
        asked = question(lesson, order[k % len(order)], seed=1000 * seed + k)
        if (asked.text, asked.table) not in seen:
            seen.add((asked.text, asked.table))
            yield asked


def feedback(asked: Question, option: int) -> str:
    """A word to who chose an option: why it is right, or what leads there and what helps."""
    wrong = asked.shows(option)
    return f"Right. {asked.why}" if wrong is None else f"{wrong.belief} {wrong.help}"


def letter(option: int) -> str:
    """What an option is called."""
    return "ABCD"[option]


# ------------------------------------------------------------------------------------------------ as a table


def table(questions: Sequence[Question]) -> str:
    """CSV: a line for each question, with the options, the letter of the right one, and a word about each.

    A question's own table is in the cell of its text, a row a line, its cells between bars.
    """
    letters = [letter(k) for k in range(4)]
    rows = [["name", "lesson", "question", *letters, "right", *(f"feedback_{one}" for one in letters)]]
    for asked in questions:
        text = "\n".join([asked.text, *(" | ".join(row) for row in asked.table)])
        options = [option.text for option in asked.options]
        words = [feedback(asked, k) for k in range(len(options))]
        blank = [""] * (4 - len(options))
        rows.append([asked.name, asked.lesson, text, *options, *blank, letter(asked.right), *words, *blank])
    return spreadsheet.as_csv(rows)


# ------------------------------------------------------------------------------------------------ as a package


def package(questions: Sequence[Question], title: str = "REC Lab questions") -> bytes:
    """The questions as a QTI 2.1 content package, a zip."""
    files = {"test.xml": _test(questions, title)} | {_file(asked): _item(asked) for asked in questions}
    files["imsmanifest.xml"] = _manifest(questions)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for name in sorted(files):
            folder.writestr(zipfile.ZipInfo(name, _EPOCH), _text(files[name]))
    return out.getvalue()


def _id(asked: Question) -> str:
    return f"Q-{asked.name.replace('/', '-')}"


def _file(asked: Question) -> str:
    return f"items/{_id(asked)}.xml"


def _root(tag: str, space: str, **attributes: str) -> ET.Element:
    """A document: its default namespace, and where that is defined."""
    located = {"xmlns": space, "xmlns:xsi": _XSI, "xsi:schemaLocation": f"{space} {SCHEMAS[space]}"}
    return ET.Element(tag, located | attributes)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    node = ET.SubElement(parent, tag, attributes)
    node.text = text or None
    return node


def _text(root: ET.Element) -> bytes:
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _item(asked: Question) -> ET.Element:
    root = _root(
        "assessmentItem", QTI, identifier=_id(asked), title=f"{asked.lesson}: {asked.kind.replace('_', ' ')}",
        adaptive="false", timeDependent="false", toolName="REC Lab",
    )  # fmt: skip
    right = _add(root, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType="identifier")
    _add(_add(right, "correctResponse"), "value", letter(asked.right))
    score = _add(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    _add(_add(score, "defaultValue"), "value", "0")
    _add(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier")
    body = _add(root, "itemBody")
    _add(body, "p", asked.text)
    if asked.table:
        rows = _add(_add(body, "table"), "tbody")
        for k, cells in enumerate(asked.table):
            row = _add(rows, "tr")
            for cell in cells:
                _add(row, "td" if k else "th", cell)
    choices = _add(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1")
    for k, option in enumerate(asked.options):
        _add(choices, "simpleChoice", option.text, identifier=letter(k))
    processing = _add(root, "responseProcessing")
    condition = _add(_add(processing, "responseCondition"), "responseIf")
    match = _add(condition, "match")
    _add(match, "variable", identifier="RESPONSE")
    _add(match, "correct", identifier="RESPONSE")
    _add(_add(condition, "setOutcomeValue", identifier="SCORE"), "baseValue", "1", baseType="float")
    _add(_add(processing, "setOutcomeValue", identifier="FEEDBACK"), "variable", identifier="RESPONSE")
    for k in range(len(asked.options)):
        said = _add(root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=letter(k), showHide="show")
        _add(said, "p", feedback(asked, k))
    return root


def _test(questions: Sequence[Question], title: str) -> ET.Element:
    root = _root("assessmentTest", QTI, identifier="rec-lab", title=title)
    part = _add(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    section = _add(part, "assessmentSection", identifier="section", title=title, visible="true")
    for asked in questions:
        _add(section, "assessmentItemRef", identifier=_id(asked), href=_file(asked))
    return root


def _manifest(questions: Sequence[Question]) -> ET.Element:
    root = _root("manifest", PACKAGE, identifier="rec-lab-package")
    about = _add(root, "metadata")
    _add(about, "schema", "QTIv2.1 Package")
    _add(about, "schemaversion", "1.0.0")
    _add(root, "organizations")
    resources = _add(root, "resources")
    test = _add(resources, "resource", identifier="rec-lab", type="imsqti_test_xmlv2p1", href="test.xml")
    _add(test, "file", href="test.xml")
    for asked in questions:
        _add(test, "dependency", identifierref=_id(asked))
        item = _add(resources, "resource", identifier=_id(asked), type="imsqti_item_xmlv2p1", href=_file(asked))
        _add(item, "file", href=_file(asked))
    return root
