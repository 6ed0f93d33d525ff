// The arrow keys lead to the previous and the next pair, as the links do; not while something is written or scrolled.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  if (event.target.closest("input, select, textarea, [tabindex]")) return;
  const link = document.getElementById({ ArrowLeft: "previous", ArrowRight: "following" }[event.key] || "");
  if (link) link.click();
});
