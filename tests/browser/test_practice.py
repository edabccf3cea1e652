"""Practice in a browser: whole games by keyboard and by pointer, graded at once; rules raced while they are set."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Locator, Page, expect

from rec_viz.model import rule, sender
from rec_viz.settings.table import Rule, Sender

from .conftest import for_everyone, settle

Open = Callable[..., Page]
KEYS = {sender.LEAD: "l", sender.LOSE: "c", sender.GO: "g", sender.STOP: "s"}

# From a key's press to the verdict in the page, in ms: the browser grades by itself.
TIMED = """([key, id]) => {
  const find = (root) => {
    for (const node of root.querySelectorAll("*")) {
      const found = node.dataset?.testid === id ? node : node.shadowRoot && find(node.shadowRoot);
      if (found) return found;
    }
  };
  const root = find(document), before = root.dataset.move, begun = performance.now();
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
  return root.dataset.move === before ? -1 : performance.now() - begun;
}"""


def game_of(page: Page, settings: Sender) -> tuple[Locator, sender.Game]:
    game, root = sender.game(settings), page.get_by_test_id("sender")
    expect(root).to_have_attribute("data-game", re.compile(rf"^{game.method}-{game.seed}-"), timeout=120_000)
    settle(page)
    return root, game


def test_a_game_by_keyboard_is_graded_at_once(open_page: Open) -> None:
    page = open_page("?v=1&page=sender&level=middle&seed=3", stage=False)
    root, game = game_of(page, Sender(level="middle", seed=3))
    said = page.get_by_test_id("sender-said")
    for move in game.moves:
        right = next(option for option in move.options if option.right)
        assert 0.0 <= page.evaluate(TIMED, [KEYS[right.key], "sender"]) < 50.0
        expect(said).to_contain_text(right.says)
        expect(said).to_contain_text("Right.")
    expect(root).to_have_attribute("data-over", "true")
    winner = game.candidates[game.winner]
    ending = page.get_by_test_id("sender-ending")
    expect(ending).to_contain_text(f"All {len(game.moves)} moves right.")
    expect(ending).to_contain_text(winner.word)
    settle(page)  # Python is told, and keeps it
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("seed=(?!3$)"))
    expect(root).to_have_attribute("data-over", "false")
    expect(root).to_contain_text(f"Your best: {len(game.moves)} of {len(game.moves)}")


def test_a_game_by_touch_goes_wrong_where_it_must(open_page: Open) -> None:
    page = open_page("?v=1&page=sender&method=bins&seed=3", stage=False, width=390, has_touch=True)
    root, game = game_of(page, Sender(method="bins", seed=3))
    said, canvas = page.get_by_test_id("sender-said"), root.locator("canvas")
    spoiled = False
    for move in game.moves:
        wrong = move.asks == "next" and not spoiled  # once: the first bin, if it may be any other
        option = next(one for one in move.options if one.right != wrong)
        spoiled = spoiled or wrong
        if option.key.isdigit():  # on the picture
            box = canvas.bounding_box()
            column = (int(option.key) - 0.5) / len(game.peaks)
            canvas.tap(position={"x": 34 + column * (box["width"] - 40), "y": box["height"] / 2})
        else:
            root.locator(f"[data-key={option.key}]").tap()
        expect(said).to_contain_text(option.says)
        expect(said).to_contain_text("No." if wrong else "Right.")
    ending = page.get_by_test_id("sender-ending")
    expect(ending).to_contain_text(f"{len(game.moves) - 1} of {len(game.moves)} moves right.")
    expect(ending).to_contain_text("the sample you chose")
    ending.get_by_role("button", name="New game").tap()
    expect(root).to_have_attribute("data-over", "false")
    page.wait_for_function("() => new URLSearchParams(location.search).get('seed') !== '3'")
    seed = parse_qs(urlparse(page.url).query)["seed"][0]
    root, game = game_of(page, Sender(method="bins", seed=int(seed)))
    first = next(option.key for option in game.moves[0].options if option.right)
    for key in (first, sender.LEAD, sender.STOP):  # and stopping after one ends it
        root.locator(f"[data-key='{key}']").tap()
    expect(root).to_have_attribute("data-over", "true")
    expect(said).to_contain_text("it could still win")
    expect(ending).to_contain_text("were lucky" if game.winner == 0 else f"candidate {game.winner + 1} would have won")
    expect(ending).to_contain_text(game.candidates[0].word)
    for_everyone(page)


def test_a_rule_is_predicted_raced_and_turned_fair(open_page: Open) -> None:
    page = open_page("?v=1&page=rule&rule=power", stage=False)
    root, said = page.get_by_test_id("rule"), page.get_by_test_id("rule-said")
    root.wait_for(timeout=120_000)
    settle(page)
    expect(said).to_be_hidden()  # nothing is shown before a guess
    page.keyboard.press("f")
    expect(root).to_have_attribute("data-done", "true")
    expect(root).to_have_attribute("data-fair", "false")
    expect(said).to_contain_text("You said fair.")
    expect(said).to_contain_text(rule.verdict(rule.outcome(Rule(rule="power"))))
    slider = root.get_by_role("slider", name="Exponent a")
    settle(page)
    before = int(root.get_attribute("data-answers") or 0)
    slider.evaluate("(one) => { one.value = '1.5'; one.dispatchEvent(new Event('input', { bubbles: true })); }")
    # raced while it is dragged: nothing was let go of, and Streamlit has not heard of it
    expect(root).to_have_attribute("data-answers", str(before + 1))
    expect(root).to_contain_text(rule.rows(rule.outcome(Rule(rule="power", power=1.5)))[0][1])
    assert "power=1.5" not in page.url
    slider.fill("1")
    expect(root).to_have_attribute("data-fair", "true")
    expect(said).to_contain_text("cannot be told from Q")
    expect(page).to_have_url(re.compile("power=1(&|$)"))
    root.get_by_role("radio", name="largest r of n").check()
    expect(said).to_be_hidden()
    root.get_by_role("button", name="Unfair").click()
    expect(said).to_contain_text("✓ You said unfair.")
    expect(root).to_have_attribute("data-fair", "false")
    for_everyone(page)


def test_practice_is_found_from_the_lessons(open_page: Open) -> None:
    page = open_page("?v=1&page=learn&lesson=partition&step=4", stage=False)
    page.get_by_role("link", name="Practice: play the sender").click(timeout=120_000)
    expect(page.get_by_test_id("sender")).to_have_attribute("data-game", re.compile("^bins-"), timeout=60_000)
    page.get_by_role("link", name="All lessons").click()
    page.get_by_role("link", name="Build your own rule").click(timeout=60_000)
    expect(page.get_by_test_id("rule")).to_be_visible(timeout=60_000)
