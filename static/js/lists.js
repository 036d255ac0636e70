// Who was on the button of a row that is gone goes on at the list's heading, not at the top of the page.
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.matches?.("[data-list-people]") || document.activeElement !== document.body) return;
  document.getElementById("members-title")?.focus();
});
