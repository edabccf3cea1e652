// A student's page hears that something happened in its room, and says so to Python once.

import { part } from "../../stage/dom.js";
import { addressOf } from "../../stage/live.js";
import { mounted } from "../../stage/mounted.js";
import { createChannel } from "./channel.js";

function createPupil(parent) {
  const root = part(parent, "span");
  let tell = (_name, _value) => {}, known = -1;
  const channel = createChannel({
    open: () => new WebSocket(addressOf(document.baseURI, "room")),
    heard: (told) => {
      const news = told.news ?? -1;
      root.dataset.live = "true";
      if (news !== known) tell("heard", known = news);
    },
    refused: () => tell("refused", true),
  });
  return {
    root,
    show(data, setTriggerValue) {
      tell = setTriggerValue;
      known = data.news;
      channel.say({ code: data.code });
    },
    destroy: () => channel.close(),
  };
}

export default mounted(createPupil);
