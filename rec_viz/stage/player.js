// Play, pause, step, scrub, keys: everything local, nothing waits for Python.

import { laneDetail, sceneCaption } from "./captions.js";
import { clockTarget } from "./clock.js";
import { active, setAria, setText } from "./dom.js";
import { css, legible, readTheme, sizeCanvas } from "./draw.js";
import { createHandles } from "./handles.js";
import { drawHighlights } from "./highlight.js";
import { createLane, markLane, stepName, syncLane, textTwin } from "./lane.js";
import { settle, stampDot } from "./layers.js";
import { clamp, mix } from "./mix.js";
import { mounted } from "./mounted.js";
import { stampPanel } from "./panel.js";
import { drawPlane, layoutPlane } from "./plane.js";
import { begin, reduce } from "./playback.js";
import { pointedText } from "./pointed.js";
import { morph, morphFrom, updatePose } from "./pose.js";
import { draftLane, draftOf, draftWords, drawPreview, previewText, sameDraft } from "./preview.js";
import { drawRace, layoutRace, zoomRace } from "./race.js";
import { compose, download, filmType, startFilm } from "./save.js";
import { decodeScene } from "./scene.js";
import { drawStrips, layoutStrips } from "./strips.js";
import { TWEEN, stepOf } from "./timeline.js";

const VIEWS = {
  race: { layout: layoutRace, zoom: zoomRace, draw: drawRace, stamp: stampDot },
  plane: { layout: layoutPlane, draw: drawPlane, stamp: () => () => {} },
  strips: { layout: layoutStrips, draw: drawStrips, stamp: stampPanel },
};

const memory = new Map(); // scene id -> { state, pointed }: where its player stands and what it was last told to point at
const MEMORY_SIZE = 24;

function recall(id) {
  const story = memory.get(id) || { state: null, pointed: null };
  memory.delete(id);
  memory.set(id, story);
  if (memory.size > MEMORY_SIZE) memory.delete(memory.keys().next().value);
  return story;
}

function drawLane(/** @type {View} */ view) {
  const { ctx, pose, lane, theme } = view, { zoom, stamp, draw } = VIEWS[view.scene.view];
  if (view.layer.theme !== theme.name) {
    view.layer.theme = theme.name;
    view.layer.done = Infinity;
    view.base.key = null;
  }
  ctx.clearRect(0, 0, view.width, view.height);
  zoom?.(view, pose);
  settle(view, Math.min(pose.settled, lane.count), stamp(view));
  draw(view, pose);
  drawHighlights(view, pose);
}

function layoutLane(/** @type {View} */ view, scale = null) {
  const width = Math.floor(view.picture.clientWidth);
  if (!width) return false;
  const ratio = scale ?? Math.min(window.devicePixelRatio || 1, 2);
  const asked = view.scene.height;
  const height = width < 480 ? Math.round(Math.min(asked, Math.max(340, asked * 0.85))) : asked;
  if (width === view.width && height === view.height && ratio === view.ratio) return true;
  Object.assign(view, { width, height, ratio });
  view.canvas.style.height = `${height}px`;
  view.ctx = sizeCanvas(view.canvas, width, height, ratio);
  for (const name of ["layer", "base"]) {
    const canvas = document.createElement("canvas");
    view[name] = { canvas, ctx: sizeCanvas(canvas, width, height, ratio), done: 0, key: null };
  }
  view.px = new Float32Array(view.lane.count);
  view.py = new Float32Array(view.lane.count);
  VIEWS[view.scene.view].layout(view);
  return true;
}

function createPlayer(parent) {
  const root = parent.querySelector(".stage");
  const find = (selector) => /** @type {any} */ (root.querySelector(selector));
  const button = (act) => find(`[data-act="${act}"]`);
  const ui = {
    play: button("play"), back: button("back"), step: button("step"), restart: button("restart"), png: button("png"), film: button("film"),
    save: find(".save"), saveNote: find(".save-note"),
    range: find("input"), speed: find("select"), caption: find(".caption"), pointed: find(".pointed"), live: find(".live"),
    lanes: find(".lanes"), twin: find(".twin"), twinBody: find(".twin-body"),
  };
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  const events = new AbortController();
  const on = (target, name, listener) => target.addEventListener(name, listener, { signal: events.signal });
  let request = 0, last = 0, frames = 0, shown = null;
  let /** @type {Scene} */ scene = null, /** @type {View[]} */ views = [], /** @type {Theme} */ theme = null;
  let /** @type {{ state: Playback, pointed: string }} */ story = null, /** @type {Playback} */ state = null;
  let /** @type {Draft} */ draft = null; // what the handles say, while Python has not heard of it or not yet answered
  let /** @type {Tell} */ tell = null; // how to reach Python
  let scale = null; // pixels to a point, where it is not the screen's
  let film = null; // what is being recorded

  const wake = () => { if (!request && scene) { last = performance.now(); request = requestAnimationFrame(frame); } };

  const become = (/** @type {Playback} */ next) => { state = story.state = next; };

  function send(/** @type {PlaybackEvent} */ event) {
    become(reduce(state, event));
    syncControls(); // at once: what is pressed is so, whenever the next frame comes
    wake();
  }

  const toggle = () => send({ type: state.playing ? "pause" : "play" });
  const stepBy = (by) => send({ type: "step", by, animate: !reduced.matches });
  const seek = (step) => send({ type: "seek", step });

  function frame(now) {
    request = 0;
    const dt = Math.min(0.1, Math.max(0, (now - last) / 1000));
    last = now;
    if (!views.every((view) => layoutLane(view, scale))) return; // not laid out yet: the resize observer wakes us
    if (!theme || frames % 30 === 0 || !(state.playing || draft)) theme = readTheme(root, scene.colors, scene.scale);
    for (const view of views) view.theme = theme;
    become(reduce(state, { type: "tick", seconds: dt }));
    if (draft) {
      showDraft();
      return;
    }
    const still = reduced.matches;
    let moving = false;
    for (const view of views) {
      moving = updatePose(view, state, dt, still) || moving;
      if (view.morph) {
        morph(view, still ? Infinity : dt);
        moving = true;
      }
      drawLane(view);
    }
    if (!state.playing && state.since < (TWEEN[scene.timeline.kind(state.step)] || 0)) moving = true;
    handles.place();
    root.dataset.frame = String(++frames);
    syncControls();
    syncWords();
    if (film) {
      film.grab(views, theme);
      setText(ui.saveNote, `Recording: ${Math.round(state.time)} of ${Math.round(scene.timeline.starts[scene.timeline.last] + TWEEN.decoded)} s`);
      if (!state.playing) film.finish();
    }
    if (state.playing || moving) request = requestAnimationFrame(frame);
  }

  const fileName = (ending) => `rec-lab-${scene.id}.${ending}`;

  // Drawn once more at twice the size, just for the file.
  function savePicture() {
    scale = 2;
    cancelAnimationFrame(request);
    frame(last = performance.now());
    const canvas = document.createElement("canvas");
    compose(canvas, root, views, theme, scale);
    scale = null;
    wake();
    canvas.toBlob((blob) => { download(blob, fileName("png")); setText(ui.saveNote, `Saved ${canvas.width} × ${canvas.height} pixels.`); });
  }

  // From the first step to the last at the chosen speed; a second press ends it early and keeps what there is.
  function recordFilm() {
    if (film) { film.finish(); return; }
    seek(0);
    film = startFilm(root, fileName("webm"), () => {
      film = null;
      setText(ui.film, "WebM");
      setText(ui.saveNote, "Saved the film.");
    });
    setText(ui.film, "Stop");
    send({ type: "play" });
  }

  function showDraft() {
    const lanes = views.map((view) => draftLane(scene, view.lane, draft));
    for (const [i, view] of views.entries()) drawPreview(view, draft, lanes[i]);
    handles.place(draftWords(lanes));
    root.dataset.frame = String(++frames);
    setText(ui.caption, previewText(scene, lanes, draft));
  }

  const handles = createHandles({
    draft: () => draft || draftOf(scene),
    views: () => views,
    change(next) {
      if (state.playing) send({ type: "pause" });
      draft = next;
      root.dataset.dragging = "true";
      wake();
    },
    commit() {
      const before = draftOf(scene), change = {};
      if (draft && !sameDraft(draft.rows, before.rows)) change.rows = draft.rows;
      if (draft && !sameDraft(draft.intervals, before.intervals)) change.intervals = draft.intervals;
      if (!Object.keys(change).length) forgetDraft();
      else tell("commit", change); // the picture stays as it is until the new race arrives
    },
    cancel: forgetDraft,
  });

  function forgetDraft() {
    draft = null;
    delete root.dataset.dragging;
    for (const view of views) view.layer.done = Infinity;
    ui.key = null;
    wake();
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
    const held = active(root);
    ui.back.disabled = ui.restart.disabled = state.step === 0;
    ui.step.disabled = state.step === timeline.last;
    if (held?.disabled) root.focus({ preventScroll: true }); // or the keyboard would lose its place
    ui.range.value = String(state.step);
  }

  function syncWords() {
    const { timeline } = scene;
    const kind = timeline.kind(state.step);
    const progress = kind === "message" && !reduced.matches ? clamp(state.since / TWEEN.message, 0, 1) : 1;
    const key = `${state.step}|${state.playing}|${progress}`;
    // Words need not follow every frame: nobody reads that fast, and laying them out costs more than drawing.
    if (ui.key === key || (state.playing && ui.kind === kind && last - ui.time < 90)) return;
    Object.assign(ui, { key, kind, time: last });
    const caption = sceneCaption(scene, state.step);
    setText(ui.caption, caption);
    ui.caption.title = scene.lanes.length === 1 ? laneDetail(scene, scene.lanes[0], state.step) : "";
    if (!state.playing) {
      setText(ui.live, scene.lanes.length > 1 ? [caption, ...scene.lanes.map((lane) => `${lane.title}: ${laneDetail(scene, lane, state.step)}`)].join(" ") : caption);
      setAria(ui.range, { valuetext: stepName(scene, state.step) });
    }
    for (const view of views) syncLane(view, state, progress);
  }

  function show(data, tellPython) {
    tell = tellPython;
    if (scene && scene.id === data.id) {
      if (draft && !handles.holding()) forgetDraft(); // Python's answer was to leave things as they are
      scene.colors = data.colors;
      pointAt(data.point, true);
      recolour();
      return;
    }
    const before = state, earlier = scene;
    scene = decodeScene(data);
    story = recall(scene.id);
    // A control was changed: a new picture, told from its start. After a remount, by contrast, carry on where we were.
    if (before) Object.assign(story, { state: null, pointed: null });
    become(story.state || begin(scene.timeline, before?.speed));
    shown = ui.key = null;
    root.dataset.events = String(scene.timeline.last);
    ui.range.max = String(scene.timeline.last);
    ui.speed.value = String(state.speed);
    film?.finish();
    ui.save.hidden = !scene.save;
    ui.film.disabled = !filmType();
    setText(ui.saveNote, filmType() ? "" : "This browser cannot record films; the picture works everywhere.");
    ui.twin.hidden = Boolean(scene.compact);
    ui.twin.open = false;
    ui.twinBody.replaceChildren();
    ui.lanes.style.setProperty("--lanes", scene.lanes.length);
    root.classList.toggle("many", scene.lanes.length > 1);
    observer.disconnect();
    draft = null;
    delete root.dataset.dragging;
    const hand = handles.focused();
    views = scene.lanes.map((lane) => createLane(scene, lane, chooseClock));
    for (const view of views) view.morph = morphFrom(earlier, scene, view.lane);
    ui.lanes.replaceChildren(...views.map((view) => view.article));
    for (const view of views) observer.observe(view.picture);
    handles.attach(scene, views, hand);
    pointAt(data.point, Boolean(before));
    recolour();
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
  function gatherTargets(/** @type {View} */ view) {
    view.targets = [...scene.point.targets.filter(({ lane }) => scene.lanes[lane] === view.lane), ...clockTarget(view)];
    markLane(view);
  }

  function chooseClock(/** @type {View} */ view) {
    gatherTargets(view);
    ui.key = null;
    wake();
  }

  function recolour() {
    const now = readTheme(root, scene.colors, scene.scale);
    theme = null;
    wake();
    for (const node of root.querySelectorAll("[data-role]")) {
      node.style.setProperty("--role", css(now[node.dataset.role]));
      const tint = now[node.dataset.role].map((v, i) => mix(now.bg[i], v, 0.13));
      node.style.setProperty("--role-text", css(legible(now[node.dataset.role], now.text, tint)));
    }
  }

  function onKey(event) {
    const target = event.composedPath()[0];
    if (event.altKey || event.ctrlKey || event.metaKey || target.tagName === "SELECT") return;
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
  on(ui.png, "click", savePicture);
  on(ui.film, "click", recordFilm);
  on(ui.range, "input", () => seek(Number(ui.range.value)));
  on(ui.speed, "change", () => send({ type: "speed", speed: Number(ui.speed.value) }));
  on(root, "keydown", onKey);
  on(reduced, "change", wake);
  on(ui.twin, "toggle", () => { if (ui.twin.open && !ui.twinBody.firstChild) ui.twinBody.append(...textTwin(scene)); });
  const observer = new ResizeObserver(wake);

  function destroy() {
    events.abort();
    observer.disconnect();
    cancelAnimationFrame(request);
    scene = null;
  }

  return { root, show, destroy };
}

export default mounted(createPlayer);
