// Marks in what was found what was looked for, by the browser's highlights: the text itself is not touched.
import { each } from "./each.js";

const NAME = "search";
const ACCENT = /[\u0300-\u036f]/g;
const LETTER = /[\p{L}\p{M}\p{N}]/u;

// The text without case and accents, and for each of its characters the place it came from.
function folded(text) {
  const places = [];
  let plain = "";
  for (let at = 0; at < text.length; at += 1) {
    const letters = text[at].normalize("NFKD").replace(ACCENT, "").toLowerCase();
    plain += letters;
    for (let n = 0; n < letters.length; n += 1) places.push(at);
  }
  return { plain, places: [...places, text.length] };
}

function* places(text, words) {
  const { plain, places: from } = folded(text);
  for (const word of words) {
    for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + word.length)) {
      const isWhole = !LETTER.test(plain[at - 1] ?? "") && !LETTER.test(plain[at + word.length] ?? "");
      if (isWhole) yield [from[at], from[at + word.length]];
    }
  }
}

function mark(content, words, highlight) {
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const [start, end] of places(walker.currentNode.data, words)) {
      highlight.add(new StaticRange({ startContainer: walker.currentNode, startOffset: start, endContainer: walker.currentNode, endOffset: end }));
    }
  }
}

if (globalThis.Highlight && CSS.highlights) {
  each("[data-highlights] .post-content", (content) => {
    const asked = content.closest("[data-highlights]").dataset.highlights.split("\n");
    const words = asked.map((word) => folded(word).plain.trim()).filter(Boolean);
    if (!CSS.highlights.has(NAME)) CSS.highlights.set(NAME, new Highlight());
    mark(content, words, CSS.highlights.get(NAME));
  });
}
