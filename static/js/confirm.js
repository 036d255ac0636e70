// hx-confirm asks in the page's own dialog.
const dialog = document.getElementById("confirm-dialog");

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question || !dialog?.showModal) return;
  event.preventDefault();
  document.getElementById("confirm-question").textContent = event.detail.question;
  dialog.returnValue = "no";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue === "yes") event.detail.issueRequest(true);
    },
    { once: true },
  );
  dialog.showModal();
});
