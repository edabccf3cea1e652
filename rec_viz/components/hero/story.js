// The story in twelve seconds, without a clock or a page: when each scene begins, and what is to be seen at a moment.

import { clamp, smooth } from "../../stage/mix.js";

export const SECONDS = 12;
const INTRO = 1, UNROLL = 1.9, LEADER = 0.62, WINNER = 1.2, SEND = 1.7, COUNT = 1.6;

/** @typedef {{ name: string, from: number, to: number, says: string }} Scene */

/** @returns {Scene[]} */
export function scenes(/** @type {HeroData} */ { winner, codeword }) {
  const parts = [
    ["intro", INTRO, "The sender knows Q. The receiver does not."],
    ["unroll", UNROLL, "One shared seed: both unroll the same random candidates."],
    ["race", NaN, "The sender scores each: likely under Q, and early."],
    ["winner", WINNER, `Number ${winner} scores best. Only its number is sent.`],
    ["send", SEND, `The number takes ${codeword.length} bits on the wire.`],
    ["count", COUNT, `The receiver counts to ${winner} on its own tape.`],
    ["same", 1.2, "Same sample, and the receiver never saw Q."],
  ];
  const known = parts.reduce((sum, [, seconds]) => sum + (Number(seconds) || 0), 0);
  let from = 0;
  return parts.map(([name, seconds, says]) => {
    const to = from + (Number(seconds) || SECONDS - known), scene = { name: String(name), from, to, says: String(says) };
    from = to;
    return scene;
  });
}

export const sceneAt = (/** @type {Scene[]} */ list, time) => list.find((scene) => time < scene.to) ?? list[list.length - 1];

// When candidate k, from 0, is scored, as a share of the race: those that take the lead are given longer.
export function turns(/** @type {HeroData} */ { tape, leaders }, seconds) {
  const others = tape.length - leaders.length, short = (seconds - LEADER * leaders.length) / others;
  let at = 0;
  return tape.map((_, k) => {
    const from = at;
    at += (leaders.includes(k + 1) ? LEADER : short) / seconds;
    return from;
  });
}

// How far everything has come at `time` seconds. Counts may be fractions: the whole part is there, the rest is coming.
/** @returns {HeroPose} */
export function poseAt(/** @type {HeroData} */ data, /** @type {Scene[]} */ list, time) {
  const share = Object.fromEntries(list.map(({ name, from, to }) => [name, clamp((time - from) / (to - from), 0, 1)]));
  const race = /** @type {Scene} */ (list.find(({ name }) => name === "race")), starts = turns(data, race.to - race.from);
  const bits = data.codeword.length;
  const scored = starts.map((from, k) => clamp((share.race - from) / Math.min(0.08, (starts[k + 1] ?? 1) - from), 0, 1));
  const judged = scored.filter((s) => s > 0).length;
  const flights = Array.from({ length: bits }, (_, i) => {
    const from = 0.2 + (0.35 * i) / bits;
    return clamp((share.send - from) / 0.42, 0, 1);
  });
  const counted = share.count >= 0.95 ? data.winner : Math.floor(share.count * 1.05 * data.winner);
  return {
    bell: smooth(clamp(share.intro * 1.5, 0, 1)),
    unrolled: smooth(share.unroll) * data.tape.length,
    scored,
    leader: [...data.leaders].reverse().find((n) => n <= judged && scored[n - 1] >= 1) ?? 0,
    judging: share.race > 0 && share.race < 1 ? judged : 0,
    won: smooth(clamp(share.winner * 2, 0, 1)),
    carried: smooth(clamp(share.send / 0.2, 0, 1)),
    flights,
    arrived: flights.filter((f) => f >= 1).length,
    counted,
    counting: share.count > 0 && share.same < 1 ? share.count * 1.05 * data.winner - counted : 0,
    same: smooth(clamp(share.same * 2.5, 0, 1)),
  };
}
