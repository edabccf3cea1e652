"""Reference: statements with proofs, the code that does what they say, numbers to check them by, words and sources."""

from __future__ import annotations

import re
from itertools import groupby
from operator import attrgetter

import streamlit as st

from rec_viz.app_pages import parts
from rec_viz.model import reference as model
from rec_viz.settings import read_link
from rec_viz.settings.table import Reference
from rec_viz.text import reading
from rec_viz.text.reference import GLOSSARY, SOURCES, STATEMENTS, Statement


def row(check: model.Check) -> str:
    """One line of numbers: what theory says, and what was measured."""
    if check.measured is None:
        return f"| {check.what} | {value(check.theory)} | |"
    spread = f"\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{check.half_width:.3f}" if check.half_width else ""
    return f"| {check.what} | {value(check.theory)} | {value(check.measured)}{spread} |"


def value(number: float) -> str:
    """A number to the digits that matter beside an error of a percent."""
    return f"{number:,.0f}" if number == int(number) and abs(number) >= 10 else f"{number:.3f}"


def show(statement: Statement, opened: bool) -> None:
    """A statement; its proof, numbers and code are only worked out once they are asked for."""
    st.subheader(statement.title, anchor=statement.id)
    st.markdown(f"{statement.claim.strip()} :small[Due to {statement.due}.]")
    st.fragment(beneath)(statement, opened)


def beneath(statement: Statement, opened: bool) -> None:
    """Proof, numbers and code of a statement."""
    box = st.expander(
        "Proof, numbers and code", opened, key=f"statement_{statement.id}", icon=":material/menu_book:",
        on_change="rerun",
    )  # fmt: skip
    if not box.open:
        return
    with box:
        parts.wait_for_kernels(height=100)
        words, beside = st.columns([3, 2], gap="large")
        words.markdown(f"**Proof.** {statement.proof}")
        with beside:
            numbers = "\n".join(row(check) for check in model.numbers(statement.id))
            st.markdown(f"| number | theory | measured |\n|---|---|---|\n{numbers}")
            st.markdown(":small[Measured on this machine; ± is 95%, so about one number in twenty lies outside.]")
        for function in model.CODE[statement.id]:
            file, text = model.source(function)
            st.markdown(f"`{function.__name__}`, :small[{file}]")
            st.code(text, language=None, wrap_lines=True)


def found_by(words: str) -> list[Statement]:
    """The statements that have, anywhere in their text, words beginning like each of these."""
    wanted = [rf"\b{re.escape(word)}" for word in words.split()]
    texts = {one: " ".join((*one, *(function.__name__ for function in model.CODE[one.id]))) for one in STATEMENTS}
    return [one for one, text in texts.items() if all(re.search(word, text, re.IGNORECASE) for word in wanted)]


def constants() -> None:
    """Numbers that have names."""
    st.header("The constants", anchor="constants")
    st.markdown(
        "| Constant | Value | What it is |\n|---|---|---|\n"
        + "\n".join(
            f"| {f'`{name}`' if '.' in name else name} | {reading.small(number)} | {what} |"
            if isinstance(number, float)
            else f"| `{name}` | {number:,} | {what} |"
            for name, number, what in model.CONSTANTS
        )
    )


parts.finding(
    parts.head("Reference"),
    f"**{len(STATEMENTS)} statements**: what is true, why, whose it is, and the code that does what it says.",
)
st.markdown(
    "$Q$ with density $q$ is the target, $P$ with density $p$ the coding distribution, and $r = q/p$; lengths are in "
    "bits. Open a statement for its proof, its numbers from a few thousand races, and its code as it runs."
)
wanted = read_link(st.query_params.to_dict(), Reference)[0].statement
linked = next((statement for statement in STATEMENTS if statement.id == wanted), None)
if wanted and linked is None:
    st.info("The link names a statement that is not here; these are.", icon=":material/info:")
words = st.text_input("Search the statements", key="reference_search", placeholder="Zipf, stop line, encode …")
shown = found_by(words)
OTHERS = (("The constants", "constants"), ("Names", "names"), ("Sources", "sources"))
with st.sidebar:
    st.subheader("Contents", anchor=False)
    for section, group in groupby(shown, key=attrgetter("section")):
        st.markdown(f"**{section}**\n" + "\n".join(f"- [{one.title}](#{one.id})" for one in group))
    st.markdown("\n".join(f"- [{title}](#{anchor})" for title, anchor in OTHERS))
if linked is not None:
    st.header("From the link", anchor=False)
    show(linked, opened=True)
if not shown:
    st.markdown(f"No statement has all of these words: {reading.plain(words)}")
for section, group in groupby(shown, key=attrgetter("section")):
    st.header(section, anchor=False)
    for statement in group:
        if statement is linked:
            st.markdown(f"**{statement.title}**: see above, [from the link](#{statement.id}).")
        else:
            show(statement, opened=False)
constants()
st.header("Names", anchor="names")
st.markdown(
    "| In the code | Symbol | Meaning | The paper’s word |\n|---|---|---|---|\n"
    + "\n".join(f"| {name.code} | {name.symbol} | {name.meaning} | {name.paper} |" for name in GLOSSARY)
)
st.header("Sources", anchor="sources")
st.markdown(SOURCES)
