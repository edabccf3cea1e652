// The player as a component of a Streamlit page.

import { mounted } from "./mounted.js";
import { createPlayer } from "./player.js";

export default mounted(createPlayer);
