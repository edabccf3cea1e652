// What Python ships to the hero, and what its modules hand to each other. Candidates count from 1.

type HeroData = {
  seed: number;
  tape: number[]; // candidates as the sender drew them
  heights: number[]; // the same as quantiles of P
  scores: number[]; // 1 for the winner
  leaders: number[];
  winner: number;
  codeword: string;
  own_tape: number[]; // as the receiver draws them
  own_heights: number[];
  received: number;
  ratios: number[]; // Q's density over P's at evenly spaced quantiles of P, the middles of as many shares
  colors: Record<"light" | "dark", Record<Role, string>>;
};

type HeroPose = {
  bell: number;
  unrolled: number; // candidates
  scored: number[]; // 0 to 1, a candidate each
  leader: number; // 0: nobody
  judging: number;
  won: number;
  carried: number; // the number, from its place on the tape to the wire
  flights: number[]; // 0 to 1, a bit each
  arrived: number;
  counted: number;
  counting: number;
  same: number;
};

type Tape = { left: number; top: number; height: number; column: number; first: number };
type HeroLayout = {
  width: number;
  height: number;
  sender: [number, number]; // where a person's head is
  receiver: [number, number];
  wire: [from: number, to: number, y: number];
  tapes: [Tape, Tape];
  foot: number; // of what is below a tape: numbers and scores
  bar: number; // the highest score, in pixels
};
