// What happens in a room, as the app's server tells it. A socket that is lost is opened again, and says again who asks.

const PATIENCE = [500, 1000, 2000, 4000, 8000, 16000]; // before the next try, after so many in vain
const REFUSED = 2; // tries in vain after which the page had better ask by itself

// `open()` makes a WebSocket, `heard(told)` is told all that comes, `refused()` that the socket does not open.
export function createChannel({ open, heard, refused, later = (f, ms) => setTimeout(f, ms) }) {
  let /** @type {WebSocket | null} */ socket = null, words = "", ready = false, closed = false, tries = 0;

  function connect() {
    if (socket || closed) return;
    const made = socket = open();
    made.onopen = () => { ready = true; made.send(words); };
    made.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      tries = 0;
      if (told.gone || told.error) closed = true; // there is nothing to wait for
      heard(told);
    };
    made.onclose = () => {
      socket = null;
      ready = false;
      if (closed) return;
      if (++tries === REFUSED) refused();
      if (tries <= PATIENCE.length) later(connect, PATIENCE[tries - 1]);
    };
  }

  return {
    /** Who asks, and for what; again where it changes. @param {object} asked */
    say(asked) {
      const text = JSON.stringify(asked);
      if (text === words) return;
      words = text;
      if (ready) socket?.send(words);
      else connect();
    },
    ready: () => ready,
    close() { closed = true; socket?.close(); },
  };
}
