// A room on its teacher's screen: how many have answered, and once the teacher shows it how the class answered.

import { el, part, setText } from "../../stage/dom.js";
import { addressOf } from "../../stage/live.js";
import { mounted } from "../../stage/mounted.js";
import { createChannel } from "./channel.js";

/** What the histogram shows: of each answer its name, how many gave it, whether it is right. */
export function barsOf(rows, labels, right) {
  const counts = new Map(rows), names = labels ? Object.keys(labels) : [...counts.keys()];
  return names.map((name) => ({ name, count: counts.get(name) ?? 0, right: right !== "" && name === right }));
}

function createTally(parent) {
  const root = part(parent, ".tally"), find = (selector) => part(root, selector);
  const panels = { answers: find("section.answers"), join: find("section.join") };
  const buttons = { answers: find("button.answers"), join: find("button.code") };
  let tell = (_name, _value) => {}, /** @type {any} */ data = null, /** @type {any} */ heard = null, drawn = "", open = "";

  const channel = createChannel({
    open: () => new WebSocket(addressOf(document.baseURI, "room")),
    heard: (told) => {
      if (told.gone || told.error) return tell("gone", true);
      heard = told;
      draw();
    },
    refused: () => tell("refused", true),
  });

  function turn(/** @type {string} */ panel) {
    open = open === panel || data.lobby ? "" : panel;
    draw();
  }

  function draw() {
    const now = heard?.question === data.asked.question ? heard : null, live = channel.ready() && now !== null;
    const { joined = 0, answered = 0, rows = [] } = now ?? {}, asking = data.asked.question !== "";
    Object.assign(root.dataset, { joined, answered, live, open });
    root.classList.toggle("lobby", data.lobby);
    root.style.setProperty("--scale", String(data.scale));
    setText(find(".count"), asking ? `${answered} of ${joined} answered` : `${joined} joined`);
    setText(buttons.join, data.asked.code);
    buttons.join.hidden = data.lobby;
    buttons.join.setAttribute("aria-label", `Room ${data.asked.code}: how to join`);
    setText(buttons.answers, open === "answers" ? "Hide the class" : "Show the class");
    setText(find("button.reveal"), data.revealed ? "Ask again" : "Reveal");
    root.classList.toggle("waits", !asking);
    for (const button of [buttons.answers, find("button.reveal")]) button.hidden = data.lobby;
    for (const name of ["answers", "join"]) {
      const panel = panels[name], wanted = open === name;
      if (panel.matches(":popover-open") !== wanted) panel.togglePopover(wanted);
      if (!data.lobby) buttons[name].setAttribute("aria-expanded", String(wanted));
    }
    setText(find(".large"), data.asked.code);
    setText(find(".link"), data.link);
    if (open === "answers") drawBars(barsOf(rows, data.labels, data.right));
  }

  function drawBars(bars) {
    const most = Math.max(1, ...bars.map((bar) => bar.count)), place = find(".bars");
    const kind = JSON.stringify([data.asked.question, bars.map((bar) => bar.name)]);
    if (kind !== drawn) {
      drawn = kind;
      find(".asks").innerHTML = data.asks; // made by us, of a lesson's words
      place.classList.toggle("words", Boolean(data.labels));
      place.replaceChildren(...bars.map(({ name }) => {
        const item = el("div", "item", el("span", "name"), el("div", "track", el("div", "fill")), el("span", "number"));
        item.setAttribute("role", "listitem");
        if (data.labels) part(item, ".name").innerHTML = data.labels[name];
        else setText(part(item, ".name"), name);
        return item;
      }));
      void place.offsetWidth; // so that the bars grow
    }
    bars.forEach(({ count, right }, k) => {
      const item = /** @type {HTMLElement} */ (place.children[k]);
      item.classList.toggle("is-right", right);
      part(item, ".fill").style.width = `${(100 * count) / most}%`;
      setText(part(item, ".number"), `${count}${right ? " ✓" : ""}`);
    });
    setText(find(".right"), data.right !== "" && !bars.some((bar) => bar.right) ? `The answer is ${data.right}.` : "");
  }

  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !data) return;
    const inField = event.composedPath().some((node) => node.matches?.("input, textarea, select, [role=slider], [role=combobox]"));
    if (event.key === "Escape" && open) turn(open);
    else if (inField || event.key.toLowerCase() !== "s" || data.asked.question === "") return;
    else turn("answers");
    event.preventDefault();
  };
  document.addEventListener("keydown", press, true); // before presenter mode, which Escape would leave
  buttons.answers.addEventListener("click", () => turn("answers"));
  buttons.join.addEventListener("click", () => turn("join"));
  find("button.reveal").addEventListener("click", () => tell(data.revealed ? "again" : "reveal", data.asked.question));

  return {
    root,
    show(given, setTriggerValue) {
      tell = setTriggerValue;
      if (data?.asked.question !== given.asked.question) open = given.opens && !data ? "join" : "";
      if (data?.qr !== given.qr) find(".qr").innerHTML = given.qr; // made by us, of the link
      data = given;
      channel.say(data.asked);
      if (data.seen && !channel.ready()) heard = data.seen;
      draw();
    },
    destroy() {
      document.removeEventListener("keydown", press, true);
      channel.close();
    },
  };
}

export default mounted(createTally);
