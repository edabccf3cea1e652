// The buttons that save the stage: pictures as PNG and SVG, the whole animation as GIF and WebM, the player as a page.

import { part, setText } from "./dom.js";
import { css, penOf } from "./draw.js";
import { createGif } from "./gif.js";
import { compose, download, drawWords, filmType, frameOf, startFilm, worded } from "./save.js";
import { SvgPen, Trail } from "./svg.js";
import { TWEEN } from "./timeline.js";

const GIF_WIDTH = 800, GIF_SECONDS = 0.1, GIF_LAST = 3; // at most so wide; a picture lasts so long, and the last one

/**
 * @typedef {{ state: Playback, scene: Scene, views: View[], theme: Theme }} Shown what the player shows
 * @param {HTMLElement} root
 * @param {{ shown(): Shown, sent(): object, draw(view: View): void, at(scale: number, then: () => void): void, restart(): void, advance(seconds: number): void }} player
 * `sent` is the scene as Python sent it, `at` draws once at another scale, `advance` draws a frame so much later
 */
export function createSaves(root, player) {
  const button = (act) => /** @type {HTMLButtonElement} */ (part(root, `[data-act="${act}"]`));
  const note = part(root, ".save-note"), say = (text) => setText(note, text);
  const name = (ending) => `rec-lab-${player.shown().scene.id}.${ending}`;
  const seconds = () => { const { state, scene } = player.shown(); return `${Math.round(state.time)} of ${Math.round(scene.timeline.starts[scene.timeline.last] + TWEEN.decoded)} s`; };
  const save = (blob, ending, text) => { download(blob, name(ending)); say(text); };
  let /** @type {ReturnType<typeof startFilm> | null} */ film = null, /** @type {object | null} */ gif = null; // what is being recorded

  function png() {
    player.at(2, () => {
      const { views, theme } = player.shown(), canvas = document.createElement("canvas");
      compose(canvas, root, views, theme, 2);
      canvas.toBlob((blob) => save(blob, "png", `Saved ${canvas.width} × ${canvas.height} pixels.`));
    });
  }

  function svg() {
    const { views, theme } = player.shown(), { left, top, width, height } = frameOf(root, views), real = globalThis.Path2D;
    const words = new SvgPen(views[0].ctx), placed = [{ pen: words, x: -left, y: -top }];
    /** @type {any} */ (globalThis).Path2D = Trail;
    try {
      for (const view of views) {
        const box = view.canvas.getBoundingClientRect(), { ctx, layer, base, veil, veilCtx } = view;
        const pens = [0, 1, 2].map(() => new SvgPen(ctx)), pen = new SvgPen(ctx, pens.slice(0, 2));
        const [dots, back] = pens.map((one) => ({ canvas: one.canvas, ctx: one, done: 0, key: null, theme: layer.theme, taken: [] }));
        Object.assign(view, { ctx: pen, layer: dots, base: back, veil: { width: view.canvas.width, height: view.canvas.height }, veilCtx: pens[2] });
        try { player.draw(view); } finally { Object.assign(view, { ctx, layer, base, veil, veilCtx }); }
        placed.unshift({ pen, x: box.left - left, y: box.top - top });
      }
    } finally { globalThis.Path2D = real; }
    for (const node of worded(root)) drawWords(/** @type {any} */ (words), node);
    save(SvgPen.file(Math.ceil(width), Math.ceil(height), css(theme.bg), placed), "svg", "Saved as lines and letters.");
  }

  // From the first step to the last at the chosen speed; a second press ends it early and keeps what there is.
  function recordFilm() {
    if (film) { film.finish(); return; }
    film = startFilm(root, name("webm"), () => {
      film = null;
      setText(button("film"), "WebM");
      say("Saved the film.");
    });
    setText(button("film"), "Stop");
    player.restart();
  }

  async function recordGif() {
    if (gif) { gif = null; return; }
    const mine = gif = {}, canvas = document.createElement("canvas"), pen = penOf(canvas, { willReadFrequently: true });
    const scale = Math.min(1, GIF_WIDTH / frameOf(root, player.shown().views).width);
    setText(button("gif"), "Stop");
    player.restart();
    let /** @type {ReturnType<typeof createGif> | null} */ made = null;
    for (let going = true; going;) {
      player.advance(GIF_SECONDS);
      const { state, views, theme } = player.shown();
      compose(canvas, root, views, theme, scale);
      made ??= createGif(canvas.width, canvas.height);
      going = state.playing && gif === mine;
      made.add(pen.getImageData(0, 0, canvas.width, canvas.height), going ? GIF_SECONDS : GIF_LAST);
      say(`Recording: ${seconds()}`);
      await new Promise((resolve) => { setTimeout(resolve); });
    }
    gif = null;
    setText(button("gif"), "GIF");
    if (made) save(made.finish(), "gif", "Saved the animation.");
  }

  async function page() {
    const answer = await fetch(new URL("live/page", document.baseURI)).catch(() => null);
    if (!answer?.ok) { say("This server cannot make the page."); return; }
    const scene = JSON.stringify({ ...player.sent(), live: undefined, refused: undefined, handles: false }).replaceAll("<", "\\u003c");
    const text = (await answer.text()).replace('id="scene">null<', () => `id="scene">${scene}<`);
    save(new Blob([text], { type: "text/html" }), "html", "Saved a page that plays without a server.");
  }

  for (const [act, press] of Object.entries({ png, svg, gif: recordGif, film: recordFilm, page })) button(act).addEventListener("click", press);

  return {
    offer(/** @type {Scene} */ scene) {
      film?.finish();
      gif = null;
      part(root, ".save").hidden = !scene.save;
      button("page").hidden = !scene.live;
      button("film").disabled = !filmType();
      say(filmType() ? "" : "This browser cannot record films; the pictures work everywhere.");
    },
    frame() { // after each frame that was drawn
      if (!film) return;
      const { state, views, theme } = player.shown();
      film.grab(views, theme);
      say(`Recording: ${seconds()}`);
      if (!state.playing) film.finish();
    },
  };
}
