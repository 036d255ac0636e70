// "Quote" fills the composer of the page, where there is one; what is written in it stays.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-quote]");
  const composer = document.getElementById("composer");
  if (!link || !composer || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.closest("[data-menu]").open = false;
  await window.htmx.ajax("GET", link.getAttribute("href"), { target: composer, swap: "outerHTML" });
  document.getElementById("composer").scrollIntoView({ block: "center" });
  document.getElementById("composer-text").focus();
});

document.addEventListener("click", (event) => {
  const drop = event.target.closest("[data-drop-quote]");
  if (!drop) return;
  event.preventDefault();
  const form = drop.closest("form");
  drop.closest("[data-composer-quote]").remove();
  form.querySelector("textarea").focus();
});
