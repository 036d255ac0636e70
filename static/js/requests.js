// A row that was answered, removed or dismissed goes: who was on its button goes on at the next one, not at the top of the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target;
  if (!event.detail.shouldSwap || !row.matches("[data-request]") || !row.contains(document.activeElement)) return;
  const rows = [...row.parentElement.querySelectorAll("[data-request]")];
  const place = rows.indexOf(row);
  const next = rows[place + 1] ?? rows[place - 1];
  (next?.querySelector("button") ?? document.getElementById("requests-title"))?.focus();
});
