// Handles on the picture: drag Q's mean and width, or the number of bins; each is a slider for the keyboard too.

import { active, el, setAria } from "./dom.js";
import { intervalEdge, logNormalCdf } from "./maths.js";
import { clamp, mix, smooth } from "./mix.js";
import { canPreview } from "./preview.js";
import { count, fmt } from "./words.js";

const NARROWEST = 2 ** -12, WIDEST = 0.98, MOST_POWERS = 8;
const NEAR = 18, FAR = 42, OCTAVE = 3; // px: the width's grip never sits on the mean's; close in, it moves by octaves

const rounded = (v, digits = 4) => Number(v.toPrecision(digits));
const centreOf = (family, [a, b]) => (family === "gaussian" ? a : (a + b) / 2);
const spreadOf = (family, [a, b]) => (family === "gaussian" ? b : b - a);

function withCentre(family, row, value) {
  if (family === "gaussian") return [Math.round(value * 1000) / 1000, row[1]];
  const width = row[1] - row[0], low = Math.round(clamp(value - width / 2, 0, 1 - width) * 1e6) / 1e6;
  return [low, Math.min(1, low + width)];
}

function withSpread(family, row, value) {
  if (family === "gaussian") return [row[0], rounded(value)];
  const width = rounded(Math.min(value, 1));
  const low = Math.round(clamp((row[0] + row[1]) / 2 - width / 2, 0, 1 - width) * 1e6) / 1e6;
  return [low, Math.min(1, low + width)];
}

const withRow = (/** @type {Draft} */ draft, d, row) => ({ ...draft, rows: draft.rows.map((old, i) => (i === d ? row : old)) });

const unitsAcross = (/** @type {View} */ view) => { const [lo, hi] = view.scene.problem.range[0]; return (view.right - view.left) / (hi - lo); };
const inverseX = (/** @type {View} */ view, px) => { const [lo, hi] = view.scene.problem.range[0]; return mix(lo, hi, (px - view.left) / (view.right - view.left)); };
const inverseY = (/** @type {View} */ view, py) => { const [lo, hi] = view.scene.problem.range[1]; return mix(lo, hi, (view.bottom - py) / (view.bottom - view.top)); };

// How far the width's grip lies from the mean, and back.
const gripAt = (half, units) => (half * units >= FAR ? half * units : Math.max(NEAR, FAR + OCTAVE * Math.log2((half * units) / FAR)));
const gripFrom = (px, units) => (px >= FAR ? px / units : (FAR / units) * 2 ** ((Math.max(px, NEAR) - FAR) / OCTAVE));

const stripMiddle = (/** @type {View} */ view) => view.bottom - 0.5 * view.strip;
const gripSide = (/** @type {View} */ view, centre) => (view.X(centre) + 60 > view.right ? -1 : 1);

// What a handle moves: where it sits, what a pointer there means, and what it says.
/** @returns {Handle[]} */
function handleSpecs(/** @type {Scene} */ scene) {
  const { family } = scene.problem;
  const half = (row) => (family === "gaussian" ? row[1] : (row[1] - row[0]) / 2);
  const limits = (d) => (draft) => {
    const [lo, hi] = scene.problem.range[d], w = family === "gaussian" ? 0.02 * (hi - lo) : half(draft.rows[d]);
    return [lo + w, hi - w];
  };
  const mean = (d, id, label, at) => ({
    id, label, at, step: family === "gaussian" ? 0.05 : 0.01, page: 10, limits: limits(d),
    get: (draft) => centreOf(family, draft.rows[d]),
    set: (draft, v) => withRow(draft, d, withCentre(family, draft.rows[d], clamp(v, ...limits(d)(draft)))),
    from: (view, _draft, x, y) => (d ? inverseY(view, y) : inverseX(view, x)),
    say: (draft) => fmt(centreOf(family, draft.rows[d]), 4),
  });
  if (scene.view === "plane") {
    return [
      mean(0, "mean1", "Mean of Q, dimension 1", (view, draft) => [view.X(centreOf(family, draft.rows[0])), view.bottom]),
      { ...mean(1, "mean2", "Mean of Q, dimension 2", (view, draft) => [view.left, view.Y(centreOf(family, draft.rows[1]))]), vertical: true },
      { id: "mean", pad: true,
        at: (view, draft) => [view.X(centreOf(family, draft.rows[0])), view.Y(centreOf(family, draft.rows[1]))],
        move(view, draft, x, y) {
          return [inverseX(view, x), inverseY(view, y)].reduce((now, v, d) => withRow(now, d, withCentre(family, now.rows[d], clamp(v, ...limits(d)(now)))), draft);
        } },
    ];
  }
  /** @type {Handle[]} */
  const specs = [
    mean(0, "mean", "Mean of Q", (view, draft) => [view.X(centreOf(family, draft.rows[0])), stripMiddle(view)]),
    {
      id: "width", label: family === "gaussian" ? "Scale of Q" : "Width of Q", page: 8,
      limits: (draft) => [NARROWEST, family === "gaussian" ? Math.max(WIDEST, draft.rows[0][1]) : 1],
      get: (draft) => spreadOf(family, draft.rows[0]),
      set: (draft, v) => withRow(draft, 0, withSpread(family, draft.rows[0], clamp(v, NARROWEST, family === "gaussian" ? WIDEST : 1))),
      nudge: (v, steps) => v * 2 ** (steps / 8),
      at(view, draft) {
        const centre = centreOf(family, draft.rows[0]);
        return [view.X(centre) + gripSide(view, centre) * gripAt(half(draft.rows[0]), unitsAcross(view)), stripMiddle(view)];
      },
      from(view, draft, x) {
        const centre = centreOf(family, draft.rows[0]);
        return gripFrom(gripSide(view, centre) * (x - view.X(centre)), unitsAcross(view)) * (family === "gaussian" ? 1 : 2);
      },
      say: (draft) => fmt(spreadOf(family, draft.rows[0])),
    },
  ];
  if (scene.lanes.some((lane) => lane.binned)) specs.push(binsSpec(family));
  return specs;
}

// The right edge of the first interval: an n-th of P's mass lies left of it.
/** @returns {Handle} */
function binsSpec(family) {
  const powers = (/** @type {Draft} */ draft) => clamp(Math.round(Math.log2(draft.intervals[0])), 0, MOST_POWERS);
  return {
    id: "bins", label: "Number of bins", ofBins: true, step: 1, page: 2, limits: () => [0, MOST_POWERS], get: powers,
    set: (draft, v) => ({ ...draft, intervals: [2 ** clamp(Math.round(v), 0, MOST_POWERS)] }),
    at: (view, draft) => {
      const [n] = draft.intervals, edge = intervalEdge(family, 1, n);
      return [Number.isFinite(edge) ? view.X(edge) : view.right, mix(view.floor + 8, view.top + 14, smooth(view.pose.big))];
    },
    from: (view, _draft, x) => {
      const at = inverseX(view, Math.min(x, view.right));
      return -Math.log2(clamp(family === "gaussian" ? Math.exp(logNormalCdf(at)) : at, 2 ** -12, 1));
    },
    say: (draft) => count(draft.intervals[0], "bin"),
  };
}

// The handles of a player. `hooks`: { draft(), views(), change(draft), commit(), cancel() }.
export function createHandles(hooks) {
  const box = el("div", "handles");
  const binsBox = el("div", "handles");
  let nodes = new Map(), specs = [], held = null, timer = 0;

  // Which handle has the keyboard; ask before the picture goes, give it back with the new one.
  const focused = () => active(box)?.dataset?.handle;

  function attach(/** @type {Scene} */ scene, /** @type {View[]} */ views, hand) {
    clearTimeout(timer);
    timer = 0;
    held = null;
    nodes = new Map();
    specs = canPreview(scene) ? handleSpecs(scene) : [];
    for (const spec of specs) nodes.set(spec.id, makeHandle(spec));
    const [ofQ, ofBins] = [false, true].map((bins) => specs.filter((spec) => Boolean(spec.ofBins) === bins).map(({ id }) => nodes.get(id)));
    box.replaceChildren(...ofQ);
    binsBox.replaceChildren(...ofBins);
    views[0].picture.append(box);
    views.find((view) => view.lane.binned)?.picture.append(binsBox);
    nodes.get(hand)?.focus({ preventScroll: true });
  }

  function makeHandle(/** @type {Handle} */ spec) {
    const node = el("div", `handle ${spec.id}${spec.vertical ? " vertical" : ""}${spec.pad ? " pad" : ""}`);
    node.dataset.handle = spec.id;
    node.dataset.role = spec.ofBins ? "heuristic" : "q";
    if (spec.pad) node.setAttribute("aria-hidden", "true"); // its two sliders on the axes say the same
    else {
      node.tabIndex = 0;
      node.setAttribute("role", "slider");
      setAria(node, { label: spec.label, ...(spec.vertical && { orientation: "vertical" }) });
      node.title = `${spec.label}: drag, or use the arrow keys`;
    }
    node.addEventListener("pointerdown", (event) => grab(spec, node, event));
    node.addEventListener("pointermove", (event) => drag(spec, event));
    node.addEventListener("pointerup", release);
    node.addEventListener("pointercancel", () => { held = null; hooks.cancel(); });
    node.addEventListener("keydown", (event) => press(spec, event));
    node.addEventListener("blur", () => { if (timer) commitKeys(); });
    return node;
  }

  const viewOf = (/** @type {Handle} */ spec) => (spec.ofBins ? hooks.views().find((view) => view.lane.binned) : hooks.views()[0]);

  function grab(/** @type {Handle} */ spec, /** @type {HTMLElement} */ node, event) {
    if (event.button) return;
    event.preventDefault();
    node.focus({ preventScroll: true });
    node.setPointerCapture(event.pointerId);
    const box0 = viewOf(spec).canvas.getBoundingClientRect(), [x, y] = spec.at(viewOf(spec), hooks.draft());
    held = { dx: event.clientX - box0.left - x, dy: event.clientY - box0.top - y };
  }

  function drag(/** @type {Handle} */ spec, event) {
    if (!held) return;
    const view = viewOf(spec), box0 = view.canvas.getBoundingClientRect(), draft = hooks.draft();
    const x = event.clientX - box0.left - held.dx, y = event.clientY - box0.top - held.dy;
    hooks.change(spec.pad ? spec.move(view, draft, x, y) : spec.set(draft, spec.from(view, draft, x, y)));
  }

  function release() {
    if (!held) return;
    held = null;
    hooks.commit();
  }

  function press(/** @type {Handle} */ spec, event) {
    if (event.key === "Escape") { held = null; clearTimeout(timer); timer = 0; hooks.cancel(); event.stopPropagation(); return; }
    if (event.key === "Enter" && timer) { commitKeys(); event.stopPropagation(); return; }
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: spec.page, PageDown: -spec.page }[event.key];
    const draft = hooks.draft(), [low, high] = spec.limits?.(draft) || [];
    const value = steps ? (spec.nudge ? spec.nudge(spec.get(draft), steps) : spec.get(draft) + steps * spec.step)
      : event.key === "Home" ? low : event.key === "End" ? high : null;
    if (value === null || spec.pad || event.altKey || event.ctrlKey || event.metaKey) return;
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
      const node = nodes.get(spec.id), view = viewOf(spec), [x, y] = spec.at(view, draft);
      node.style.transform = `translate(${clamp(x, 8, view.width - 8)}px, ${y}px)`;
      if (spec.pad) continue;
      const words = consequences ? `${spec.say(draft)}; ${consequences}` : spec.say(draft);
      const [low, high] = spec.limits(draft);
      setAria(node, { valuemin: rounded(low), valuemax: rounded(high), valuenow: rounded(spec.get(draft)), valuetext: words });
    }
  }

  return { attach, place, focused, holding: () => Boolean(held) || Boolean(timer) };
}
