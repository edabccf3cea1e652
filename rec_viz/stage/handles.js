// Handles on the picture: drag Q's mean and width, or the number of bins; each is a slider for the keyboard too.

import { active, el, setAria } from "./dom.js";
import { clamp, mix } from "./mix.js";
import { count, fmt } from "./words.js";

const NARROWEST = 2 ** -12, WIDEST = 0.98, MOST_POWERS = 8;
const NEAR = 26, FAR = 48, OCTAVE = 3; // px: the width's grip never sits on the mean's; close in, it moves by octaves
const MOST_INTERVALS = 4096; // of a dimension

const rounded = (v, digits = 4) => Number(v.toPrecision(digits));
// A row of Q has the ends of a box where P is bounded, else a mean and a scale.
const centreOf = (bounded, [a, b]) => (bounded ? (a + b) / 2 : a);
const spreadOf = (bounded, [a, b]) => (bounded ? b - a : b);

// What can be dragged: Q's rows, [mean, scale] or [low, high] a dimension, and the intervals of the searches with bins.
/** @returns {Draft} */
export function draftOf(/** @type {Scene} */ scene) {
  const binned = scene.lanes.find((lane) => lane.binned);
  return { rows: scene.problem.rows, intervals: binned ? [...binned.intervals] : null };
}

// The parts of a draft that are new.
export function changeOf(/** @type {Draft} */ draft, /** @type {Draft} */ before) {
  const change = /** @type {Partial<Draft>} */ ({});
  for (const key of /** @type {const} */ (["rows", "intervals"])) if (JSON.stringify(draft[key]) !== JSON.stringify(before[key])) Object.assign(change, { [key]: draft[key] });
  return change;
}

function withCentre(bounded, row, value) {
  if (!bounded) return [Math.round(value * 1000) / 1000, row[1]];
  const width = row[1] - row[0], low = Math.round(clamp(value - width / 2, 0, 1 - width) * 1e6) / 1e6;
  return [low, Math.min(1, low + width)];
}

function withSpread(bounded, row, value) {
  if (!bounded) return [row[0], rounded(value)];
  const width = rounded(Math.min(value, 1));
  const low = Math.round(clamp((row[0] + row[1]) / 2 - width / 2, 0, 1 - width) * 1e6) / 1e6;
  return [low, Math.min(1, low + width)];
}

const withRow = (/** @type {Draft} */ draft, d, row) => ({ ...draft, rows: draft.rows.map((old, i) => (i === d ? row : old)) });

// ---- between places of the picture and values

// Where a value stands in one sorted array, in another.
export function between(/** @type {ArrayLike<number>} */ from, /** @type {ArrayLike<number>} */ to, value) {
  let lo = 0, hi = from.length - 1;
  while (hi - lo > 1) { const mid = (lo + hi) >> 1; if (from[mid] <= value) lo = mid; else hi = mid; }
  const gap = from[hi] - from[lo];
  return gap > 0 ? mix(to[lo], to[hi], clamp((value - from[lo]) / gap, 0, 1)) : to[lo];
}

// One dimension lies at view.gx, on the scene's grid of x; two on a floor of u = F_P(x) along each.
const acrossX = (/** @type {RaceView} */ view, x) => between(view.scene.grid.x, view.gx, x);
const inverseX = (/** @type {RaceView} */ view, px) => between(view.gx, view.scene.grid.x, px);
const shareOf = (/** @type {PlaneView} */ view, d, x) => { const axis = view.scene.axes[d]; return between(axis.x, axis.u, x); };
const inPlane = (/** @type {PlaneView} */ view, px, py) => view.unF(px, py).map((u, d) => { const axis = view.scene.axes[d]; return between(axis.u, axis.x, u); });

// How far the width's grip lies from the mean's, for a width in pixels, and back.
const gripAt = (px) => (px >= FAR ? px : Math.max(NEAR, FAR + OCTAVE * Math.log2(Math.max(px, 1e-9) / FAR)));
const gripFrom = (px) => (px >= FAR ? px : FAR * 2 ** ((Math.max(px, NEAR) - FAR) / OCTAVE));
const gripSide = (/** @type {RaceView} */ view, centre) => (acrossX(view, centre) > (view.left + view.right) / 2 ? -1 : 1); // where there is room

// What a handle moves: where it sits, what a pointer there means, and what it says.
/** @returns {Handle[]} */
function handleSpecs(/** @type {Scene} */ scene) {
  const { bounded } = scene.problem;
  const half = (row) => (bounded ? (row[1] - row[0]) / 2 : row[1]);
  const limits = (d) => (draft) => {
    const [lo, hi] = scene.problem.range[d], w = bounded ? half(draft.rows[d]) : 0.02 * (hi - lo);
    return [lo + w, hi - w];
  };
  const mean = (d, id, label, at) => ({
    id, label, at, page: 10, limits: limits(d), nudge: (v, steps) => v + steps * (bounded ? 0.01 : 0.05),
    get: (draft) => centreOf(bounded, draft.rows[d]),
    set: (draft, v) => withRow(draft, d, withCentre(bounded, draft.rows[d], clamp(v, ...limits(d)(draft)))),
    from: (view, _draft, x, y) => (scene.view === "plane" ? inPlane(view, x, y)[d] : inverseX(view, x)),
    say: (draft) => fmt(centreOf(bounded, draft.rows[d]), 4),
  });
  if (scene.view === "plane") {
    const near = (/** @type {PlaneView} */ view, d) => view.scene.window[d][1]; // the edges in front
    const at = (/** @type {PlaneView} */ view, draft, d) => shareOf(view, d, centreOf(bounded, draft.rows[d]));
    return [
      mean(0, "mean1", "Mean of Q, dimension 1", (view, draft) => view.F(at(view, draft, 0), near(view, 1))),
      mean(1, "mean2", "Mean of Q, dimension 2", (view, draft) => view.F(near(view, 0), at(view, draft, 1))),
      { id: "mean", pad: true,
        at: (/** @type {PlaneView} */ view, draft) => view.F(at(view, draft, 0), at(view, draft, 1)),
        move(/** @type {PlaneView} */ view, draft, x, y) {
          return inPlane(view, x, y).reduce((now, v, d) => withRow(now, d, withCentre(bounded, now.rows[d], clamp(v, ...limits(d)(now)))), draft);
        } },
    ];
  }
  /** @type {Handle[]} */
  const specs = [
    mean(0, "mean", "Mean of Q", (view, draft) => [acrossX(view, centreOf(bounded, draft.rows[0])), view.floor]),
    {
      id: "width", label: bounded ? "Width of Q" : "Scale of Q", page: 8,
      limits: (draft) => [NARROWEST, bounded ? 1 : Math.max(WIDEST, draft.rows[0][1])],
      get: (draft) => spreadOf(bounded, draft.rows[0]),
      set: (draft, v) => withRow(draft, 0, withSpread(bounded, draft.rows[0], clamp(v, NARROWEST, bounded ? 1 : WIDEST))),
      nudge: (v, steps) => v * 2 ** (steps / 8),
      at(/** @type {RaceView} */ view, draft) {
        const centre = centreOf(bounded, draft.rows[0]), side = gripSide(view, centre), at = acrossX(view, centre);
        return [at + side * gripAt(Math.abs(acrossX(view, centre + side * half(draft.rows[0])) - at)), view.floor];
      },
      from(/** @type {RaceView} */ view, draft, x) {
        const centre = centreOf(bounded, draft.rows[0]), side = gripSide(view, centre), at = acrossX(view, centre);
        return Math.abs(inverseX(view, at + side * gripFrom(side * (x - at))) - centre) * (bounded ? 2 : 1);
      },
      say: (draft) => fmt(spreadOf(bounded, draft.rows[0])),
    },
  ];
  if (scene.lanes.some((lane) => lane.binned)) specs.push(binsSpec());
  return specs;
}

// The right edge of the first interval: an n-th of P lies left of it.
/** @returns {Handle} */
function binsSpec() {
  const number = (/** @type {Draft} */ draft) => draft.intervals?.[0] ?? 1;
  const powers = (/** @type {Draft} */ draft) => clamp(Math.round(Math.log2(number(draft))), 0, MOST_POWERS);
  return {
    id: "bins", label: "Number of bins", ofBins: true, page: 2, nudge: (v, steps) => v + steps, limits: () => [0, MOST_POWERS], get: powers,
    set: (draft, v) => ({ ...draft, intervals: [2 ** clamp(Math.round(v), 0, MOST_POWERS)] }),
    at: (/** @type {RaceView} */ view, draft) => [between(view.scene.grid.u, view.gx, 1 / number(draft)), view.top + 14],
    from: (/** @type {RaceView} */ view, _draft, x) => -Math.log2(Math.max(between(view.gx, view.scene.grid.u, x), 2 ** -12)),
    say: (draft) => count(number(draft), "bin"),
  };
}

// The handles of a player. `hooks`: { draft(), change(draft), commit(), cancel() }.
export function createHandles(hooks) {
  const box = el("div", "handles");
  const binsBox = el("div", "handles");
  let nodes = new Map(), /** @type {Handle[]} */ specs = [], timer = 0;
  let /** @type {{ dx: number, dy: number, x: number, y: number } | null} */ grip = null; // where the pointer took hold
  let /** @type {{ ofQ?: View, ofBins?: View }} */ hosts = {}; // whose pictures they stand on

  // Which handle has the keyboard; ask before the picture goes, give it back with the new one.
  const focused = () => active(box)?.dataset?.handle;

  function attach(/** @type {Scene} */ scene, /** @type {View[]} */ views, hand) {
    clearTimeout(timer);
    timer = 0;
    grip = null;
    nodes = new Map();
    const few = views.length && scene.lanes.every((lane) => Math.max(...lane.intervals) <= MOST_INTERVALS);
    specs = scene.handles && scene.view !== "strips" && few ? handleSpecs(scene) : [];
    for (const spec of specs) nodes.set(spec.id, makeHandle(spec));
    const [ofQ, ofBins] = [false, true].map((bins) => specs.filter((spec) => Boolean(spec.ofBins) === bins).map(({ id }) => nodes.get(id)));
    box.replaceChildren(...ofQ);
    binsBox.replaceChildren(...ofBins);
    hosts = { ofQ: views[0], ofBins: views.find((view) => view.lane.binned) };
    hosts.ofQ?.picture.append(box);
    hosts.ofBins?.picture.append(binsBox);
    nodes.get(hand)?.focus({ preventScroll: true });
  }

  function makeHandle(/** @type {Handle} */ spec) {
    const node = el("div", `handle ${spec.id}${spec.pad ? " pad" : ""}`);
    node.dataset.handle = spec.id;
    node.dataset.role = spec.ofBins ? "heuristic" : "q";
    if (spec.pad) node.setAttribute("aria-hidden", "true"); // its two sliders on the axes say the same
    else {
      node.tabIndex = 0;
      node.setAttribute("role", "slider");
      setAria(node, { label: spec.label });
      node.title = `${spec.label}: drag, or use the arrow keys`;
    }
    node.addEventListener("pointerdown", (event) => grab(spec, node, event));
    node.addEventListener("pointermove", (event) => drag(spec, event));
    node.addEventListener("pointerup", release);
    node.addEventListener("pointercancel", () => { grip = null; hooks.cancel(); });
    node.addEventListener("keydown", (event) => press(spec, event));
    node.addEventListener("blur", () => { if (timer) commitKeys(); });
    return node;
  }

  const viewOf = (/** @type {Handle} */ spec) => (spec.ofBins ? hosts.ofBins : hosts.ofQ);

  function grab(/** @type {Handle} */ spec, /** @type {HTMLElement} */ node, event) {
    if (event.button) return;
    const view = viewOf(spec);
    if (!view) return;
    event.preventDefault();
    node.focus({ preventScroll: true });
    node.setPointerCapture(event.pointerId);
    const [x, y] = spec.at(view, hooks.draft());
    grip = { dx: event.clientX - x, dy: event.clientY - y, x: event.clientX, y: event.clientY };
  }

  function drag(/** @type {Handle} */ spec, event) {
    const view = viewOf(spec), draft = hooks.draft();
    if (!grip || !view) return;
    // On from where it is, for the picture may have changed its scale; but bins go by powers, and count from the start.
    const [left, top] = spec.ofBins ? [grip.x - grip.dx, 0] : spec.at(view, draft);
    const x = left + event.clientX - grip.x, y = top + event.clientY - grip.y;
    if (!spec.ofBins) Object.assign(grip, { x: event.clientX, y: event.clientY });
    hooks.change(spec.pad ? spec.move(view, draft, x, y) : spec.set(draft, spec.from(view, draft, x, y)));
  }

  function release() {
    if (!grip) return;
    grip = null;
    hooks.commit();
  }

  function press(/** @type {Handle} */ spec, event) {
    if (event.key === "Escape") { grip = null; clearTimeout(timer); timer = 0; hooks.cancel(); event.stopPropagation(); return; }
    if (event.key === "Enter" && timer) { commitKeys(); event.stopPropagation(); return; }
    if (spec.pad || event.altKey || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: spec.page, PageDown: -spec.page }[event.key];
    const draft = hooks.draft(), [low, high] = spec.limits(draft);
    const value = steps ? spec.nudge(spec.get(draft), steps) : event.key === "Home" ? low : event.key === "End" ? high : null;
    if (value === null) return;
    event.preventDefault();
    event.stopPropagation(); // or the player would step as well
    hooks.change(spec.set(draft, value));
    clearTimeout(timer);
    timer = setTimeout(commitKeys, 600); // a pause of the keys is their release
  }

  function commitKeys() {
    clearTimeout(timer);
    timer = 0;
    hooks.commit();
  }

  // Where each handle sits and what it says; `consequences` is what the draft would mean, where there is one.
  function place(consequences = "") {
    const draft = hooks.draft();
    for (const spec of specs) {
      const node = nodes.get(spec.id), view = viewOf(spec);
      if (!view) continue;
      const [x, y] = spec.at(view, draft);
      node.style.transform = `translate(${clamp(x, 8, view.width - 8)}px, ${y}px)`;
      if (spec.pad) continue;
      const words = consequences ? `${spec.say(draft)}; ${consequences}` : spec.say(draft);
      const [low, high] = spec.limits(draft);
      setAria(node, { valuemin: rounded(low), valuemax: rounded(high), valuenow: rounded(spec.get(draft)), valuetext: words });
    }
  }

  return { attach, place, focused, holding: () => Boolean(grip) || Boolean(timer) };
}
