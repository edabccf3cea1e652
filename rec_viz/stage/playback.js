// Playback without a clock or a page: what the player's state becomes when something happens.

import { clamp } from "./mix.js";
import { TWEEN, stepAt } from "./timeline.js";

// `time` is where playing has come to, in seconds of the timeline; `since`, for how long the step has been shown.
/** @returns {Playback} */
export function begin(/** @type {Timeline} */ timeline, speed = 1) {
  return { timeline, step: 0, time: 0, since: Infinity, playing: false, speed };
}

// At a step, standing still unless `playing` is set again; `animate` shows how the picture comes to be.
function moveTo(/** @type {Playback} */ state, to, animate = false) {
  const step = clamp(to, 0, state.timeline.last);
  return { ...state, step, time: state.timeline.starts[step], since: animate ? 0 : Infinity, playing: false };
}

/** @returns {Playback} */
export function reduce(/** @type {Playback} */ state, /** @type {PlaybackEvent} */ event) {
  const { timeline, step, time } = state;
  switch (event.type) {
    case "play": { // from where it stands, or from the start where there is nothing left to play
      const from = step === 0 || step === timeline.last ? moveTo(state, 1, true) : state;
      return { ...from, time: Math.max(from.time, timeline.starts[from.step]), playing: true };
    }
    case "pause": return state.playing ? { ...state, since: time - timeline.starts[step], playing: false } : state;
    case "step": return moveTo(state, step + event.by, event.by > 0 && event.animate);
    case "seek": return moveTo(state, event.step, event.animate);
    case "speed": return { ...state, speed: event.speed };
    case "tick": return state.playing ? played(state, time + event.seconds * state.speed) : { ...state, since: state.since + event.seconds };
  }
}

function played(/** @type {Playback} */ state, time) {
  const { timeline } = state, step = stepAt(timeline, time), since = time - timeline.starts[step];
  return { ...state, step, time, since, playing: step < timeline.last || since <= TWEEN.decoded };
}
