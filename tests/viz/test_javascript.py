"""ES modules joined into one do what they did apart, or are refused; the modules' own tests in tests/js are run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from rec_viz import javascript, stage
from rec_viz.components import cards, drawing, export, hero, surprise
from rec_viz.model import lab
from rec_viz.settings import PRESETS, View
from rec_viz.settings.view import drawn

ROOT = Path(__file__).parents[2]


@pytest.fixture
def entry(tmp_path):
    """Writes modules by name; the first is the one to join."""

    def write(**modules: str) -> Path:
        for name, text in modules.items():
            (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
        return tmp_path / f"{next(iter(modules))}.js"

    return write


@pytest.fixture
def evaluate(run, tmp_path):
    """What an expression on the joined module `js` says."""

    def says(file: Path, expression: str = "js.default()"):
        out = tmp_path / "joined.mjs"
        out.write_text(javascript.joined(file), encoding="utf-8")
        return run(out, f"() => {expression}", [[]])[0]

    return says


def test_the_modules_pass_their_own_tests(node):
    files = sorted(str(file) for file in (ROOT / "tests/js").glob("*.test.js"))
    assert len(files) >= 5
    done = subprocess.run([node, "--test", *files], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@pytest.mark.parametrize(
    ("file", "exported"),
    [
        (Path(stage.__file__).parent / "mount.js", ["default"]),
        (Path(drawing.__file__).parent / "board.js", ["default"]),
        (Path(export.__file__).parent / "pictures.js", ["default"]),
        (Path(hero.__file__).parent / "hero.js", ["default"]),
        (Path(hero.__file__).parent / "story.js", ["SECONDS", "poseAt", "sceneAt", "scenes", "turns"]),
        (Path(surprise.__file__).parent / "surprise.js", ["default"]),
        (Path(cards.__file__).parent / "cards.js", ["default"]),
        (Path(drawing.__file__).parent / "curve.js", ["SHAPES", "normaliseDrawing", "stroke", "toQuarter"]),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_what_the_app_ships_loads_and_exports_what_its_file_does(evaluate, run, file, exported):
    assert evaluate(file, "Object.keys(js)") == exported
    assert run(file, "() => Object.keys(js)", [[]]) == [exported]


def test_private_names_and_shared_modules_do_not_meet(entry, evaluate):
    file = entry(
        main='import { a } from "./a.js";\nimport { b } from "./b.js";\n'
        "const secret = 1;\nexport default function all() { return [secret, a(), b(), b()]; }\n",
        a='import { next } from "./count.js";\nconst secret = 2;\nexport const a = () => [secret, next()];\n',
        b='import { next } from "./count.js";\nconst secret = 3;\nexport function b() { return [secret, next()]; }\n',
        count="let n = 0;\nexport function next() { return ++n; }\n",
    )
    assert evaluate(file) == [1, [2, 1], [3, 2], [3, 3]]  # count.js is there once
    assert javascript.joined(file).count("let n = 0;") == 1


def test_imports_over_lines_by_another_name_and_of_every_kind(entry, evaluate):
    file = entry(
        main='// First words.\n\n/* More\nof them. */\nimport {\n  one,\n  Two as Second,\n} from "./parts.js";\n'
        'import { later, many } from "./parts.js"; // the rest\n\n'
        "export default () => [one, new Second().n, [...many()], typeof later().then];\n",
        parts="export const one = 1;\nexport class Two { n = 2; }\nexport async function later() { return 3; }\n"
        "export function* many() { yield 4; }\n",
    )
    assert evaluate(file) == [1, 2, [4], "function"]


def test_words_in_texts_and_comments_are_no_imports(entry, evaluate):
    file = entry(
        main='// import { a } from "./nowhere.js";\nimport { text } from "./text.js";\n// export function b() {}\n'
        "const own = `import { c } from './c.js'`;\nexport default () => [text, own];\n",
        text="export const text = \"export const d = 1; import e from './e.js'\";\n",
    )
    told = ["export const d = 1; import e from './e.js'", "import { c } from './c.js'"]
    assert evaluate(file) == told


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ({"main": 'import { a } from "./a.js";\n'}, r"main\.js imports a\.js: no such file"),
        (
            {"main": 'import { a, b } from "./a.js";\n', "a": "export const a = 1;\nconst b = 2;\n"},
            r"main\.js imports b from \./a\.js, which does not export that",
        ),
        (
            {
                "main": 'import { a } from "./a.js";\n',
                "a": 'import { b } from "./b.js";\nexport const a = 1;\n',
                "b": 'import { a } from "./a.js";\nexport const b = 1;\n',
            },
            r"in a circle: a\.js -> b\.js -> a\.js",
        ),
        ({"main": 'import a from "./a.js";\n', "a": "export default 1;\n"}, r"main\.js .* cannot be joined: import a"),
        ({"main": 'import * as a from "./a.js";\n'}, "cannot be joined"),
        ({"main": 'const a = 1;\nimport { b } from "./b.js";\n'}, "cannot be joined: import"),
        ({"main": 'import { a } from "a";\n'}, "cannot be joined"),
        (
            {"main": 'import { a } from "./a.js";\n', "a": "export const a = 1;\nexport let b = 2;\n"},
            r"a\.js .* cannot be joined: export let b",
        ),
        (
            {"main": 'import { a } from "./a.js";\n', "a": "export const a = 1;\nexport default a;\n"},
            r"cannot be joined: export default",
        ),
    ],
)
def test_what_cannot_be_joined_is_said(entry, modules, said):
    with pytest.raises(ValueError, match=said):
        javascript.joined(entry(**modules))


def test_a_scene_has_the_fields_that_its_type_names():
    """Types cannot follow a field from Python to JavaScript; a name changed on one side alone is found here."""
    text = (Path(stage.__file__).parent / "stage.d.ts").read_text(encoding="utf-8")
    declared = {
        name: {field: optional == "?" for field, optional in re.findall(r"^  (\w+)(\??):", body, re.MULTILINE)}
        for name, body in re.findall(r"^type (\w+) = \{\n(.*?)^\};", text, re.MULTILINE | re.DOTALL)
    }
    views = [preset.view for preset in PRESETS] + [drawn(View(), [0.0, 4.0, 1.0]), View(family="uniform", dim=2)]
    views += [View(stopping="per_bin", weighting="uniform"), View(lanes=(), others=("astar", "dither"))]
    scenes = [stage.scene(lab.race(view)) for view in views] + [stage.scene(lab.race(View()), live=View())]
    shipped = {
        "SceneData": scenes,
        "Problem": [scene["problem"] for scene in scenes],
        "LaneData": [lane for scene in scenes for lane in scene["lanes"]],
    }
    for name, things in shipped.items():
        fields = declared[name]
        for thing in things:
            assert {field for field, optional in fields.items() if not optional} <= thing.keys() <= fields.keys(), name
        assert set().union(*things) == fields.keys(), name
