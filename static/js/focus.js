// Whoever was on something that htmx replaces goes on in what took its place, not at the top of the page.
let before = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, shouldSwap } = event.detail;
  before = null;
  if (!shouldSwap || !target.contains(document.activeElement) || target === document.body) return;
  before = { id: target.id, parent: target.parentElement, previous: target.previousElementSibling };
});

document.addEventListener("htmx:afterSettle", () => {
  const from = before;
  before = null;
  if (!from || document.activeElement !== document.body) return;
  const stands = (from.id && document.getElementById(from.id)) || (from.previous?.isConnected && from.previous.nextElementSibling);
  const place = stands || from.parent?.firstElementChild;
  const within = ".post-author, .person-link, button:not([hidden], [tabindex='-1']), a:not([tabindex='-1'])";
  (place?.matches(within) ? place : place?.querySelector(within))?.focus({ preventScroll: true });
});
