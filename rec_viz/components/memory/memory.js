// localStorage, which may be missing, full, or hold anything.

const heard = new Map(); // name -> the session that knows what an earlier visit left

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {} // a private window, or no room
}

export default function ({ data, setTriggerValue }) {
  const { name, value, asks } = data;
  if (asks && heard.get(name) !== asks) {
    heard.set(name, asks);
    const found = read(name);
    if (found !== null && JSON.stringify(found) !== JSON.stringify(value)) {
      setTriggerValue("found", found); // Python decides first what becomes of it
      return;
    }
  }
  write(name, value);
}
