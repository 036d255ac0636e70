// The search box offers people, hashtags and the search itself while one types.
import { Completion, option, posts } from "./completion.js";
import { each } from "./each.js";
import { gettext, interpolate } from "./words.js";

class Box extends Completion {
  begun() {
    return this.text.value.trim();
  }

  address(begun) {
    return `/api/v1/search/suggest?q=${encodeURIComponent(begun)}`;
  }

  options({ users, hashtags }, begun) {
    const people = users.map((user) => leadingTo(`/@${user.username}`, option(user.display_name, `@${user.username}`)));
    const tags = hashtags.map((tag) => leadingTo(`/tags/${encodeURIComponent(tag.name)}`, option(`#${tag.name}`, posts(tag.posts_count))));
    return [leadingTo("", option(interpolate(gettext("Posts with “%(words)s”"), { words: begun }))), ...people, ...tags];
  }

  // Enter searches, unless one was chosen.
  first() {
    return -1;
  }

  take(chosen) {
    this.close();
    if (chosen.dataset.href) location.assign(chosen.dataset.href);
    else this.text.form.requestSubmit();
  }
}

function leadingTo(href, one) {
  one.dataset.href = href;
  return one;
}

each("[data-search-text]", (text) => new Box(text));
