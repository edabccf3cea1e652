"""A lesson on paper: one self-contained HTML page with its steps, figures and questions, and the answers at the end."""

from __future__ import annotations

import base64
import html
import re

from .. import lessons
from ..theme import ROLES
from . import pictures, still

_COLOURS = {"blue": ROLES["light"]["p"], "orange": ROLES["light"]["q"]}

_PRINTED = re.compile(r"\{([a-z_][\w.]*)")  # names of numbers in a text
_NAME = re.compile(r"[a-z_][\w.]*")  # and in a condition

STYLE = """
.handout { font: 11.5pt/1.5 Georgia, serif; color: #1B2430; background: #fff }
.handout { max-width: 42rem; margin: 0 auto; padding: 1rem }
.handout :is(h1, h2, h3, p, li, td, th) { font-family: inherit; color: inherit }
.handout h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 0.6rem }
.handout h2 { font-size: 1.2rem; margin: 1.8rem 0 0.4rem }
.handout h3 { font-size: 1rem; margin: 1.2rem 0 0.2rem }
.handout :is(section, figure, .question, table) { break-inside: avoid }
.handout figure { margin: 0.8rem 0 } .handout img { width: 100%; display: block }
.handout .question { border: 1px solid #98A1AC; border-radius: 6px; padding: 0.2rem 1rem; margin: 0.8rem 0 }
.handout .question ol { list-style: upper-alpha; padding-left: 1.4rem }
.handout .line { border-bottom: 1px solid #98A1AC; height: 1.8rem; width: 60%; margin-bottom: 0.8rem }
.handout table { border-collapse: collapse; margin: 0.6rem 0 }
.handout :is(th, td) { border: 1px solid #C9CFD6; padding: 0.15rem 0.8rem; text-align: left }
.handout :is(.answers, .later) { break-before: page }
.handout .answers { break-inside: auto } .handout footer { margin-top: 2rem; font-size: 0.9rem }
@page { margin: 18mm }
"""


def page(lesson: lessons.Lesson) -> str:
    """The hand-out of a lesson as one HTML file: no scripts, no fonts, nothing fetched."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(lesson.title)}: REC Lab hand-out</title></head>"
        f"<body><main>{body(lesson)}</main></body></html>"
    )


def body(lesson: lessons.Lesson) -> str:
    """The hand-out itself, with the style that prints well."""
    told = gives_away(lesson)
    steps = "".join(_step(k, step, told.get(k, 0)) for k, step in enumerate(lesson.steps, start=1))
    answers = "".join(_answer(k, step) for k, step in enumerate(lesson.steps, start=1))
    return (
        f'<style>{STYLE}</style><div class="handout">'
        f"<h1>{html.escape(lesson.title)}</h1><p>{inline(lesson.about)}</p>{steps}"
        + (f'<section class="answers"><h2>Answers</h2>{answers}</section>' if answers else "")
        + "<footer>From REC Lab. Every number on this page was computed by its package, rec_core.</footer></div>"
    )


def gives_away(lesson: lessons.Lesson) -> dict[int, int]:
    """The steps, from 1, that tell the answer of an earlier one, and which: their words hold the number it asks for or
    compares, unless that stood there before, or they begin with the picture it ends with."""
    asked: dict[str, int] = {}  # by a number's name, or a picture
    printed: set[str] = set()
    out = {}
    for k, step in enumerate(lesson.steps, start=1):
        ask = step.ask
        here = set(_PRINTED.findall(step.text + (ask.question if ask else "")))
        here |= {svg for svg, _ in _pictures(step, shown=False)} if _poses(step) else set()
        if known := [asked[name] for name in here & asked.keys()]:
            out[k] = max(known)
        printed |= here
        if ask:
            tell = {name for choice in ask.choices for name in _NAME.findall(choice.when)} | {ask.number}
            tell |= {svg for svg, _ in _pictures(step, shown=True)}
            asked |= {name: k for name in tell if name and name not in printed | asked.keys()}
    return out


def _step(k: int, step: lessons.Step, told: int) -> str:
    """A step before the answers; on a page of its own where it tells the answer of step `told`."""
    out = ['<section class="later">' if told else "<section>", f"<h2>{k}. {html.escape(step.title)}</h2>"]
    out.append(f"<p>First answer question {told}: this page tells.</p>" if told else "")
    out.append(_words(step, step.text))
    out.append(_figures(step, shown=False) if _poses(step) else "")
    if step.ask:
        out.append(f'<div class="question">{_words(step, "**" + step.ask.question + "**")}')
        if step.ask.choices:
            now = lessons.situation(step)
            texts = [inline(lessons.filled(choice.text, now, paper=True)) for choice in step.ask.choices]
            choices = "".join(f"<li>{choice}</li>" for choice in texts)
            out.append(f"<ol>{choices}</ol>")
        else:
            out.append('<div class="line"></div>')
        out.append("</div>")
    if step.goals:
        goals = "".join(f"<li>{inline(says)}</li>" for _, says in lessons.goals_met(step, step.view))
        out.append(f"<p>As the challenge begins:</p><ul>{goals}</ul>")
    return "".join(out) + "</section>"


def _answer(k: int, step: lessons.Step) -> str:
    """A step after the questions: what was asked, and every picture that shows how a race went."""
    out = []
    if step.ask:
        out.append(f"<p><strong>{inline(lessons.right_answer(step))}</strong></p>{_words(step, step.reveal)}")
    if step.ask or not _poses(step):
        out.append(_figures(step, shown=True))
    return f"<h3>{k}. {html.escape(step.title)}</h3>{''.join(out)}" if any(out) else ""


def _poses(step: lessons.Step) -> bool:
    """Whether the step's picture may stand before the answers of its lesson: it shows no race that has been run."""
    return step.stage is None or step.stage.get("step") in still.BEFORE_THE_RACE


def _figures(step: lessons.Step, shown: bool) -> str:
    return "".join(_figure(svg, title) for svg, title in _pictures(step, shown))


def _pictures(step: lessons.Step, shown: bool) -> list[tuple[str, str]]:
    """The step's own picture, or its stage as still pictures, each with its title."""
    staged = pictures.staged(step, shown)
    if staged is None:
        if not (step.figure_after if shown else step.figure):
            return []
        return [(pictures.draw(step, None, shown, ROLES["light"], narrow=False), step.title)]
    race, points = staged
    drawn = [(still.lane(race, lane, points.get("step", "winner")), lane.title) for lane in race.lanes]
    return [(svg, f"{title}: the race drawn") for svg, title in drawn if svg]


def _figure(svg: str, title: str) -> str:
    """A picture inside the page: as data, which a page's sanitiser lets through, unlike SVG itself."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<figure><img alt="{html.escape(title)}" src="data:image/svg+xml;base64,{data}"></figure>'


def _words(step: lessons.Step, text: str) -> str:
    return markdown(lessons.filled(text, lessons.situation(step), paper=True))


def markdown(text: str) -> str:
    """The Markdown of lessons as HTML: paragraphs, lists, tables, strong, emphasis, code, the colours of P and Q."""
    return "".join(_block(block.splitlines()) for block in re.split(r"\n\s*\n", text.strip()) if block)


def _block(lines: list[str]) -> str:
    if all(line.startswith("|") for line in lines):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        head = "".join(f"<th>{inline(cell)}</th>" for cell in rows[0])
        body = "".join(f"<tr>{''.join(f'<td>{inline(cell)}</td>' for cell in row)}</tr>" for row in rows[2:])
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if all(line.startswith(("- ", "  ")) for line in lines):
        items = re.split(r"^- ", "\n".join(lines), flags=re.MULTILINE)[1:]
        return f"<ul>{''.join(f'<li>{inline(item)}</li>' for item in items)}</ul>"
    return f"<p>{inline(' '.join(lines))}</p>"


def inline(text: str) -> str:
    """One run of that Markdown as HTML."""
    out = html.escape(text.strip(), quote=False)
    out = re.sub(r"`([^`]+)`", r"<code>\1</code>", out)
    out = re.sub(r":(blue|orange)\[([^\]]+)\]", lambda m: f'<span style="color:{_COLOURS[m[1]]}">{m[2]}</span>', out)
    out = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", out)
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", out)
