// A click on a card opens it, unless it was meant for something in it or to mark text.
document.addEventListener("click", (event) => {
  const card = event.target.closest(".post-list [data-href]");
  if (!card || event.defaultPrevented || event.button !== 0) return;
  if (event.target.closest("a, button, video, dialog, .media, summary, details, input, textarea, select")) return;
  if (String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(card.dataset.href, "_blank", "noopener");
  else location.assign(card.dataset.href);
});

// A comment of one's own stands at the end at once; when its place in the list is loaded it is there twice.
document.addEventListener("htmx:afterSettle", () => {
  const seen = new Set();
  for (const card of document.querySelectorAll("[data-post-id]")) {
    if (seen.has(card.dataset.postId)) (card.closest("[data-reply]") ?? card).remove();
    seen.add(card.dataset.postId);
  }
});
