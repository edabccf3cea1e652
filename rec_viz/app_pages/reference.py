"""Reference: statements with proofs, the code that does what they say, numbers to check them by, words and sources."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import streamlit as st

from rec_viz.app_pages import parts
from rec_viz.text import reading, reference
from rec_viz.text.reference import CONSTANTS, STATEMENTS, Check, Statement


class Name(NamedTuple):
    """One row of the glossary: what the code says, the symbol, the meaning, and what the paper calls it."""

    code: str
    symbol: str
    meaning: str
    paper: str


GLOSSARY: tuple[Name, ...] = (
    Name("target", "$Q$, $q$", "what the sample must be distributed as; known to the sender only",
         r"target $q(X \mid Y)$"),
    Name("coding distribution", "$P$, $p$", "shared by both sides; candidates come from it",
         "coding distribution, or prior"),
    Name("search heuristic", "$P'$", "$P$ with its bins reweighted; the sender’s business", "reweighted prior"),
    Name("density ratio, `log_ratio_bits`", "$r = q/p$", "how well a candidate fits", "$q(x)/p(x)$"),
    Name("channel, `information_bits`", "$I[X;Y]$", "$I$ known and $Q$ random; what no method can beat",
         "mutual information $I[X,Y]$"),
    Name("problem, `kl_bits`, `d_inf_bits`", r"$\mathrm{KL}$, $D_\infty$",
         r"one $Q$; $\mathbb E_Q[\log_2 r]$, and $\log_2 \sup r$", r"$D_{\mathrm{KL}}$, $D_\infty$"),
    Name("seed, shared randomness", "", "what makes both sides draw the same candidates", "shared random seed"),
    Name("partition, bin, intervals", "$J$, $B_j$, $n_d$",
         "boxes of equal $P$ mass, $n_d$ intervals in dimension $d$", "space partitioning, bins"),
    Name("bin weights", r"$\pi_j$", "how often $P'$ visits a bin: `peak_ratio`, `target_mass`, `uniform`",
         "reweighting"),
    Name("candidate", "$X_i$, $X_{j,n}$", "a draw from $P$ that may win", "sample"),
    Name("arrival time, race time", "$T$, $T / r'$", "when a candidate comes; what it is judged by", "—"),
    Name("stop line", r"$T = s \cdot \sup r'$", "nothing that arrives above it can win", "—"),
    Name("message: bin, local index", "$(j, n)$",
         "what is sent: the bin (from 0 in the code) and the candidate’s number in it (from 1)",
         "bin index, sample index in this bin"),
    Name("examined", "$K$", "candidates whose ratio was evaluated: the run time", "number of steps"),
    Name("upper sum, `upper_sum_bits`", "$U_J$", "mean of the bins’ peak ratios: candidates expected of PFR", "—"),
    Name("overhead, `overhead_bits`", r"$\varepsilon$",
         r"what the two-part message costs: $\mathbb E_Q \max(0, \log_2 J - \log_2 r)$",
         r"$\epsilon$, printed without the max"),
    Name("matched code", "", "codes the index by its exact law", "—"),
)  # fmt: skip

SOURCES = """
- J. He, G. Flamich & J. M. Hernández-Lobato, [*Accelerating Relative Entropy Coding with Space
  Partitioning*](https://arxiv.org/abs/2405.12203), NeurIPS 2024. **The paper**: bins, reweighting, two-part messages.
- C. T. Li & A. El Gamal, [*Strong Functional Representation Lemma and Applications to Coding
  Theorems*](https://arxiv.org/abs/1701.02827), IEEE Transactions on Information Theory 2018. PFR and its Zipf code.
- L. Theis & N. Yosri, [*Algorithms for the Communication of
  Samples*](https://arxiv.org/abs/2110.12805), ICML 2022. ORC.
- P. Elias, [*Universal Codeword Sets and Representations of the
  Integers*](https://doi.org/10.1109/TIT.1975.1055349), IEEE Transactions on Information Theory 1975. Elias delta.
- J. K. Salmon, M. A. Moraes, R. O. Dror & D. E. Shaw, [*Parallel Random Numbers: As Easy as 1, 2,
  3*](https://doi.org/10.1145/2063384.2063405), SC 2011. Philox, the generator whose numbers have addresses.
- D. S. Wilkerson, [*A Proposal for Proquints*](https://arxiv.org/abs/0901.4016), 2009. The words of the Message page.
"""


def row(check: Check) -> str:
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
            numbers = reference.remembered(statement.id, statement.check) if statement.check else ()
            if numbers:
                st.markdown(
                    "| number | theory | measured |\n|---|---|---|\n" + "\n".join(row(check) for check in numbers)
                )
            for function in statement.code:
                file, text = reference.source(function)
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
wanted = st.query_params.get("statement", "")
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
        for name, number, what in CONSTANTS
    )
)
st.header("Names", anchor="names")
st.markdown(
    "| In the code | Symbol | Meaning | The paper’s word |\n|---|---|---|---|\n"
    + "\n".join(f"| {name.code} | {name.symbol} | {name.meaning} | {name.paper} |" for name in GLOSSARY)
)
st.header("Sources", anchor="sources")
st.markdown(SOURCES)
