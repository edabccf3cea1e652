"""How soon the app answers: `python benchmarks/app.py`. Needs Chromium on the path; compiled kernels are waited for.

Dragging is one input a frame on "log2 J" at D = 1, J from 1 to 64, three methods. Painted means drawn on the canvas;
the screen shows it when it is refreshed next. Settled is when the page has nothing left to run after a drag was let go.
First paint is from opening the Start page to its hero.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from machine import machine
from rec_viz.settings import link_query
from serving import VIEW, dragger, served

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SECONDS = 5
CONNECTIONS = 10
FIND = """const find = (n) => n.querySelector('[data-testid=stage]') ||
  [...n.querySelectorAll('*')].filter((e) => e.shadowRoot).map((e) => find(e.shadowRoot)).find(Boolean);
  const stage = find(document), range = [...stage.querySelectorAll('.control')]
    .find((c) => c.querySelector('label').textContent === 'log2 J').querySelector('input');"""
NOTE_SENDS = """window.moved = 0; window.sent = [];
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (this.url.endsWith('/live')) window.sent.push(window.moved);
    return send.call(this, data);
  };"""
DRAG = f"""(seconds) => new Promise((resolve) => {{ {FIND}
  const waits = [], begun = performance.now(), first = Number(stage.dataset.answers); let k = 0;
  const seen = new MutationObserver(() => waits.push(performance.now() - window.sent.shift()));
  seen.observe(stage, {{ attributeFilter: ['data-answers'] }});
  window.sent.length = 0;
  const move = () => {{
    const past = performance.now() - begun;
    if (past > 1000 * seconds) {{
      seen.disconnect();
      resolve({{ waits, rate: (1000 * (Number(stage.dataset.answers) - first)) / past }});
      return;
    }}
    range.value = String(3 - 3 * Math.round(Math.cos(k++)));
    window.moved = performance.now();
    range.dispatchEvent(new Event('input'));
    requestAnimationFrame(move);
  }};
  requestAnimationFrame(move);
}})"""
LET_GO = f"""(value) => new Promise((resolve) => {{ {FIND}
  const app = document.querySelector('[data-testid=stApp]'), begun = performance.now(); let last = begun;
  const seen = new MutationObserver(() => {{ last = performance.now(); }});
  seen.observe(document.body, {{ subtree: true, childList: true, characterData: true, attributes: true }});
  range.value = String(value);
  for (const name of ['input', 'change']) range.dispatchEvent(new Event(name));
  const look = setInterval(() => {{
    const idle = app.dataset.testScriptState === 'notRunning';
    if (!idle || performance.now() - last < 700 || last === begun) return;
    clearInterval(look);
    seen.disconnect();
    resolve(last - begun);
  }}, 20);
}})"""


def main() -> None:
    with served() as (host, _):
        url = f"http://{host}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            open_stage(browser.new_page(), f"{url}/?{urlencode(link_query(VIEW))}")  # compiles what is not kept
            paints = [first_paint(browser, url) for _ in range(3)]
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.add_init_script(NOTE_SENDS)
            open_stage(page, f"{url}/?{urlencode(link_query(VIEW))}")
            page.evaluate(DRAG, 1)  # the first answers warm the caches
            dragged = page.evaluate(DRAG, SECONDS)
            settled = [page.evaluate(LET_GO, k % 7) for k in range(1, 13)]
            frames = frame_rate(page)
            browser.close()
        each = asyncio.run(many(host))
    waits = sorted(dragged["waits"])
    print(f"machine: {machine()}")
    print(f"answers a second, dragging log2 J   {dragged['rate']:.0f}")
    print(
        f"from input to painted   median {statistics.median(waits):.1f} ms   95% {waits[int(0.95 * len(waits))]:.1f} ms"
    )
    print(f"{CONNECTIONS} connections at once, answers a second each   {min(each):.0f} to {max(each):.0f}")
    print(
        f"from letting go to the page settled   median {statistics.median(settled):.0f} ms   max {max(settled):.0f} ms"
    )
    print(f"first paint of the hero on Start   median {statistics.median(paints):.2f} s   max {max(paints):.2f} s")
    print(f"frames a second, playing   {frames:.0f}")


def open_stage(page: Page, url: str) -> None:
    page.goto(url, wait_until="commit")
    page.get_by_test_id("stage").wait_for(timeout=120_000)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'", timeout=120_000
    )
    page.wait_for_timeout(1500)


def first_paint(browser: Browser, url: str) -> float:
    page = browser.new_context().new_page()
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.get_by_test_id("hero").wait_for(timeout=60_000)
    seconds = time.perf_counter() - begun
    page.context.close()
    return seconds


async def many(host: str) -> list[float]:
    """Answers a second that each of many connections gets."""
    until = time.perf_counter() + SECONDS
    return await asyncio.gather(*(dragger(host, number, until) for number in range(CONNECTIONS)))


def frame_rate(page: Page) -> float:
    stage = page.get_by_test_id("stage")
    stage.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(300)
    before, begun = int(stage.get_attribute("data-frame") or 0), time.perf_counter()
    page.wait_for_timeout(2000)
    return (int(stage.get_attribute("data-frame") or 0) - before) / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
