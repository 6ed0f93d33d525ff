// The page of an experiment, kept fresh: when its stream tells of progress, the page is fetched again and what changes
// is put in place. Without this script the page has a link to load it again.
"use strict";

(() => {
  const QUIET_MS = 700;
  const live = () => document.getElementById("live");
  const say = (text) => {
    const place = document.getElementById("feed");
    if (place) place.textContent = text;
  };
  let waiting = null, over = false;

  const renew = async () => {
    waiting = null;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = live().contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      document.title = fresh.title;
      live().replaceWith(document.adoptNode(fresh.getElementById("live")));
      if (focused) [...live().querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
      over = live().dataset.over === "yes";
      if (over) source.close();
      else say("This page follows the experiment as it goes.");
    } catch {
      say("The page could not be fetched.");
    }
  };
  const later = () => {
    if (waiting === null && !over) waiting = setTimeout(renew, QUIET_MS);
  };

  if (live().dataset.over === "yes") return;
  const source = new EventSource(`/v1/experiments/${location.pathname.split("/").pop()}/events`);
  source.onopen = () => say("This page follows the experiment as it goes.");
  source.onerror = later;
  source.addEventListener("progress", later);
})();
