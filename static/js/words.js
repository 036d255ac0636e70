// Words for people, in the language of the page. `/words/<language>.js` brings them before the modules run;
// without it they stay English.
const { django } = globalThis;

export const gettext = (text) => django?.gettext(text) ?? text;

export const ngettext = (singular, plural, number) =>
  django?.ngettext(singular, plural, number) ?? (number === 1 ? singular : plural);

// "%(name)s" in the text becomes `values.name`.
export const interpolate = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

export const decimalSeparator = django?.get_format("DECIMAL_SEPARATOR") ?? ".";

// The browser's own kind of the page's language (en-GB for en), for dates that Intl writes.
const { lang } = document.documentElement;
export const locale = navigator.languages.find((one) => one.split("-")[0] === lang) ?? lang;
