// Answers from the core while something is dragged. One request is in flight; of what comes meanwhile the newest waits.

const PATIENCE = [1000, 2000, 4000, 8000, 16000, 32000]; // before the next try, by how many have failed

// `open()` makes a WebSocket, `answered(buffer)` gets each answer that is still wanted, `later(f, ms)` is setTimeout.
export function createChannel({ open, answered, later = (f, ms) => setTimeout(f, ms) }) {
  let /** @type {WebSocket | null} */ socket = null, ready = false, closed = false, tries = 0;
  let inFlight = false, wanted = false; // an answer is on its way; somebody still wants it
  let /** @type {object | null} */ waiting = null; // the newest request that is not sent yet

  function connect() {
    if (socket || closed) return;
    const made = socket = open();
    made.binaryType = "arraybuffer";
    made.onopen = () => { ready = true; tries = 0; next(); };
    made.onmessage = ({ data }) => {
      const asked = wanted;
      inFlight = wanted = false;
      next(); // the core works on it while this answer is drawn
      if (asked) answered(data);
    };
    made.onclose = () => {
      socket = null;
      ready = inFlight = wanted = false;
      waiting = null;
      if (!closed && tries < PATIENCE.length) later(connect, PATIENCE[tries++]);
    };
  }

  function next() {
    if (!socket || !ready || inFlight || !waiting) return;
    socket.send(JSON.stringify(waiting));
    waiting = null;
    inFlight = wanted = true;
  }

  return {
    connect,
    ask(/** @type {object} */ request) { waiting = request; next(); },
    drop() { waiting = null; wanted = false; }, // no answer is wanted any more
    alive: () => ready,
    close() { closed = true; socket?.close(); },
  };
}

// Where the core answers: beside the page that Streamlit serves.
export const addressOf = (/** @type {string} */ page, path = "live") => Object.assign(new URL(path, page), { protocol: page.startsWith("https") ? "wss:" : "ws:", search: "", hash: "" }).href;
