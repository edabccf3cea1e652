// What the stage's modules hand to each other. Things with fields have a type here; numbers and texts need none.

type Pen = CanvasRenderingContext2D;
type Colour = number[]; // red, green, blue, 0 to 255
type Role = "p" | "q" | "heuristic" | "candidate" | "best" | "winner" | "bound";
type Box = [left: number, top: number, right: number, bottom: number];
type At = [x: number, y: number, align?: CanvasTextAlign];

/** One step of the story. */
type Kind = "glance" | "densities" | "cut" | "reweight" | "candidate" | "winner" | "message" | "decoded";

type Style = { colour?: Colour; size?: number; weight?: number; align?: CanvasTextAlign; halo?: boolean; alpha?: number };
type Theme = Record<Role | "bg" | "text" | "muted", Colour> & {
  font: string;
  ink: Record<Role, Colour>; // of the same role, legible as small text
  name: string; // differs where any colour does
  scale: number; // of the type
};

type Timeline = {
  first: number; // the step of the first candidate
  most: number; // candidates of the longest search
  last: number;
  starts: Float64Array; // of each step, in seconds
  kind(step: number): Kind;
  seenAt(step: number): number;
};

type Playback = { timeline: Timeline; step: number; time: number; since: number; playing: boolean; speed: number };
type PlaybackEvent =
  | { type: "play" | "pause" }
  | { type: "step"; by: number; animate?: boolean }
  | { type: "seek"; step: number; animate?: boolean }
  | { type: "speed"; speed: number }
  | { type: "tick"; seconds: number };

type Problem = {
  dim: number;
  bounded: boolean; // P lives on a box
  kl_bits: number;
  d_inf_bits: number;
  q_low: Float64Array; // the middle 95% of Q in every dimension, as quantiles of P
  q_high: Float64Array;
  rows: [number, number][]; // of every dimension the ends of Q's box where P is bounded, else Q's mean and scale
  range: [number, number][];
};

type Grid = { x: Float32Array; u: Float32Array; p: Float32Array; r: Float32Array }; // r = q/p
/** Candidates of the codebook that both sides share, looked at or not; `height` is J T, by the bin's own clock. */
type Rain = { x: Float32Array; u: Float32Array; height: Float64Array; bin: Int32Array; local: Int32Array };

/** What Python ships of one search, unpacked; arrays of candidates in the order they were met. */
type LaneData = {
  title: string;
  name: string;
  method: "pfr" | "orc";
  partitioned: boolean;
  weighting: "peak_ratio" | "target_mass" | "uniform";
  num_bins_text: string;
  log2_num_bins: number;
  intervals: Int32Array;
  log2_sup_ratio: number;
  num_events: number;
  examined: number;
  num_candidates: number | null;
  expected_examined: number | null;
  arrival: Float64Array;
  race: Float64Array;
  log2_ratio: Float32Array;
  x: Float32Array; // dim numbers a candidate
  u: Float32Array;
  bin: Int32Array; // dim numbers a candidate
  local: Int32Array;
  position: Int32Array;
  best: Int32Array;
  winner: number;
  stop_time: number;
  counts: boolean; // the receiver counts candidates up to the index
  in_order: boolean; // candidates come in the order of their arrival times, so that a front can follow them
  stopping: "single" | "per_bin" | "count" | "accept" | "";
  per_bin: boolean; // a stop line for each bin, and the weighting does not make them one
  message: {
    bin: number[];
    bin_bits: string;
    index: number;
    index_bits: string;
    told: string; // what the bits of the index say
    length_bits: number;
    bin_length_bits: number;
    index_length_bits: number;
  };
  edges?: Float64Array; // of all dimensions, one after the other, as the next three
  weights_by_dim?: Float64Array;
  masses_by_dim?: Float64Array;
  log2_peaks_by_dim?: Float64Array;
  height?: Float64Array; // of a candidate: J T, by its bin's own clock
  lattice?: Float64Array; // in shares of P, the points of a shared lattice near the sample
  box_low?: Float64Array; // of a tree's nodes: the ends of their boxes in shares of P
  box_high?: Float64Array;
  grid_weight?: Float32Array; // J times the bin's weight, on the scene's grid or of every tile; how fast the front rises
  grid_peak?: Float32Array; // the bin's highest ratio q/p, likewise
  grid_stop?: Float64Array; // when the search of the bin stops, likewise; where it has a stop line of its own
  rain?: Rain;
};

type Receiver = { x: number[]; equal: boolean };

type Control = { key: string; name: string; low: number; high: number; step: number; value: number; says?: string }; // says: its value in words
type Change = Record<string, unknown>; // parameters by their keys, or rows and intervals

type DrawnRain = Rain & { grid: Int32Array }; // the grid point next to each candidate

type Lane = Omit<LaneData, "intervals" | "rain"> & {
  dim: number;
  intervals: number[];
  binned: boolean;
  offsets: number[]; // where a dimension's intervals begin in what holds those of all
  sup: number; // of the ratio against P′
  winTime: number;
  accepts: boolean; // candidates are taken or left one by one, the first under the curve is sent: arrivals are heights
  budget: number | null; // the time of the last candidate, where their number is fixed beforehand
  count: number;
  rain?: DrawnRain;
  receiver?: Receiver;
  radii: Float32Array;
  improvements: number[];
};

/** With bins few enough to be drawn one by one. */
type BinnedLane = Lane & Required<Pick<Lane, "edges" | "weights_by_dim" | "masses_by_dim" | "log2_peaks_by_dim">>;
/** On a grid, or with few enough tiles. */
type FrontLane = Lane & Required<Pick<Lane, "grid_weight" | "grid_peak">>;

type BinTarget = { lane?: number; kind: "bin"; bin: number[]; clock?: boolean };
type CandidateTarget = { lane?: number; kind: "candidate"; event: number };
type Target = BinTarget | CandidateTarget | { lane?: number; kind: "p" | "q" | "heuristic" | "curve" | "stop" | "message" | "count" };
type Point = { step: { kind: Kind; event?: number } | null; targets: Target[] };

/** What Python ships, unpacked. */
type SceneData = {
  id: string;
  view: "race" | "plane" | "strips";
  colors: { light: Record<Role, string>; dark: Record<Role, string> };
  height: number;
  compact: boolean;
  handles: boolean;
  save: boolean;
  units: "shares" | "own"; // of the axis across
  scale: number; // of the type
  top: number; // the height that the pictures of all lanes reach
  window: [number, number][]; // of every dimension: the part of [0, 1] that is shown
  axes?: { x: Float32Array; u: Float32Array }[]; // of two dimensions: u = F_P(x)
  contours?: Float64Array[]; // of Q in two dimensions, as pairs (u, v)
  problem: Problem;
  lanes: LaneData[];
  slots: string[]; // the names of all lanes, those that do not run among them
  receiver: Receiver[];
  live?: { query: Record<string, string>; controls: Control[] };
  refused?: { name: string; refusal: string }[];
  point: Point;
  grid?: Grid; // of one dimension
};

type Scene = Omit<SceneData, "lanes"> & { lanes: Lane[]; peak: number; partitioned: boolean; timeline: Timeline };

/** Where a picture stands between two steps: shares from 0 to 1 unless said otherwise. */
type Pose = {
  big: number; // densities fill the picture
  cut: number;
  stretch: number; // from x to equal shares of P
  weigh: number;
  final: number;
  lit: number;
  decoded: number;
  counted: number; // how far the receiver has counted
  point: number;
  inverse: number; // 1 over the race time of the curve
  sweep: number; // an arrival time, as the next
  top: number;
  level: number; // a race time, as the next
  stopLevel: number;
  kind: Kind;
  searching: boolean;
  seen: number;
  best: number; // a candidate, or -1
  fresh: { e: number; age: number }[];
  settled: number;
  freshBest: number;
  growing: boolean;
  touched: boolean;
  halo: number;
  ready: boolean;
};

type Layer = { canvas: HTMLCanvasElement; ctx: Pen; done: number; key: string | null; theme?: string; taken: Box[] };

/** The panel of race times: where it is, and where a candidate and a race time lie in it. */
type Panel = { left: number; top: number; right: number; bottom: number; ticks: number[]; X(e: number): number; Y(race: number): number };

/** One search on the page: its nodes, its canvases, and where its view put things. */
type View = {
  scene: Scene;
  lane: Lane;
  theme: Theme;
  pose: Pose;
  targets: Target[];
  article: HTMLElement;
  number: HTMLElement;
  unit: HTMLElement;
  picture: HTMLElement;
  canvas: HTMLCanvasElement;
  tip: HTMLElement;
  caption: HTMLElement;
  message: HTMLElement;
  title: HTMLElement;
  cost: HTMLElement;
  refusal: HTMLElement;
  binPart: HTMLElement;
  indexPart: HTMLElement;
  binBits: HTMLElement;
  binTold: HTMLElement;
  indexBits: HTMLElement;
  indexTold: HTMLElement;
  totalBits: HTMLElement;
  sample: HTMLElement;
  same: HTMLElement;
  bits: { box: HTMLElement; bits: string }[];
  total: HTMLElement;
  received: HTMLElement;
  clock: number; // the bin whose clock is shown, or -1
  clockBox: HTMLElement;
  clockBins?: string; // that it lists
  clockEvents?: AbortController;
  clockText: HTMLElement;
  ctx: Pen;
  layer: Layer;
  base: Layer;
  veil?: HTMLCanvasElement;
  veilCtx?: Pen;
  taken: Box[]; // by labels
  morph: Morph | null;
  measured: boolean; // `inner` is the width of its place on the page
  inner: number;
  filled: boolean; // its words are of its lane
  stale: boolean; // to be laid out anew, though its size is the same
  width: number;
  height: number;
  ratio: number; // canvas pixels to a point
  px: Float32Array;
  py: Float32Array;
  left: number;
  right: number;
  top: number;
  bottom: number;
  narrow: boolean;
  X(x: number): number;
  Y(y: number): number;
  // race
  floor: number;
  timeTop: number;
  stretch: number;
  gx: Float64Array;
  rx: Float32Array; // the rain
  ry: Float32Array;
  shares?: { q: Float64Array; inX(v: number): number; inU(v: number): number };
  edges: number[] | null;
  // plane
  F(u: number, v: number, z?: number): number[]; // a point over the floor on the canvas
  unF(x: number, y: number): number[]; // and a point of the floor under one of the canvas
  order: number[][];
  scaleZ: number;
  most?: number;
  // strips
  rows: number;
  pitch: number;
  U(u: number, d?: number): number; // in the strips, where a quantile lies in the row of dimension d
  R(d: number): number;
  // plane and strips
  panel: Panel | null;
};

type RaceView = View & { scene: { grid: Grid }; lane: FrontLane & { height: Float64Array } };
type PlaneView = View & { scene: Required<Pick<SceneData, "axes" | "contours">>; lane: FrontLane }; // the latter where it has tiles
type StripsView = View & { panel: Panel };

type Morph = { from: Record<string, Float64Array>; to: Record<string, Float64Array>; front: Float64Array | null; age: number; share: number };
type Mark = { hole?: Path2D; draw(): void; name: string; at: At; colour?: Colour };

type Draft = { rows: [number, number][]; intervals: number[] | null };

/** A handle is a slider, or a pad that moves both means at once; the view is that of a race or of a plane. */
type Slider = {
  id: string;
  label: string;
  pad?: false;
  ofBins?: boolean;
  page: number; // steps of the keys for pages
  limits(draft: Draft): number[];
  get(draft: Draft): number;
  set(draft: Draft, value: number): Draft;
  nudge(value: number, steps: number): number;
  at(view: View, draft: Draft): number[];
  from(view: View, draft: Draft, x: number, y: number): number;
  say(draft: Draft): string;
};
type Pad = { id: string; pad: true; ofBins?: false; at(view: View, draft: Draft): number[]; move(view: View, draft: Draft, x: number, y: number): Draft };
type Handle = Slider | Pad;

type Tell = (name: string, value: unknown) => void;
type Mounted = { root: HTMLElement; show(data: object, tell: Tell): void; destroy(): void };
