// What Python ships to the two people and their wire: see rec_viz/model/tapes.py.

type Place = [bin: number, row: number]; // places among those that are shown
type Side = {
  bins: string[];
  whole: boolean; // every bin is shown
  cut: boolean; // there is more than one
  rows: number[]; // which candidates of each bin
  across: number[][]; // where each lies in its bin, 0 to 1
  place: Place | null; // of the candidate that is named
  q: [number, number][]; // Q over all tapes, shares from 0 to 1
};
type Wire = { bits: string; flipped: number[]; in_frame: boolean; frame_bits: number; arrived: boolean };
type TapesData = {
  sender: Side;
  receiver: Side & { accepted: boolean };
  wire: Wire;
  says: string;
  colors: Record<"light" | "dark", Record<Role, string>>;
};
