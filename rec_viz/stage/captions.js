// One sentence for every step of the story.

import { binOf, ratioOf, sampleOf } from "./scene.js";
import { apart, count, fmt, point, raised, whole } from "./words.js";

export function binName(/** @type {Lane} */ lane, e) {
  const cut = [...lane.intervals.keys()].filter((d) => lane.intervals[d] > 1);
  const parts = cut.slice(0, 4).map((d) => binOf(lane, e, d) + 1);
  return cut.length === 1 ? `bin ${parts[0]}` : `bin (${parts.join(", ")}${cut.length > 4 ? ", …" : ""})`;
}

export const numBins = (/** @type {Lane} */ lane) => raised(lane.num_bins_text);
const raisedFirst = (text) => text[0].toUpperCase() + text.slice(1);
const winnerName = (/** @type {Lane} */ lane) => lane.partitioned
  ? `candidate ${whole(lane.message.index)} of ${binName(lane, lane.winner)}`
  : `candidate ${whole(lane.position[lane.winner])}${lane.counts || lane.message.bin_bits ? "" : ` (${lane.message.told})`}`;

// What a lane shows at a step, in ten words at most; `laneDetail` has the numbers.
export function laneCaption(/** @type {Scene} */ scene, /** @type {Lane} */ lane, step) {
  const { timeline } = scene;
  const kind = timeline.kind(step);
  switch (kind) {
    case "candidate": return candidateCaption(lane, step - timeline.first);
    case "glance": return lane.lattice ? `Nothing to look for; ${lane.message.told}.` : `${whole(lane.examined)} looked at; ${winnerName(lane)} ${lane.accepts ? "is accepted" : "wins"}.`;
    case "densities": return "Both sides know P. Only the sender knows Q.";
    case "cut": return lane.partitioned ? `Cut into ${numBins(lane)} bins, equally likely under P.` : "No bins: the space stays whole.";
    case "reweight": return lane.partitioned ? "Look more where Q is high: P becomes P′." : "No bins: candidates come from P.";
    case "winner": return lane.lattice ? "The sender rounds to a shared lattice." : lane.accepts ? "The first one under the curve is accepted." : scene.view === "race" ? "The rising curve touches it first: it wins." : "The smallest race time wins.";
    case "message": return !lane.counts ? `Send what names it: ${fmt(lane.message.length_bits)} bits.` : lane.partitioned ? `Send the bin and the number: ${fmt(lane.message.length_bits)} bits.` : `Send the number ${whole(lane.message.index)}: ${fmt(lane.message.length_bits)} bits.`;
    default: return lane.counts ? `The receiver counts to ${whole(lane.message.index)}: the same sample.` : "The receiver makes the same sample.";
  }
}

export function laneDetail(/** @type {Scene} */ scene, /** @type {Lane} */ lane, step) {
  const { timeline } = scene;
  const kind = timeline.kind(step);
  if (kind === "candidate") return candidateDetail(lane, step - timeline.first);
  const won = `race time ${fmt(lane.winTime)}`;
  switch (kind) {
    case "glance":
      if (lane.lattice) return `Nothing to look for: the sender rounds to a lattice that both sides know, and sends which point: ${fmt(lane.message.length_bits)} bits.`;
      if (lane.accepts) return `The search looked at ${count(lane.examined, "candidate")} and took the last, the first that was not too high for the ratio there, so only its number is sent: ${fmt(lane.message.length_bits)} bits.`;
      return `The search looked at ${count(lane.examined, "candidate")}; ${winnerName(lane)} wins with the smallest race time `
        + `(arrival time ÷ ratio), ${fmt(lane.winTime)}, so only ${lane.partitioned ? "its bin and its number there are" : lane.counts ? "its number is" : "what names it is"} sent: ${fmt(lane.message.length_bits)} bits.`;
    case "densities":
      return `Both sides can draw from P; only the sender knows Q, from which one sample must reach the receiver, and Q is ${fmt(scene.problem.kl_bits)} bits away from P.`;
    case "cut":
      return lane.partitioned ? `Cut the space into ${numBins(lane)} bins, all equally likely under P.`
        : "This method leaves the space whole.";
    case "reweight":
      return lane.partitioned ? reweightCaption(lane) : "Its candidates keep coming from P itself.";
    case "winner":
      if (lane.lattice) return "The sender rounds to the nearest point of a lattice that both sides know.";
      if (lane.accepts) return `${raisedFirst(winnerName(lane))} is the first whose height, ${fmt(lane.arrival[lane.winner])}, is below the ratio there, ${fmt(ratioOf(lane, lane.winner))}: it is accepted, and the search ends.`;
      return (lane.budget === null
        ? `No candidate above the stop line can win, so the search stops after ${count(lane.examined, "candidate")}; `
        : `All ${count(lane.examined, "candidate")} of the budget have been seen; `)
        + (scene.view === "race" ? `grown from the floor, the curve touches ${winnerName(lane)} first, at ${won}.`
          : `${winnerName(lane)} has the smallest race time, ${fmt(lane.winTime)}, and wins.`);
    case "message":
      return lane.partitioned
        ? `The message names the bin (${fmt(lane.message.bin_length_bits)} bits) and how many candidates of that bin came up to the winner, `
          + `${whole(lane.message.index)} (${fmt(lane.message.index_length_bits)} bits).`
        : !lane.counts ? `The message names the sample: ${lane.message.told}, ${fmt(lane.message.length_bits)} bits in all.`
        : `The message is one number: the winner was candidate ${whole(lane.message.index)}, which takes ${fmt(lane.message.length_bits)} bits.`;
    default:
      return `From the shared seed and the message alone the receiver ${lane.lattice ? "makes that point of the lattice" : `draws ${winnerName(lane)}`}: x = ${point(lane.receiver?.x ?? sampleOf(lane, lane.winner))}, the same sample.`;
  }
}

function reweightCaption(/** @type {Lane} */ lane) {
  const share = (lane.weights_by_dim && lane.intervals.filter((n) => n > 1).length === 1)
    ? lane.weights_by_dim.reduce((top, w, i) => (w < 1 && w > top.w ? { w, i } : top), { w: 0, i: 0 }) : null;
  if (!share?.w) return "Bins where Q is high are given more weight: candidates will come from P′ instead of P.";
  const d = lane.intervals.findIndex((n) => n > 1);
  return `Bins where Q is high are given more weight: P becomes P′, and bin ${share.i - lane.offsets[d] + 1} alone now gets ${fmt(share.w * 100, 2)}% of the candidates.`;
}

function candidateCaption(/** @type {Lane} */ lane, e) {
  if (lane.lattice) return "Rounded to the nearest point of the lattice.";
  if (e >= lane.count && lane.accepts) return "Stopped: one was accepted.";
  if (e >= lane.count) return lane.budget === null ? "Stopped: no later candidate can win." : "Stopped: the whole budget has been seen.";
  const name = `Candidate ${whole(lane.position[e])}`, race = lane.race[e];
  if (lane.accepts) return race > 1 ? `${name}: above the curve, rejected.` : `${name}: under the curve, accepted.`;
  if (!Number.isFinite(race)) return `${name}: Q is ${lane.log2_ratio[e] === -Infinity ? "zero" : "almost zero"} there.`;
  if (e === 0) return `${name}: race time ${fmt(race)}, the one to beat.`;
  const before = lane.race[lane.best[e - 1]];
  if (lane.best[e] !== e && race > 1e6) return `${name}: far from leading.`;
  const [now, then] = apart(race, before);
  return lane.best[e] === e ? `${name} takes the lead: ${now} < ${then}.` : `${name} does not lead: ${now} > ${then}.`;
}

function candidateDetail(/** @type {Lane} */ lane, e) {
  if (lane.lattice) return "The sender rounds to the nearest point of a lattice that both sides know.";
  if (e >= lane.count && lane.accepts) return `Stopped after ${count(lane.examined, "candidate")}: the last was accepted.`;
  if (e >= lane.count) {
    return lane.budget === null ? `Stopped after ${count(lane.examined, "candidate")}: no later one can win.`
      : `Stopped: all ${count(lane.examined, "candidate")} of the budget have been seen.`;
  }
  const where = lane.partitioned ? `in ${binName(lane, e)} ` : "";
  const name = `Candidate ${whole(lane.position[e])}`;
  if (lane.accepts) return `${name} has height ${fmt(lane.arrival[e])}, and the ratio there is ${fmt(ratioOf(lane, e))}: ${lane.race[e] > 1 ? "too high, rejected" : "low enough, accepted"}.`;
  const start = `${name} arrives ${where}at time ${fmt(lane.arrival[e])}: `;
  const race = lane.race[e];
  if (!Number.isFinite(race)) return `${start}Q is ${lane.log2_ratio[e] === -Infinity ? "zero" : "vanishingly small"} there, so it cannot win.`;
  if (e === 0) return `${start}${fmt(lane.arrival[e])} ÷ ratio ${fmt(ratioOf(lane, e))} gives race time ${fmt(race)}, the one to beat.`;
  const before = lane.race[lane.best[e - 1]];
  if (lane.best[e] !== e && race > 1e6) return `${start}Q is so low there that its race time, over a million, is far from the best so far, ${fmt(before)}.`;
  const [now, then] = apart(race, before);
  const why = `It arrives ${where}at time ${fmt(lane.arrival[e])}, and ${fmt(lane.arrival[e])} ÷ ratio ${fmt(ratioOf(lane, e))} = ${now}`;
  return lane.best[e] === e ? `${name} takes the lead: ${now} < ${then}. ${why}.` : `${name} does not lead: ${now} > ${then}. ${why}.`;
}

export function sceneCaption(/** @type {Scene} */ scene, step) {
  if (scene.lanes.length === 1) return laneCaption(scene, scene.lanes[0], step);
  const { timeline } = scene;
  switch (timeline.kind(step)) {
    case "glance": {
      const numbers = scene.lanes.map((lane) => (lane.lattice ? "none" : whole(lane.examined)));
      return `Same target. Looked at: ${numbers.slice(0, -1).join(", ")} and ${numbers[numbers.length - 1]}.`;
    }
    case "candidate": {
      const k = step - timeline.first + 1;
      const done = scene.lanes.filter((lane) => lane.count < k);
      return `Candidate ${whole(k)} of each search.${done.length ? ` Done: ${done.map((lane) => lane.title).join(", ")}.` : ""}`;
    }
    case "densities": return laneCaption(scene, scene.lanes[0], step);
    case "cut": return "Cut into bins, equally likely under P.";
    case "reweight": return "With bins, look more where Q is high.";
    case "winner": return scene.lanes.some((lane) => lane.accepts) ? "Each search ends with one candidate." : "In each search the smallest race time wins.";
    case "message": return "Each message says which candidate won, nothing else.";
    default: return `Every receiver ${scene.lanes.every((lane) => lane.counts) ? "counts to" : "makes"} the same sample.`;
  }
}

export function candidateFacts(/** @type {Lane} */ lane, e) {
  const facts = [`Candidate ${whole(lane.position[e])}${e === lane.winner ? ", the winner" : ""}`];
  if (lane.partitioned) facts.push(`${binName(lane, e)}, number ${whole(lane.local[e])} in it`);
  facts.push(`x = ${point(sampleOf(lane, e))}`, `${lane.accepts ? "height" : "arrival time"} ${fmt(lane.arrival[e])}`, `ratio ${fmt(ratioOf(lane, e))}`);
  if (!lane.accepts) facts.push(`race time ${fmt(lane.race[e])}`);
  return facts.join("\n");
}
