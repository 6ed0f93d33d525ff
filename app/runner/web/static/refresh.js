// Keeps a part of a page fresh: loads the page again every few seconds and takes that part out of it.
// Without it the page is read as it is, and loading it anew shows the present.
const region = document.querySelector("[data-fresh]");
const speaker = document.getElementById("news");
const FAST_MS = 2000, SLOW_MS = 20000, LONGEST_MS = 60000;
let pause = FAST_MS;

function states(part) {
  return new Map([...part.querySelectorAll("[data-run]")].map((row) => [row.dataset.run, row]));
}

function tell(before, after) {
  const news = [];
  for (const [run, row] of after) {
    const old = before.get(run);
    if (old && old.dataset.state !== row.dataset.state) news.push(`${row.dataset.label}: ${row.dataset.state}`);
  }
  if (news.length) speaker.textContent = news.join(". ");
}

function put(fresh) {
  const focused = document.activeElement;
  const inside = region.contains(focused) ? focused.getAttribute("href") : null;
  tell(states(region), states(fresh));
  if (region.innerHTML !== fresh.innerHTML) {
    region.replaceChildren(...fresh.childNodes);
    region.dataset.fresh = fresh.dataset.fresh;
    if (inside) [...region.querySelectorAll("a")].find((link) => link.getAttribute("href") === inside)?.focus();
  }
}

async function once() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-fresh]");
      if (!answer.ok || !fresh) throw new Error(answer.status);
      put(fresh);
      pause = region.dataset.fresh === "busy" ? FAST_MS : SLOW_MS;
    } catch {
      pause = Math.min(2 * pause, LONGEST_MS);
    }
  }
  setTimeout(once, pause);
}

if (region) setTimeout(once, FAST_MS);
