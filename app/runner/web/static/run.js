// The page of a run, kept fresh: progress and events come as server-sent events; whatever depends on the state is
// fetched again as the page itself and put in place. Without this script the page has a link to load it again.
"use strict";

(() => {
  const events = document.getElementById("events");
  const address = location.pathname;
  const run = address.split("/").pop();
  let last = Number(events.dataset.last);

  const say = (name, text) => {
    for (const place of document.querySelectorAll(`[data-live="${name}"]`)) place.textContent = String(text);
  };

  const length = (seconds) => {
    const whole = Math.max(0, Math.round(seconds));
    if (whole < 90) return `${whole} s`;
    const minutes = Math.round(whole / 60);
    if (minutes < 90) return `${minutes} min`;
    return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
  };

  const progress = (told) => {
    const counts = told.comparisons;
    say("received", counts.received);
    say("asked", counts.asked);
    say("failed", counts.failed);
    say("wave", told.wave);
    say("cost", told.cost_usd.toFixed(4));
    say("tokens", told.tokens.prompt + told.tokens.completion);
    say("eta", told.eta_s === null ? "not known yet" : length(told.eta_s));
    const bar = document.getElementById("bar");
    if (bar && counts.total) {
      bar.max = counts.total;
      bar.value = Math.min(counts.received, counts.total);
      bar.textContent = `${counts.received} of ${counts.total}`;
    }
  };

  // The page as the server has it now: nothing is built here from what others wrote.
  const fetched = async () => {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const put = (fresh, id) => {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (!old || !now) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(document.adoptNode(now));
    if (focused) [...document.links].find((link) => link.getAttribute("href") === focused)?.focus();
  };

  const renew = async () => {
    const fresh = await fetched();
    document.title = fresh.title;
    if (fresh.getElementById("live").dataset.final === "yes") {
      put(fresh, "main");
      return true;
    }
    put(fresh, "live");
    put(fresh, "events");
    following("This page follows the run as it goes.");
    return false;
  };

  const following = (text) => {
    const place = document.getElementById("feed");
    if (place) place.textContent = text;
  };

  if (document.getElementById("live").dataset.final === "yes" || events.dataset.latest === "no") return;

  const source = new EventSource(`/v1/runs/${run}/events?after=${last}`);
  let waiting = null;
  const later = () => {
    if (waiting !== null) return;
    waiting = setTimeout(async () => {
      waiting = null;
      try {
        if (await renew()) source.close();
      } catch (error) {
        following("The page could not be fetched.");
      }
    }, 150);
  };
  source.onopen = () => following("This page follows the run as it goes.");
  source.onerror = () => {
    following("The connection broke; it is made again.");
    if (source.readyState === EventSource.CLOSED) later();
  };
  source.addEventListener("progress", (event) => progress(JSON.parse(event.data)));
  const kinds = (events.dataset.kinds || "").split(" ").filter(Boolean);
  for (const kind of kinds) {
    source.addEventListener(kind, (event) => {
      last = Number(event.lastEventId);
      later();
    });
  }
})();
