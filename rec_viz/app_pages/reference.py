"""Reference: statements with proofs, the code that does what they say, numbers to check them by, words and sources."""

from __future__ import annotations

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
    """A statement with its proof, and beside them its numbers and its code."""
    with st.container(border=opened, key=f"statement_{statement.id}"):
        st.subheader(statement.title, anchor=statement.id)
        st.markdown(f":small[Due to {statement.due}.]")
        words, beside = st.columns([3, 2], gap="large")
        words.markdown(statement.claim)
        words.markdown(f"**Proof.** {statement.proof}")
        with beside:
            numbers = "\n".join(row(check) for check in model.numbers(statement.id))
            st.markdown(f"| number | theory | measured |\n|---|---|---|\n{numbers}")
            for function in model.CODE[statement.id]:
                file, text = model.source(function)
                with st.expander(f"Show the code: `{function.__name__}`", icon=":material/code:"):
                    st.markdown(f":small[{file}]")
                    st.code(text, language=None, wrap_lines=True)


st.title("Reference", anchor=False)
st.markdown(
    "What is true, why, and whose it is. $Q$ with density $q$ is the target, $P$ with density $p$ the coding "
    "distribution, and $r = q/p$; lengths are in bits. Beside each statement stand results of a few thousand races, "
    "run on this machine when the page was first opened (± is 95%: about one number in twenty lies outside), and the "
    "code that does what it says, taken from the program as it runs."
)
wanted = read_link(st.query_params.to_dict(), Reference)[0].statement
found = next((statement for statement in STATEMENTS if statement.id == wanted), None)
if wanted and found is None:
    st.info("The link names a statement that is not here; these are.", icon=":material/info:")
parts.wait_for_kernels(height=520)
if found is not None:
    st.header("From the link", anchor=False)
    show(found, opened=True)
contents = [(statement.title, statement.id) for statement in STATEMENTS]
contents += [("The constants", "constants"), ("Names", "names"), ("Sources", "sources")]
half = -(-len(contents) // 2)
for column, part in zip(st.columns(2), (contents[:half], contents[half:]), strict=True):
    column.markdown("\n".join(f"- [{title}](#{anchor})" for title, anchor in part))
for section, group in groupby(STATEMENTS, key=attrgetter("section")):
    st.header(section, anchor=False)
    for statement in group:
        if statement is found:
            st.markdown(f"**{statement.title}**: see above, [from the link](#{statement.id}).")
        else:
            show(statement, opened=False)

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
st.header("Names", anchor="names")
st.markdown(
    "| In the code | Symbol | Meaning | The paper’s word |\n|---|---|---|---|\n"
    + "\n".join(f"| {name.code} | {name.symbol} | {name.meaning} | {name.paper} |" for name in GLOSSARY)
)
st.header("Sources", anchor="sources")
st.markdown(SOURCES)
