// Whoever is muted from a post leaves the home feed in front of one's eyes; taken back, they are where they were.
const cardsBy = (address) => [
  ...document.querySelectorAll(`[data-live-list] .post-card:has(> .post-head > .post-author[href="${CSS.escape(address)}"])`),
];

function next(card) {
  let other = card;
  do other = other.nextElementSibling;
  while (other && (other.hidden || !other.matches(".post-card")));
  return other ?? document.getElementById("post-list").querySelector(".post-card:not([hidden])");
}

document.addEventListener("author-muted", (event) => {
  const from = event.target.closest?.(".post-card");
  for (const card of cardsBy(event.detail.address)) {
    card.hidden = true;
    card.dataset.muted = event.detail.address;
  }
  const goOn = from?.hidden ? next(from) : from;
  goOn?.querySelector(".post-author").focus({ preventScroll: true });
});

document.addEventListener("author-unmuted", (event) => {
  const cards = document.querySelectorAll(`[data-muted="${CSS.escape(event.detail.address)}"]`);
  for (const card of cards) card.hidden = false;
  cards[0]?.querySelector(".post-author").focus();
});
