/** A race to play, as Python ships it. Bins count from 0, candidates from 1 where they are read. */
type GameData = {
  id: string;
  method: "pfr" | "orc" | "bins";
  tops: number[]; // height of the picture after so many candidates, in the units of time
  curve: number[]; // the ratio at evenly spaced places of P
  peaks: number[]; // the highest of each bin
  peaks_told: string[];
  winner: number; // from 0
  candidates: GameCandidate[];
  coming: (number | null)[][]; // after so many candidates, when the next of each bin arrives
  coming_told: string[][];
  moves: GameMove[];
  says: string; // how it is played
  best: string; // what the player has reached before
  colors: HeroData["colors"];
};
type GameCandidate = { u: number; x: number; bin: number; local: number; height: number; best: number; leads: boolean; word: string; received: number; told: [time: string, ratio: string, best: string] };
type GameMove = { asks: "lead" | "next"; looked: number; options: { key: string; right: boolean; says: string }[] };
/** What a picture shows: candidates looked at, what of the next is known, and how far curve and front have come. */
type GamePose = { looked: number; leader: number; mine: number; best: number; front: number; top: number; coming: boolean; over: boolean };
