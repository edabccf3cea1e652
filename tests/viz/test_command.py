"""`rec-lab`: what it reads and opens, and what it says where it cannot start. CI starts it from an installed wheel."""

from __future__ import annotations

import socket
import tomllib
from pathlib import Path

import pytest

from rec_viz import __main__ as command
from tests.core.test_odd_commands import ODD, ends

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("view", "address"),
    [
        ("", "http://here:1/"),
        ("learn", "http://here:1/learn"),
        ("lab?v=1&bits=8", "http://here:1/lab?v=1&bits=8"),
        ("http://127.0.0.1:8501/?v=1&page=speed", "http://here:1/?v=1&page=speed"),
    ],
)
def test_a_view_opens_here_whatever_address_its_link_had(view, address):
    assert command.view_url("http://here:1", view) == address


def test_a_port_that_is_taken_is_passed_over():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        found = command.free_port("127.0.0.1", taken)
    assert found != taken


def test_help_names_the_port_the_address_and_views(capsys):
    with pytest.raises(SystemExit):
        command.options(["--help"])
    said = capsys.readouterr().out
    assert all(word in said for word in ("--port", "--address", "127.0.0.1", "--no-browser", "rec-lab learn"))


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "plotly" else object())
    with pytest.raises(SystemExit, match=r"needs plotly: .*rec-lab\[app\]"):
        command.main([])


def test_it_listens_on_this_machine_alone_unless_told():
    assert command.options([]).address == "127.0.0.1"
    settings = tomllib.loads((ROOT / "rec_viz" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert (ROOT / ".streamlit").resolve() == (ROOT / "rec_viz" / ".streamlit").resolve()


@pytest.mark.reliability
@pytest.mark.parametrize("option", ["--port=", "--address=", "--cifar=", ""])
def test_odd_lines_end_in_a_sentence_or_start_the_app(option, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    started: list[list[str]] = []
    monkeypatch.setattr("streamlit.web.cli.main", started.append)
    odds = (*ODD, "65536", "8501 ", "\u0663", "1.2.3.4", "a b", "//[x", "~nobody-here/x")
    for odd in ("\x00", "\udcff", "x" * 5000, "1.2.3.4", "") if option == "--address=" else odds:  # none is looked up
        if option == "" and odd.startswith("-"):
            continue  # an option, not a page
        started.clear()
        code = ends(command.main, ["--no-browser", f"{option}{odd}"])
        said = capsys.readouterr()
        assert code in (None, 2), (odd, code)
        assert (code is None) == bool(started), (odd, started)
        (said.out + said.err).encode("utf-8")  # no half of a character
        assert code is None or len(said.err.strip().splitlines()[-1]) <= 400, (odd, said.err)
        assert code == 2 or option != "--port=", odd


def test_an_address_is_looked_at_though_the_port_is_given(capsys):
    assert ends(command.main, ["--no-browser", "--port=8630", "--address=1.2.3.4"]) == 2
    assert "cannot listen on '1.2.3.4'" in capsys.readouterr().err


def test_under_a_path_the_address_it_prints_has_it(capsys, monkeypatch):
    monkeypatch.setattr("streamlit.web.cli.main", lambda arguments: None)
    for path, address in (("", "127.0.0.1:8631/learn "), ("/rec/", "127.0.0.1:8631/rec/learn ")):
        monkeypatch.setattr("streamlit.config.get_option", {"server.baseUrlPath": path}.get)
        command.main(["--no-browser", "--port=8631", "learn"])
        assert f"http://{address}" in capsys.readouterr().out
