// Play, pause, step, scrub, keys: everything local; what is dragged is answered by the core, live or on release.

import { laneDetail, sceneCaption } from "./captions.js";
import { clockTarget } from "./clock.js";
import { createControls } from "./controls.js";
import { active, setAria, setText } from "./dom.js";
import { css, legible, readTheme } from "./draw.js";
import { changeOf, createHandles, draftOf } from "./handles.js";
import { createLane, fillLane, markLane, refuseLane, stepName, syncLane, textTwin } from "./lane.js";
import { addressOf, createChannel } from "./live.js";
import { clamp, mix } from "./mix.js";
import { begin, reduce } from "./playback.js";
import { pointedText } from "./pointed.js";
import { morph, morphFrom, updatePose } from "./pose.js";
import { createSaves } from "./saves.js";
import { decodeBytes, decodeScene, prepareScene } from "./scene.js";
import { TWEEN, stepOf } from "./timeline.js";
import { drawLane, layoutLane } from "./views.js";
import { fmt, raised } from "./words.js";

// What Python asks of the stage beside the race; an answer from the core has the race alone.
const DENSE = 240; // pixels: under a picture lower than this message and receiver share a row
const OPTIONS = ["colors", "height", "scale", "units", "compact", "handles", "save", "point"];
const optionsOf = (/** @type {object} */ scene) => Object.fromEntries(OPTIONS.map((name) => [name, scene[name]]));

const WORDS_MS = 90; // between two changes of the words

const memory = new Map(); // scene id -> { state, pointed }: where its player stands, and what Python last pointed at
const MEMORY_SIZE = 24;

/** @typedef {{ state: Playback | null, pointed: string | null }} Story */

/** @returns {Story} */
function recall(id) {
  const story = memory.get(id) || { state: null, pointed: null };
  memory.delete(id);
  memory.set(id, story);
  if (memory.size > MEMORY_SIZE) memory.delete(memory.keys().next().value);
  return story;
}

// The player of a stage in `parent`: `show(scene, tell)` takes what Python sent and a way to answer.
export function createPlayer(parent) {
  const root = parent.querySelector(".stage");
  const find = (selector) => /** @type {any} */ (root.querySelector(selector));
  const button = (act) => find(`[data-act="${act}"]`);
  const ui = {
    play: button("play"), back: button("back"), step: button("step"), restart: button("restart"),
    range: find("input"), speed: find("select"), caption: find(".caption"), pointed: find(".pointed"), live: find(".live"),
    filled: 0, later: 0,
    units: find(".units"), own: find(".units input"), lanes: find(".lanes"), controls: find(".controls"), note: find(".note"), twin: find(".twin"), twinBody: find(".twin-body"),
  };
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  const events = new AbortController();
  const on = (target, name, listener) => target.addEventListener(name, listener, { signal: events.signal });
  let request = 0, last = 0, frames = 0, answers = 0, /** @type {string | null} */ shown = null;
  let alive = false; // between the first scene and the end; before it there is none of these four
  let /** @type {Scene} */ scene, /** @type {Scene} */ settled, /** @type {Playback} */ state, /** @type {Theme} */ theme; // settled: as Python last sent it
  let /** @type {View[]} */ views = [], /** @type {Story} */ story = { state: null, pointed: null };
  const nodes = /** @type {Map<string, View>} */ (new Map()); // of every lane on the page, by its name
  let /** @type {Change | null} */ change = null; // what is being dragged
  let /** @type {Change} */ owed = {}; // what was let go of, and Python has not answered yet
  let /** @type {Draft | null} */ draft = null; // where the handles are while one is dragged
  let /** @type {Tell} */ tell = () => {}; // how to reach Python
  let /** @type {Scene["units"] | null} */ units = null; // the reader's choice of them
  let /** @type {number | null} */ scale = null; // pixels to a point, where it is not the screen's
  let /** @type {object} */ sent = {}; // what Python sent last, packed

  const wake = () => { if (!request && alive) { last = performance.now(); request = requestAnimationFrame(frame); } };

  const become = (/** @type {Playback} */ next) => { state = story.state = next; };

  function send(/** @type {PlaybackEvent} */ event) {
    become(reduce(state, event));
    syncControls(); // at once: what is pressed is so, whenever the next frame comes
    wake();
  }

  const toggle = () => send({ type: state.playing ? "pause" : "play" });
  const stepBy = (by) => send({ type: "step", by, animate: !reduced.matches });
  const seek = (step) => send({ type: "seek", step });

  function frame(time) {
    request = 0;
    const dt = Math.min(0.1, Math.max(0, (time - last) / 1000));
    last = time;
    if (!theme || frames % 30 === 0 || !(state.playing || change)) theme = readTheme(root, scene.colors, scene.scale);
    for (const view of views) view.theme = theme;
    if (!views.every((view) => layoutLane(view, scale))) return; // not laid out yet: the resize observer wakes us
    become(reduce(state, { type: "tick", seconds: dt }));
    const still = reduced.matches;
    let moving = false;
    for (const view of views) {
      moving = updatePose(view, state, dt, still) || moving;
      if (view.morph) {
        morph(view, view.morph, still ? Infinity : dt);
        moving = true;
      }
      drawLane(view);
    }
    if (!state.playing && state.since < (TWEEN[scene.timeline.kind(state.step)] || 0)) moving = true;
    handles.place(change ? consequences() : "");
    root.dataset.frame = String(++frames);
    // Words need not follow every frame: laying them out costs more than drawing.
    if (change && time - ui.filled < WORDS_MS) ui.later ||= setTimeout(() => { ui.later = 0; wake(); }, WORDS_MS);
    else {
      if (views.some((view) => !view.filled)) ui.filled = time;
      for (const view of views) {
        if (view.filled) continue;
        fillLane(view, chooseClock, !change);
        markLane(view);
      }
      syncControls();
      syncWords();
    }
    saves.frame();
    if (state.playing || moving) request = requestAnimationFrame(frame);
  }

  const saves = createSaves(root, {
    shown: () => ({ state, scene, views, theme }),
    sent: () => sent,
    draw: drawLane,
    at(ratio, then) {
      scale = ratio;
      now(performance.now());
      then();
      scale = null;
      wake();
    },
    restart() { seek(0); send({ type: "play" }); },
    advance: (seconds) => now(last + 1000 * seconds),
  });

  // A frame at once, whatever the clock of frames says.
  function now(time) {
    cancelAnimationFrame(request);
    frame(time);
  }

  // ---- what is dragged

  const channel = createChannel({ open: () => new WebSocket(addressOf(document.baseURI)), answered });
  const controls = createControls(ui.controls, { drag, release });
  const handles = createHandles({
    draft: () => draft || draftOf(scene),
    change(next) { draft = next; drag(changeOf(next, draftOf(settled))); },
    commit: release,
    cancel,
  });

  function drag(/** @type {Change} */ next) {
    if (state.playing) send({ type: "pause" });
    change = next;
    root.dataset.dragging = "true";
    if (settled.live) channel.ask({ view: settled.live.query, change: { ...owed, ...change }, top: scene.top });
    if (!channel.alive()) setText(ui.note, "Let go to see the answer.");
    if (draft) handles.place(consequences());
  }

  function answered(/** @type {ArrayBuffer} */ buffer) {
    const answer = decodeBytes(buffer);
    setText(ui.note, answer.error ?? "");
    if (answer.error) return;
    if (answer.lanes.length) {
      story = { state: null, pointed: null };
      const { q_low, q_high } = answer.problem, seen = scene.view === answer.view && scene.window.length === answer.window.length
        && scene.window.every(([low, high], d) => low <= q_low[d] && q_high[d] <= high);
      const kept = { ...optionsOf(settled), point: { step: null, targets: [] }, window: seen ? scene.window : answer.window };
      swap(prepareScene({ ...answer, ...kept }), answer.slots);
    }
    refuse(answer.refused);
    controls(answer.live.controls, change || owed);
    root.dataset.answers = String(++answers);
    now(performance.now());
  }

  function refuse(/** @type {NonNullable<SceneData["refused"]>} */ refused = []) {
    for (const { name, refusal } of refused) {
      const view = nodes.get(name);
      if (view) refuseLane(view, refusal);
    }
  }

  function release() {
    if (!change) return;
    if (!Object.keys(change).length) { cancel(); return; }
    owed = { ...owed, ...change };
    letGo();
    tell("commit", owed); // the picture stays as it is until Python has seen it
  }

  function letGo() {
    change = draft = null;
    delete root.dataset.dragging;
    if (!channel.alive()) channel.drop();
    setText(ui.note, "");
    wake();
  }

  function cancel() {
    letGo();
    channel.drop();
    if (scene === settled) return;
    story = recall(settled.id);
    if (settled.lanes.length) swap(settled);
    refuse(settled.refused);
    controls(settled.live?.controls ?? []);
  }

  // Said with a handle's own value while it is dragged.
  function consequences() {
    const costs = scene.lanes.map((lane) => (lane.expected_examined ? `, ${lane.title}: ${fmt(lane.expected_examined)} candidates expected` : ""));
    return `${fmt(scene.problem.kl_bits)} bits from P${costs.join("")}`;
  }

  // Puts a scene on the nodes that are there, at its final state. Lanes have names; those in `stay` keep
  // their place though the scene lacks them.
  function swap(/** @type {Scene} */ next, /** @type {string[]} */ stay = []) {
    const otherPicture = alive && scene.view !== next.view;
    alive = true;
    scene = next;
    scene.units = units ?? scene.units;
    ui.units.hidden = scene.view !== "race";
    ui.own.checked = scene.units === "own";
    become(begin(scene.timeline, state?.speed));
    shown = ui.key = null;
    root.dataset.events = String(scene.timeline.last);
    for (const [name, { picture }] of nodes) {
      if (stay.includes(name) || scene.lanes.some((lane) => lane.name === name)) continue;
      observer.unobserve(picture);
      nodes.delete(name);
    }
    views = scene.lanes.map((lane) => {
      const view = nodes.get(lane.name) ?? createLane(scene, lane);
      if (!nodes.has(lane.name)) {
        nodes.set(lane.name, view);
        observer.observe(view.picture);
      }
      if (String(view.lane.intervals) !== String(lane.intervals)) view.clock = -1;
      Object.assign(view, { scene, lane, stale: true, filled: false, shares: null, morph: null });
      view.pose.ready = false;
      return view;
    });
    for (const view of views) view.targets = targetsOf(view);
    const articles = scene.slots.flatMap((name) => nodes.get(name)?.article ?? []);
    if (articles.length !== ui.lanes.children.length || articles.some((article, i) => article !== ui.lanes.children[i])) ui.lanes.replaceChildren(...articles);
    ui.lanes.style.setProperty("--lanes", String(articles.length));
    ui.lanes.dataset.lanes = String(articles.length);
    root.classList.toggle("large", scene.scale > 1);
    root.classList.toggle("dense", scene.height > 0 && scene.height < DENSE);
    root.classList.toggle("many", articles.length > 1);
    if (otherPicture && !handles.holding()) handles.attach(scene, views, null); // another kind of picture has other handles
    ui.twinBody.replaceChildren(...(ui.twin.open ? textTwin(scene) : []));
  }

  function syncControls() {
    const { timeline } = scene;
    const key = `${state.step}|${state.playing}`;
    if (shown === key) return;
    shown = key;
    root.dataset.step = String(state.step);
    root.dataset.playing = String(state.playing);
    const name = state.playing ? "Pause" : "Play";
    setAria(ui.play, { label: name });
    setText(ui.play.querySelector(".text"), name);
    const focused = active(root);
    ui.back.disabled = ui.restart.disabled = state.step === 0;
    ui.step.disabled = state.step === timeline.last;
    if (focused?.disabled) root.focus({ preventScroll: true }); // or the keyboard would lose its place
    ui.range.max = String(timeline.last);
    ui.range.value = String(state.step);
  }

  function syncWords() {
    const { timeline } = scene;
    const kind = timeline.kind(state.step);
    const progress = kind === "message" && !reduced.matches ? clamp(state.since / TWEEN.message, 0, 1) : 1;
    const key = `${state.step}|${state.playing}|${progress}`;
    if (ui.key === key || (state.playing && ui.kind === kind && last - ui.time < WORDS_MS)) return;
    Object.assign(ui, { key, kind, time: last });
    const caption = scene.lanes.length ? sceneCaption(scene, state.step) : raised((scene.refused ?? []).map(({ refusal }) => refusal).join(" "));
    setText(ui.caption, caption);
    ui.caption.title = scene.lanes.length === 1 ? laneDetail(scene, scene.lanes[0], state.step) : "";
    if (!state.playing && !change) {
      setText(ui.live, scene.lanes.length > 1 ? [caption, ...scene.lanes.map((lane) => `${lane.title}: ${laneDetail(scene, lane, state.step)}`)].join(" ") : caption);
      setAria(ui.range, { valuetext: stepName(scene, state.step) });
    }
    for (const view of views) syncLane(view, state, progress);
  }

  function show(data, tellPython) {
    tell = tellPython;
    owed = {};
    if (settled?.id !== data.id) settled = decodeScene(data);
    sent = data;
    Object.assign(settled, optionsOf(data));
    if (change) return; // the hand has gone on: what it says now is answered live, and on release
    channel.drop();
    const before = state;
    if (scene !== settled) follow();
    pointAt(settled.point, Boolean(before));
    recolour();
  }

  // The picture becomes what Python sent: a new one from its start, one that was shown before where it stood.
  function follow() {
    const earlier = alive ? scene : undefined, before = state, same = earlier?.id === settled.id;
    if (earlier && !settled.lanes.length) { // no search runs: their places say why, until something else is dragged
      refuse(settled.refused);
      controls(settled.live?.controls ?? []);
      return;
    }
    story = recall(settled.id);
    if (earlier && !same) Object.assign(story, { state: null, pointed: null });
    const carried = same ? before : story.state, hand = handles.focused();
    swap(settled);
    if (carried?.timeline.last === scene.timeline.last) become({ ...carried, timeline: scene.timeline });
    for (const view of views) {
      if (same) view.pose.ready = true; // it only moves to its own scale
      else view.morph = morphFrom(earlier, scene, view.lane);
    }
    ui.speed.value = String(state.speed);
    saves.offer(scene);
    ui.twin.hidden = Boolean(scene.compact);
    handles.attach(scene, views, hand);
    controls(scene.live?.controls ?? []);
    if (scene.live) channel.connect();
  }

  // Moves to a step and marks things, once for each time Python points somewhere else; after that the reader is free to move.
  function pointAt(point, animate) {
    scene.point = point;
    const targets = point.targets;
    root.dataset.marked = targets.map(({ kind }) => kind).join(" ");
    views.forEach(gatherTargets);
    ui.pointed.hidden = !targets.length;
    setText(ui.pointed, targets.length ? pointedText(scene, targets) : "");
    const key = JSON.stringify(point);
    if (story.pointed === key) return;
    story.pointed = key;
    ui.key = null;
    if (point.step) send({ type: "seek", step: stepOf(scene.timeline, point.step), animate: animate && !reduced.matches });
  }

  // What Python points at, and the bin whose clock the reader has chosen.
  const targetsOf = (/** @type {View} */ view) => [...scene.point.targets.filter(({ lane }) => scene.lanes[lane ?? 0] === view.lane), ...clockTarget(view)];

  function gatherTargets(/** @type {View} */ view) {
    view.targets = targetsOf(view);
    markLane(view);
  }

  function chooseClock(/** @type {View} */ view) {
    gatherTargets(view);
    ui.key = null;
    wake();
  }

  function recolour() {
    const now = readTheme(root, scene.colors, scene.scale);
    theme = now;
    wake();
    for (const role of Object.keys(now.ink)) {
      const tint = now[role].map((v, i) => mix(now.bg[i], v, 0.13));
      root.style.setProperty(`--role-${role}`, css(now[role]));
      root.style.setProperty(`--ink-${role}`, css(legible(now[role], now.text, tint)));
    }
  }

  function onKey(event) {
    const target = event.composedPath()[0];
    if (event.altKey || event.ctrlKey || event.metaKey || target.tagName === "SELECT" || ui.controls.contains(target)) return;
    const inRange = target === ui.range;
    const pressable = target.tagName === "BUTTON" || target.tagName === "SUMMARY";
    const actions = {
      " ": pressable ? null : toggle,
      ArrowRight: () => stepBy(1),
      ArrowLeft: () => stepBy(-1),
      Home: () => stepBy(-Infinity),
      End: () => seek(Infinity),
    };
    const action = inRange && event.key !== " " ? null : actions[event.key];
    if (!action || target.closest?.(".table")) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  on(ui.play, "click", toggle);
  on(ui.step, "click", () => stepBy(1));
  on(ui.back, "click", () => stepBy(-1));
  on(ui.restart, "click", () => stepBy(-Infinity));
  on(ui.range, "input", () => seek(Number(ui.range.value)));
  on(ui.own, "change", () => { units = scene.units = ui.own.checked ? "own" : "shares"; wake(); });
  on(ui.speed, "change", () => send({ type: "speed", speed: Number(ui.speed.value) }));
  on(root, "keydown", onKey);
  on(reduced, "change", wake);
  on(ui.twin, "toggle", () => { if (ui.twin.open && !ui.twinBody.firstChild) ui.twinBody.append(...textTwin(scene)); });
  const observer = new ResizeObserver(() => {
    for (const view of nodes.values()) view.measured = false;
    wake();
  });

  function destroy() {
    events.abort();
    observer.disconnect();
    channel.close();
    clearTimeout(ui.later);
    cancelAnimationFrame(request);
    alive = false;
  }

  return { root, show, destroy };
}
