// Build your own rule. The core races it while its setting is dragged; what was predicted opens the histogram.

import { el, setText } from "../../stage/dom.js";
import { css, line, niceTicks, polyline, readTheme, sizeCanvas, write } from "../../stage/draw.js";
import { addressOf, createChannel } from "../../stage/live.js";
import { highest, mix } from "../../stage/mix.js";
import { mounted } from "../../stage/mounted.js";
import { fmt, whole } from "../../stage/words.js";

const POUR_MS = 2400;

function createRule(parent) {
  const root = /** @type {HTMLElement} */ (parent.querySelector(".rule")), canvas = root.querySelector("canvas");
  const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name));
  const ui = { rules: find(".rules"), setting: find(".setting"), ask: find(".ask"), found: find(".found"), said: find(".said"), rows: find("tbody"), dice: find(".dice") };
  const range = /** @type {HTMLInputElement} */ (root.querySelector("[type=range]")), size = root.querySelector("select");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let /** @type {RuleData} */ data = null, /** @type {RuleOutcome} */ outcome = null, /** @type {RuleSettings} */ settings = null;
  let tell = (/** @type {string} */ _name, /** @type {any} */ _value) => {}, frame = 0, since = -Infinity, answers = 0;
  const /** @type {Record<string, boolean>} */ verdicts = {}; // by rule, as it was last seen

  const channel = createChannel({ open: () => new WebSocket(addressOf(document.baseURI, "live/rule")), answered: (buffer) => take(JSON.parse(new TextDecoder().decode(buffer))) });

  function show(/** @type {RuleData} */ next, /** @type {any} */ send) {
    tell = send;
    const first = !data;
    data = next;
    if (first) {
      settings = { ...next.outcome.of };
      make();
      channel.connect();
    }
    data.guesses = { ...data.guesses, ...guessed };
    take(next.outcome);
  }
  const /** @type {RuleData["guesses"]} */ guessed = {}; // here, Python may not have heard of it yet
  const /** @type {Record<string, number>} */ about = {}; // the setting that a prediction was about

  // An answer is shown if it is about what is set now.
  function take(/** @type {RuleOutcome} */ told) {
    if (told.error || Object.keys(settings).some((name) => told.of[name] !== settings[name])) return;
    outcome = told;
    root.dataset.answers = String(answers += 1);
    report();
  }

  const rule = () => data.rules.find(({ name }) => name === settings.rule);
  const isOpen = () => settings.rule in data.guesses;
  const matches = () => outcome && Object.keys(settings).every((name) => outcome.of[name] === settings[name]);

  function make() {
    ui.rules.append(...data.rules.map(({ name, label }) => {
      const button = el("input"), mark = el("small");
      Object.assign(button, { type: "radio", name: "rule", value: name, checked: name === settings.rule });
      mark.dataset.mark = name;
      return el("label", "", button, ` ${label[0].toLowerCase()}${label.slice(1)} `, mark);
    }));
    size.replaceChildren(...data.sizes.map((n) => Object.assign(el("option", "", whole(n)), { value: String(n) })));
    size.value = String(settings.samples);
    controls();
  }

  function controls() {
    const { setting } = rule();
    ui.setting.hidden = !setting;
    if (!setting) return;
    const { label, low, high, step } = data.settings[setting];
    setText(ui.setting.querySelector("span"), label);
    Object.assign(range, { min: String(low), max: String(high), step: String(step), value: String(settings[setting]) });
    setText(ui.setting.querySelector("output"), fmt(settings[setting], 5));
  }

  function set(/** @type {Record<string, any>} */ change, released) {
    settings = /** @type {RuleSettings} */ ({ ...settings, ...change });
    controls();
    channel.ask(settings);
    if (released) tell("commit", settings);
    report();
  }

  function guess(/** @type {"fair" | "unfair"} */ what) {
    if (isOpen()) return;
    about[settings.rule] = settings[rule().setting];
    guessed[settings.rule] = data.guesses[settings.rule] = what;
    pour();
    tell("guess", [settings.rule, what]);
  }

  function pour() {
    since = still.matches ? -Infinity : performance.now();
    report();
  }

  const grown = () => Math.min(1, (performance.now() - since) / POUR_MS);

  // Words and numbers, once all samples are there.
  function report() {
    const open = isOpen(), done = open && grown() >= 1;
    ui.ask.hidden = open;
    ui.found.hidden = !open;
    Object.assign(root.dataset, { rule: settings.rule, open: String(open), done: String(done), fair: done && matches() ? String(outcome.fair) : "" });
    if (done && matches()) {
      const { fair, verdict, rows } = outcome, said = data.guesses[settings.rule], right = (said === "fair") === fair;
      const same = about[settings.rule] === settings[rule().setting]; // else it was predicted of another setting
      ui.said.className = `said ${same ? (right ? "right" : "wrong") : ""}`;
      setText(ui.said.querySelector("b"), !same ? (fair ? "Fair." : "Unfair.") : right ? `✓ You said ${said}.` : `✗ You said ${said}.`);
      setText(ui.said.querySelector("span"), verdict);
      ui.rows.replaceChildren(...rows.map(([name, value]) => el("tr", "", Object.assign(el("th", "", name), { scope: "row" }), el("td", "", value))));
      verdicts[settings.rule] = fair;
      for (const [name, so] of Object.entries(verdicts)) setText(root.querySelector(`[data-mark=${name}]`), so ? "✓ like Q" : "✗ not Q");
    } else if (open && !done) {
      setText(ui.said.querySelector("b"), `You said ${data.guesses[settings.rule]}.`);
      setText(ui.said.querySelector("span"), "Watch the histogram grow …");
      ui.said.className = "said";
      ui.rows.replaceChildren();
    }
    wake();
  }

  function wake() { frame ||= requestAnimationFrame(tick); }

  function tick() {
    frame = 0;
    if (!root.isConnected || !data || !canvas.clientWidth) return;
    draw();
    if (!isOpen()) return;
    if (grown() < 1) wake();
    else if (root.dataset.done !== "true") report();
  }

  function draw() {
    const { clientWidth: width, clientHeight: height } = canvas, scale = width > 900 ? 1.3 : 1;
    const theme = readTheme(root, data.colors, scale), ctx = sizeCanvas(canvas, width, height, Math.min(window.devicePixelRatio || 1, 2));
    const { edges, curves } = data, floor = height - 24 * scale, first = edges[0], last = edges[edges.length - 1];
    const counts = isOpen() && outcome ? outcome.grown[Math.max(0, Math.ceil(grown() * outcome.grown.length) - 1)] : [];
    const runs = outcome ? outcome.runs * Math.max(1, Math.ceil(grown() * outcome.grown.length)) / outcome.grown.length : 1;
    const density = counts.map((n, k) => n / (runs * (edges[k + 1] - edges[k])));
    const q = highest(curves.x.length, (k) => curves.q[k]), most = Math.max(1.45 * curves.q[q], 1.08 * Math.max(0, ...final()));
    const X = (x) => mix(6, width - 6, (x - first) / (last - first)), Y = (d) => mix(floor, 22 * scale, d / most);
    line(ctx, [[6, floor], [width - 6, floor]], css(theme.text, 0.55), 1);
    for (const tick of niceTicks(first, last, 6)) write(ctx, theme, fmt(tick), X(tick), floor + 17 * scale, { align: "center", halo: false });
    ctx.fillStyle = css(theme.heuristic, 0.5);
    for (const [k, d] of density.entries()) ctx.fillRect(X(edges[k]), Y(d), X(edges[k + 1]) - X(edges[k]) - 0.7, floor - Y(d));
    const curve = (/** @type {number[]} */ heights) => curves.x.map((x, k) => [X(x), Y(heights[k])]);
    line(ctx, curve(curves.p), css(theme.p), 1.5, [5, 4]);
    line(ctx, curve(curves.q), css(theme.q), 3);
    if (!isOpen()) {
      ctx.fillStyle = css(theme.q, 0.1);
      ctx.fill(polyline([[X(first), floor], ...curve(curves.q), [X(last), floor]]));
    }
    const told = width > 480;
    write(ctx, theme, told ? "P, where candidates come from" : "P", X(-2.5), Y(0.27), { colour: theme.ink.p, weight: 600 });
    write(ctx, theme, told ? "Q, what is wanted" : "Q", X(curves.x[q]) - 34 * scale, Y(0.93 * curves.q[q]), { colour: theme.ink.q, weight: 600, align: "right" });
    if (density.length) {
      write(ctx, theme, `${whole(Math.round(runs))} samples received`, X(curves.x[q]) - 34 * scale, Y(0.93 * curves.q[q]) + 20 * scale, { colour: theme.ink.heuristic, weight: 600, align: "right" });
    }
  }

  // The whole histogram's heights, which the picture must have room for.
  const final = () => (isOpen() && outcome ? outcome.grown[outcome.grown.length - 1].map((n, k) => n / (outcome.runs * (data.edges[k + 1] - data.edges[k]))) : []);

  ui.rules.addEventListener("change", (event) => {
    set({ rule: /** @type {HTMLInputElement} */ (event.target).value }, true);
  });
  const slid = (released) => { if (rule().setting) set({ [rule().setting]: Number(range.value) }, released); };
  range.addEventListener("input", () => slid(false));
  range.addEventListener("change", () => slid(true));
  size.addEventListener("change", () => set({ samples: Number(size.value) }, true));
  ui.dice.addEventListener("click", () => {
    set({ seed: settings.seed + 1 }, true);
    if (isOpen()) pour();
  });
  ui.ask.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (button) guess(/** @type {"fair" | "unfair"} */ (button.dataset.guess));
  });
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!root.isConnected || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOpen()) return;
    if (event.composedPath().some((node) => /** @type {Element} */ (node).matches?.("input:not([type=radio]):not([type=range]), textarea, select, [role=combobox]"))) return;
    const what = /** @type {Record<string, "fair" | "unfair">} */ ({ f: "fair", u: "unfair" })[event.key.toLowerCase()];
    if (what) {
      event.preventDefault();
      guess(what);
    }
  };
  document.addEventListener("keydown", press);
  const observer = new ResizeObserver(wake);
  observer.observe(canvas);
  const destroy = () => {
    channel.close();
    cancelAnimationFrame(frame);
    observer.disconnect();
    document.removeEventListener("keydown", press);
  };
  return { root, show, destroy };
}

export default mounted(createRule);
