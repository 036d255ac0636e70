// Finishes @names and #hashtags while they are typed: arrows, Enter or Tab, Escape, mouse, touch.
import { Completion, option, posts } from "./completion.js";
import { each } from "./each.js";

const BEGUN = /(?:^|[^\p{L}\p{M}\p{N}_/@#&])([@#][\p{L}\p{M}\p{N}_]{1,40})$/u;

class Word extends Completion {
  begun() {
    const { selectionStart: start, selectionEnd: end, value } = this.text;
    return start === end ? (BEGUN.exec(value.slice(Math.max(0, start - 60), start))?.[1] ?? "") : "";
  }

  address(begun) {
    return `/api/v1/autocomplete?q=${encodeURIComponent(begun)}`;
  }

  options({ users, hashtags }) {
    const people = users.map((user) => option(`@${user.username}`, user.display_name));
    const tags = hashtags.map((tag) => option(`#${tag.name}`, posts(tag.posts_count)));
    return [...people, ...tags];
  }

  take(chosen) {
    const end = this.text.selectionStart;
    this.text.setRangeText(`${chosen.dataset.word} `, end - this.begun().length, end, "end");
    this.close();
    this.text.focus();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

each("[data-composer-text]", (text) => new Word(text));
