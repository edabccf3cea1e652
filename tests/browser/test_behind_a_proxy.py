"""The recipe in docs/hosting.md, run: nginx with TLS before two of the app, under a path, both kinds of WebSocket."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import FLAGS

from .conftest import ROOT, settle

NAME = "lab.example.org"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def recipe(language: str) -> str:
    """The block of a language on the page."""
    page = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    return re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)[1]


@pytest.fixture
def behind_nginx(tmp_path: Path) -> Iterator[str]:
    """The address people type."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs nginx.")
        pytest.skip("No nginx; install it to run the recipe.")
    ports, port = (free_port(), free_port()), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-keyout",
         tmp_path / "lab.key", "-out", tmp_path / "lab.pem"], check=True, capture_output=True,
    )  # fmt: skip
    site = recipe("conf") + recipe("nginx").replace("http://127.0.0.1:8501", "http://rec_lab")
    for written, there in (("listen 443", f"listen 127.0.0.1:{port}"), (":8501", f":{ports[0]}"),
                           (":8502", f":{ports[1]}")):  # fmt: skip
        assert written in site
        site = site.replace(written, there)
    site = re.sub(r"/etc/ssl/lab\.example\.org", str(tmp_path / "lab"), site)
    places = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors;\nevents {{}}\n"
        f"http {{ log_format who '$remote_addr $upstream_addr'; access_log {tmp_path}/who who;\n{places}{site}}}\n"
    )
    unit = dict(re.findall(r"Environment=(STREAMLIT\w+)=(\S+)", recipe("ini")))
    command = [sys.executable, "-m", "rec_viz", "--no-browser", "--port"]
    apps = [
        subprocess.Popen([*command, str(one)], cwd=ROOT, env=os.environ | unit, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
        for one in ports
    ]  # fmt: skip
    proxy = subprocess.Popen([nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        for one in (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}", f"https://127.0.0.1:{port}"):
            wait(f"{one}/rec/_stcore/health")
        yield f"https://{NAME}:{port}/rec/"
    finally:
        for one in (proxy, *apps):
            one.terminate()
            one.wait(20)


def wait(url: str) -> None:
    trusting = ssl._create_unverified_context()
    for _ in range(300):
        try:
            request = urllib.request.Request(url, headers={"Host": NAME})
            if urllib.request.urlopen(request, timeout=2, context=trusting).status == 200:
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("Nothing answered within a minute.")


def ask(url: str, source: str) -> None:
    """A request from one of this machine's own addresses, 127.x.x.x."""
    place = urlsplit(url)
    link = HTTPSConnection(
        "127.0.0.1", place.port, source_address=(source, 0), context=ssl._create_unverified_context(), timeout=20
    )
    link.request("GET", f"{place.path}_stcore/health", headers={"Host": NAME})
    assert link.getresponse().status == 200
    link.close()


def test_who_comes_from_one_address_stays_with_one_process(behind_nginx: str, tmp_path: Path) -> None:
    """Of thirty addresses all go to one of two processes once in 2^29 runs."""
    people = [f"127.0.1.{k}" for k in range(1, 31)]
    for person in people * 3:
        ask(behind_nginx, person)
    for _ in range(100):  # a line is written once its answer is out
        told = re.findall(r"^(127\.0\.1\.\d+) (\S+)$", (tmp_path / "who").read_text(), re.MULTILINE)
        if len(told) == 3 * len(people):
            break
        time.sleep(0.1)
    assert len(told) == 3 * len(people)
    assert len(set(told)) == len(people)
    assert len({process for _, process in told}) == 2


def test_the_recipe_serves_pages_and_answers_drags(browser: Browser, behind_nginx: str) -> None:
    url = behind_nginx
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium"), args=[*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    )
    try:
        page = chromium.new_context(ignore_https_errors=True).new_page()
        page.goto(f"{url}lab?v=1&log2_bins=3", wait_until="commit")  # by its path: sent to the root of the app
        stage = page.get_by_test_id("stage")
        stage.wait_for(timeout=120_000)
        settle(page)
        assert page.url.startswith(url)
        before = int(stage.get_attribute("data-answers") or 0)
        stage.get_by_role("slider", name="log2 J").press("ArrowRight")
        expect(stage).not_to_have_attribute("data-answers", str(before))  # the second WebSocket
        settle(page)
        expect(page).to_have_url(re.compile("log2_bins=4"))  # and the first
    finally:
        chromium.close()
