"""ES modules joined into one, for Streamlit, which takes a component's JavaScript as one string. No bundler.

    st.components.v2.component("name", js=javascript.joined(HERE / "mount.js"))

What a module imports comes before it, each file once, in a function scope of its own that returns what it exports: what
a module keeps to itself never meets another's. The module asked for comes last and keeps its exports.
A file begins with its imports, `import { a, b as c } from "./x.js";`. What others import is exported where it is made,
by `export` before a function, a class or a const of one name. Anything else is a ValueError.
"""

from __future__ import annotations

import re
from pathlib import Path

_COMMENTS = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_IMPORT = re.compile(r'import\s*\{([^}]*)\}\s*from\s*"(\.\.?/[^"]+)";')
_EXPORT = re.compile(r"^export (?=(?:(?:async )?function\*?|class|const) ([\w$]+))", re.MULTILINE)
_OTHER = re.compile(r"^(import|export)\b.*", re.MULTILINE)


def joined(path: Path) -> str:
    """The module at `path` with all it imports, as the text of one module without imports. Raises ValueError."""
    written: dict[Path, tuple[str, set[str]]] = {}  # the variable of a module, and the names it exports
    parts: list[str] = []

    def write(file: Path, importers: tuple[Path, ...]) -> None:
        if file in importers:
            circle = " -> ".join(f.name for f in (*importers[importers.index(file) :], file))
            raise ValueError(f"These modules import each other in a circle: {circle}.")
        if file in written:
            return
        if not file.is_file():
            raise ValueError(f"{importers[-1].name if importers else 'A page'} imports {file.name}: no such file.")
        imports, body = _split(file.read_text(encoding="utf-8"))
        lines = [f"// {file.name}"]
        for names, source in imports:
            imported = (file.parent / source).resolve()
            write(imported, (*importers, file))
            variable, exported = written[imported]
            if missing := ", ".join(name for name, *_ in names if name not in exported):
                raise ValueError(f"{file.name} imports {missing} from {source}, which does not export that.")
            lines.append(f"const {{ {', '.join(': '.join(name) for name in names)} }} = {variable};")
        exported = set(_EXPORT.findall(body))
        if importers:
            body = _EXPORT.sub("", body)
        if other := next((line for line in _OTHER.finditer(body) if importers or line[1] == "import"), None):
            raise ValueError(f"{file.name} imports or exports in a way that cannot be joined: {other[0]}")
        if importers:
            written[file] = (f"$module{len(written)}", exported)
            lines[0] += f"\nconst {written[file][0]} = (() => {{"
            body = f"{body.rstrip()}\nreturn {{ {', '.join(sorted(exported))} }};\n}})();\n"
        parts.append("\n".join([*lines, body]))

    write(path.resolve(), ())
    return "\n".join(parts)


def _split(text: str) -> tuple[list[tuple[list[list[str]], str]], str]:
    """The imports that a file begins with, [([[name], [name, name here], ...], "./x.js"), ...], and the rest of it."""
    imports, at = [], 0
    while found := _IMPORT.match(text, at := _COMMENTS.match(text, at).end()):  # type: ignore[union-attr]
        names = [re.split(r"\s+as\s+", name.strip()) for name in found[1].split(",") if name.strip()]
        imports.append((names, found[2]))
        at = found.end()
    return imports, text[at:]
