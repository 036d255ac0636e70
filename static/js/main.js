// One module for each subject; each binds itself to data- attributes.
import "./theme.js";
import "./menus.js";
import "./toasts.js";
import "./confirm.js";
import "./short.js";
import "./likes.js";
import "./composer.js";
import "./cards.js";
import "./settings.js";
import "./requests.js";
import "./live.js";
