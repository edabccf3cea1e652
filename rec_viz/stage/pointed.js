// What is pointed at, in words.

import { candidateFacts, numBins } from "./captions.js";
import { hasBins } from "./scene.js";
import { count, fmt, whole } from "./words.js";

export function binTitle(/** @type {number[]} */ bin) {
  const numbers = bin.slice(0, 6).map((b) => b + 1).join(", ");
  return bin.length === 1 ? `bin ${numbers}` : `bin (${numbers}${bin.length > 6 ? ", …" : ""})`;
}

export const DENSITY_NAMES = { p: "P", q: "Q", heuristic: "P′" };

// What is pointed at, in words and numbers.
export function targetText(/** @type {Scene} */ scene, /** @type {Lane} */ lane, /** @type {Target} */ target) {
  switch (target.kind) {
    case "bin": return hasBins(lane) ? binText(scene, lane, target.bin) : `${binTitle(target.bin)}.`;
    case "candidate": return `${candidateFacts(lane, target.event).replaceAll("\n", ", ")}.`.replace("Candidate", "candidate");
    case "curve": return lane.accepts ? "the ratio q/p; the first candidate under it is accepted." : "the curve, every point with one and the same race time; under it a candidate would do better.";
    case "stop": return lane.accepts ? "the highest ratio there is: no candidate above it is accepted." : stopText(lane);
    case "p": return "P, the coding distribution that both sides draw candidates from.";
    case "q": return "Q, the target, which only the sender knows.";
    case "heuristic": return "P′, which is P with its bins reweighted: the sender’s candidates come from it.";
    case "message": return `the message, ${fmt(lane.message.length_bits)} bits: ${lane.partitioned ? "a bin and a number in it" : "one number"}.`;
    default: return lane.partitioned ? `the local count: the winner is number ${whole(lane.message.index)} among the candidates of its own bin.`
      : `the count: the winner is candidate ${whole(lane.message.index)}.`;
  }
}

function stopText(/** @type {Lane} */ lane) {
  if (lane.budget !== null) return `the budget: ${count(lane.num_candidates ?? lane.examined, "candidate")}, then the search ends.`;
  return lane.per_bin ? "the stop lines, one a bin: in a bin, no candidate above its line can win."
    : "the stop line: no candidate above it can win.";
}

export function binNumbers(/** @type {BinnedLane} */ lane, /** @type {number[]} */ bin) {
  const at = bin.map((b, d) => lane.offsets[d] + b);
  const weight = at.reduce((product, i) => product * lane.weights_by_dim[i], 1);
  const mass = at.reduce((product, i) => product * lane.masses_by_dim[i], 1);
  const log2Peak = at.reduce((sum, i) => sum + lane.log2_peaks_by_dim[i], 0);
  return { weight, mass, peak: 2 ** log2Peak, sup: 2 ** (log2Peak - Math.log2(weight) - lane.log2_num_bins) };
}

const shareOf = (share) => (share && share < 1e-4 ? `a share of ${fmt(share)}` : `${fmt(share * 100)}%`);

export function binText(/** @type {Scene} */ scene, /** @type {BinnedLane} */ lane, /** @type {number[]} */ bin) {
  const { weight, mass, peak, sup } = binNumbers(lane, bin);
  const where = bin.map((b, d) => {
    const i = lane.offsets[d] + d + b, lo = lane.edges[i], hi = lane.edges[i + 1];
    const range = !Number.isFinite(lo) ? (Number.isFinite(hi) ? `below ${fmt(hi)}` : "all values") : Number.isFinite(hi) ? `from ${fmt(lo)} to ${fmt(hi)}` : `above ${fmt(lo)}`;
    return bin.length === 1 ? `x ${range}` : range;
  }).join(" × ");
  const facts = `${binTitle(bin)} of ${numBins(lane)}${bin.length <= 2 ? ` (${where})` : ""}. Q has ${shareOf(mass)} of its mass here, and P′ sends it ${shareOf(weight)} of the candidates. `
    + `The ratio q/p reaches ${fmt(peak)}, so against P′ it reaches ${fmt(sup)}.`;
  const setsLine = lane.budget === null && lane.stopping === "single" && lane.weighting !== "peak_ratio" && Math.log2(sup) > lane.log2_sup_ratio - 1e-6;
  if (!setsLine) return facts;
  const without = 2 ** scene.problem.d_inf_bits;
  return `${facts} No other bin reaches as far, and the one stop line must clear it: this bin is to blame for ${fmt(sup)} candidates on average`
    + (Number.isFinite(without) ? `, ${sup > without * 1.005 ? "more than" : "against"} ${fmt(without)} without bins.` : ".");
}

export function pointedText(/** @type {Scene} */ scene, /** @type {Target[]} */ targets) {
  const things = new Map(); // the same thing in several searches is said once, unless its numbers differ
  for (const target of targets) {
    const lane = scene.lanes[target.lane ?? 0];
    const thing = target.kind + (target.kind === "bin" ? target.bin : target.kind === "candidate" ? lane.position[target.event] : "");
    things.set(thing, [...(things.get(thing) || []), [lane.title, targetText(scene, lane, target)]]);
  }
  const sentences = [...things.values()].flatMap((told) => new Set(told.map(([, text]) => text)).size === 1 ? [told[0][1]]
    : told.map(([title, text]) => `${title}, ${text}`));
  return `Marked: ${sentences.map((text, i) => (i ? text[0].toUpperCase() + text.slice(1) : text)).join(" ")}`;
}
