/** A row of the table that Python ships: what so many bits of surprise cost. */
type Price = {
  bits: number;
  floor_bits: number;
  length_bits: number;
  plain_seconds: number;
  binned_seconds: number;
  plain_time: string; // as people read it
  binned_time: string;
  plain_candidates: string;
  binned_candidates: string;
};
type Surprise = { rows: Price[]; start: number; ticks: [number, string][]; colors: HeroData["colors"] };
