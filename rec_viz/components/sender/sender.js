// Play the sender: what is right, and why, stands in what Python shipped; here answers are compared and things drawn.

import { layout, paint, scaleOf } from "./picture.js";
import { active, el, setText } from "../../stage/dom.js";
import { readTheme, sizeCanvas } from "../../stage/draw.js";
import { mix, smooth } from "../../stage/mix.js";
import { mounted } from "../../stage/mounted.js";
import { fmt } from "../../stage/words.js";

const MOVE_MS = 350; // curve and front to their new places
const LETTERS = { lead: "L", lose: "C", go: "G", stop: "S" }, WORDS = { lead: "Takes the lead", lose: "Cannot win", go: "Go on", stop: "Stop now" };

function createSender(parent) {
  const root = /** @type {HTMLElement} */ (parent.querySelector(".sender")), canvas = root.querySelector("canvas");
  const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name));
  const ui = { dots: find(".dots"), count: find(".count"), numbers: find(".numbers"), question: find(".question"), answers: find(".answers"), said: find(".said"), ending: find(".ending") };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let /** @type {GameData} */ data = null, tell = (/** @type {string} */ _name, /** @type {any} */ _value) => {};
  let /** @type {string[]} */ answers = [], /** @type {boolean[]} */ right = [], mine = -1, over = false, early = false;
  let frame = 0, since = -Infinity, from = { best: Infinity, front: 0, top: 1 }, to = from;

  function show(/** @type {GameData} */ next, /** @type {any} */ send) {
    tell = send;
    const fresh = data?.id !== next.id;
    data = next;
    if (fresh) begin();
    wake();
  }

  function begin() {
    [answers, right, mine, over, early] = [[], [], -1, false, false];
    from = to = standing();
    root.dataset.game = data.id;
    ui.said.className = "said";
    say("", data.says);
    ask();
  }

  const move = () => data.moves[answers.length];
  const looked = () => data.moves[over ? answers.length - 1 : answers.length].looked;

  // Where curve and front belong now: the curve at the best before the candidate that is being judged.
  function standing() {
    const seen = looked(), judged = move()?.asks === "lead" ? seen - 1 : seen;
    const shown = early ? data.candidates.length : seen, one = data.candidates[shown - 1];
    return {
      best: early ? data.candidates.at(-1).best : judged > 0 ? data.candidates[judged - 1].best : Infinity,
      top: data.tops[shown],
      front: one ? Math.max(...data.candidates.slice(0, shown).map((c) => c.height / data.peaks[c.bin])) : beginning(),
    };
  }

  // A staircase to begin with, so that its steps are seen: halfway to the first bar.
  const beginning = () => 0.5 * Math.min(...data.coming[0].map((time, j) => (time ?? Infinity) / Math.max(data.peaks[j], 1e-9)));

  function leader() {
    const judged = move()?.asks === "lead" ? looked() - 1 : looked();
    return data.candidates.slice(0, judged).reduce((at, one, k) => (one.leads ? k : at), -1);
  }

  function answer(/** @type {string} */ key) {
    const option = !over && move().options.find((one) => one.key === key);
    if (!option) return;
    const held = ui.answers.contains(active(root));
    answers.push(key);
    right.push(option.right);
    if (key === "lead") mine = data.moves[answers.length - 1].looked - 1;
    early = key === "stop" && !option.right;
    over = early || !move();
    from = posed();
    to = standing();
    since = performance.now();
    ui.said.className = `said ${option.right ? "right" : "wrong"}`;
    say(option.right ? "✓ Right." : "✗ No.", option.says);
    ask();
    if (held) /** @type {HTMLElement} */ (root.querySelector(over ? ".ending button" : ".answers button"))?.focus();
    if (over) tell("ended", answers);
    wake();
  }

  function say(/** @type {string} */ verdict, /** @type {string} */ why) {
    setText(ui.said.querySelector("b"), verdict);
    setText(ui.said.querySelector("span"), why);
  }

  // The question, its numbers and its buttons.
  function ask() {
    const asked = over ? null : move();
    ui.dots.replaceChildren(...right.map((good) => el("i", good ? "right" : "wrong"))); // how many are to come would tell the end
    const good = right.filter(Boolean).length;
    setText(ui.count, answers.length ? `${good} of ${answers.length} right` : data.best ? `Your best: ${data.best}` : "");
    Object.assign(root.dataset, { move: String(answers.length), asks: asked?.asks ?? "", right: String(good), over: String(over) });
    ui.ending.hidden = !over;
    ui.question.hidden = ui.numbers.hidden = ui.answers.hidden = over;
    if (!asked) return end(good);
    const seen = asked.looked, one = data.candidates[seen - 1], best = data.candidates[(asked.asks === "lead" ? seen - 1 : seen) - 1]?.told[2];
    const known = best ? `best so far ${best}` : "no best yet";
    if (asked.asks === "lead") {
      const named = data.method === "bins" ? `Candidate ${one.local} of bin ${one.bin + 1}` : `Candidate ${seen}`;
      setText(ui.question, `${named}: does it take the lead?`);
      setText(ui.numbers, `Time ${one.told[0]}, ratio ${one.told[1]}; ${known}.`);
    } else if (data.method === "bins") {
      setText(ui.question, seen ? "Which bin next, or stop?" : "Which bin is looked at first?");
      setText(ui.numbers, `${known[0].toUpperCase()}${known.slice(1)}. The picture has each bin’s next time and highest ratio r.`);
    } else {
      setText(ui.question, "Go on, or stop now?");
      const next = data.coming[seen][0] === null ? "None is left" : `Next at ${data.coming_told[seen][0]}, ratio at most ${data.peaks_told[0]}`;
      setText(ui.numbers, data.method === "orc" ? `${seen} of ${data.candidates.length} looked at. ${next}; ${known}.` : `${next}; ${known}.`);
    }
    ui.answers.replaceChildren(...asked.options.map(({ key }) => {
      const button = el("button", "", WORDS[key] ?? `Bin ${key}`, el("kbd", "", LETTERS[key] ?? key));
      button.type = "button";
      button.dataset.key = key;
      button.setAttribute("aria-keyshortcuts", LETTERS[key] ?? key);
      if (!WORDS[key]) button.setAttribute("aria-description", `next at ${data.coming_told[seen][Number(key) - 1]}, ratio at most ${data.peaks_told[Number(key) - 1]}`);
      return button;
    }));
  }

  const message = (k) => {
    const one = data.candidates[k];
    return [data.method === "bins" ? `bin ${one.bin + 1}, number ${one.local}: ` : `number ${k + 1}: `, el("code", "", one.word), `, so the receiver gets x = ${fmt(one.received)}`];
  };

  function end(good) {
    const score = el("strong", "", good === data.moves.length ? `All ${good} moves right.` : `${good} of ${data.moves.length} moves right.`);
    const lines = [el("p", "", score)];
    const seen = data.moves[answers.length - 1].looked;
    if (early) {
      lines.push(el("p", "", data.winner < seen ? "You stopped early and were lucky: nothing later won." : `You stopped after ${seen}, and candidate ${data.winner + 1} would have won.`));
    }
    if (mine < 0) lines.push(el("p", "", "Nobody led, so you had nothing to send."));
    else lines.push(el("p", "", mine === data.winner ? "You send " : "You would send ", ...message(mine), mine === data.winner ? ", the sample you chose." : "."));
    if (mine !== data.winner) lines.push(el("p", "", "Right would be ", ...message(data.winner), "."));
    const button = el("button", "", "New game", el("kbd", "", "N"));
    button.type = "button";
    ui.ending.replaceChildren(...lines, button);
  }

  function renew() {
    tell("again", data.id);
  }

  // ---- the picture

  function posed() {
    const t = still.matches ? 1 : smooth(Math.min(1, (performance.now() - since) / MOVE_MS));
    // From a curve beyond the picture it comes down from the picture's top.
    const start = Math.min(from.best, (1.5 * from.top) / Math.min(...data.peaks.filter((peak) => peak > 0.05)));
    return { best: Number.isFinite(to.best) ? mix(start, to.best, t) : to.best, front: mix(from.front, to.front, t), top: mix(from.top, to.top, t) };
  }

  function wake() { frame ||= requestAnimationFrame(tick); }

  function tick() {
    frame = 0;
    if (!root.isConnected || !data || !canvas.clientWidth) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const theme = readTheme(root, data.colors, scaleOf(width));
    const ctx = sizeCanvas(canvas, width, height, Math.min(window.devicePixelRatio || 1, 2));
    const coming = !over && move().asks === "next";
    canvas.style.cursor = coming && data.method === "bins" ? "pointer" : "";
    const pose = { ...posed(), looked: looked(), leader: leader(), mine, coming, over };
    paint(ctx, theme, data, pose, layout(width, height, data, pose.top));
    if (performance.now() - since < MOVE_MS) wake();
  }

  ui.answers.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (button) answer(button.dataset.key);
  });
  ui.ending.addEventListener("click", (event) => { if (/** @type {HTMLElement} */ (event.target).closest("button")) renew(); });
  canvas.addEventListener("click", (event) => {
    if (over || data.method !== "bins" || move().asks !== "next") return;
    answer(String(layout(canvas.clientWidth, canvas.clientHeight, data).binAt(event.offsetX) + 1));
  });
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!root.isConnected || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.composedPath().some((node) => /** @type {Element} */ (node).matches?.("input, textarea, select, [role=combobox]"))) return;
    const pressed = event.key.toUpperCase();
    const key = Object.keys(LETTERS).find((name) => LETTERS[name] === pressed) ?? pressed;
    if (over ? pressed === "N" : move().options.some((one) => one.key === key)) {
      event.preventDefault();
      if (over) renew();
      else answer(key);
    }
  };
  document.addEventListener("keydown", press);
  const observer = new ResizeObserver(wake);
  observer.observe(canvas);
  const destroy = () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    document.removeEventListener("keydown", press);
  };
  return { root, show, destroy };
}

export default mounted(createSender);
