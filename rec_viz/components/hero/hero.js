// The hero on the page: plays once by itself, then whenever it is asked to.

import { isWide, layout, paint, scaleOf } from "./picture.js";
import { SECONDS, poseAt, sceneAt, scenes } from "./story.js";
import { el, setText } from "../../stage/dom.js";
import { readTheme, sizeCanvas } from "../../stage/draw.js";
import { clamp } from "../../stage/mix.js";
import { mounted } from "../../stage/mounted.js";
import { fmt } from "../../stage/words.js";

const KEY_SECONDS = 0.5;

function createHero(parent) {
  const root = /** @type {HTMLElement} */ (parent.querySelector(".hero")), canvas = root.querySelector("canvas");
  const caption = root.querySelector(".caption"), twin = root.querySelector(".twin");
  const toggle = root.querySelector(".toggle");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {HeroData} */
  let data = null;
  /** @type {Theme} */
  let theme = null;
  let story = [], time = 0, playing = false, frame = 0, last = 0, painted = 0;

  function show(next) {
    theme = readTheme(root, next.colors);
    if (!data) {
      data = next;
      story = scenes(data);
      twin.replaceChildren(...told().map((text) => el("li", "", text)));
      time = still.matches ? SECONDS : 0;
      playing = !still.matches;
    }
    wake();
  }

  function told() {
    const scored = data.tape.map((x, k) => `Candidate ${k + 1}, x = ${fmt(x)}: score ${fmt(100 * data.scores[k], 2)}% of the best`
      + (data.leaders.includes(k + 1) ? ", takes the lead." : "."));
    return [
      ...story.slice(0, 3).map(({ says }) => says), ...scored, ...story.slice(3, 6).map(({ says }) => says),
      `It holds x = ${fmt(data.received)}; the sender’s was x = ${fmt(data.tape[data.winner - 1])}.`, story[6].says,
    ];
  }

  // Without motion the scenes come one after the other, each as it ends.
  function shown() {
    return still.matches ? Math.max(...story.map(({ to }) => to).filter((to) => to <= time), story[0].to) : time;
  }

  function wake() {
    frame ||= requestAnimationFrame(tick);
  }

  function tick(now) {
    frame = 0;
    if (!root.isConnected || !data || !root.clientWidth) return;
    if (playing) {
      time = Math.min(SECONDS, time + (last ? Math.min(0.1, (now - last) / 1000) : 0));
      playing = time < SECONDS;
    }
    last = playing ? now : 0;
    draw();
    if (playing) wake();
  }

  function draw() {
    const width = root.clientWidth, scale = isWide(width) ? scaleOf(width) : 1;
    const at = layout(width / scale, data.tape.length), height = Math.round(at.height * scale);
    if (canvas.style.height !== `${height}px`) canvas.style.height = `${height}px`;
    const ctx = sizeCanvas(canvas, width, height, Math.min(window.devicePixelRatio || 1, 2));
    ctx.scale(scale, scale);
    const pose = poseAt(data, story, shown());
    paint(ctx, theme, data, pose, at);
    const scene = sceneAt(story, Math.max(0, shown() - (still.matches ? 1e-6 : 0)));
    setText(caption, scene.says);
    setText(toggle, playing ? "Pause" : time >= SECONDS ? "Replay" : "Play");
    Object.assign(root.dataset, {
      scene: scene.name, time: time.toFixed(2), playing: String(playing), frame: String(painted += 1), bits: String(pose.arrived),
      sender: pose.won >= 1 ? String(data.tape[data.winner - 1]) : "", receiver: pose.same >= 1 ? String(data.received) : "",
      counted: String(pose.counted),
    });
  }

  function play() {
    if (time >= SECONDS) time = 0;
    playing = true;
    last = 0;
    wake();
  }

  function seek(to) {
    time = clamp(to, 0, SECONDS);
    playing = false;
    wake();
  }

  const flip = () => { if (playing) seek(time); else play(); };
  toggle.addEventListener("click", flip);
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const onButton = event.target !== root;
    if (event.key === " " && !onButton) flip();
    else if (event.key === "ArrowRight") seek(time + KEY_SECONDS);
    else if (event.key === "ArrowLeft") seek(time - KEY_SECONDS);
    else if (event.key === "Home") seek(0);
    else if (event.key === "End") seek(SECONDS);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const observer = new ResizeObserver(wake);
  observer.observe(root);
  const destroy = () => { cancelAnimationFrame(frame); observer.disconnect(); };
  return { root, show, destroy };
}

export default mounted(createHero);
