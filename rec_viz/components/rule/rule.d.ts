/** What a rule sent, as Python tells it: on the page, and live. */
type RuleOutcome = {
  of: RuleSettings;
  grown: number[][]; // histograms of more and more of the runs
  runs: number;
  fair: boolean;
  verdict: string;
  rows: [name: string, value: string][];
  error?: string;
};
type RuleSettings = Record<string, number> & { rule: string };
type RuleData = {
  rules: { name: string; label: string; setting: string }[];
  settings: Record<string, { label: string; low: number; high: number; step: number }>;
  sizes: number[];
  outcome: RuleOutcome;
  guesses: Record<string, "fair" | "unfair">;
  edges: number[];
  curves: { x: number[]; p: number[]; q: number[] };
  colors: HeroData["colors"];
};
