// Parts of pages that renew themselves (htmx).
import htmx from "htmx.org";

htmx.config.allowEval = false; // the Content-Security-Policy forbids it
htmx.config.includeIndicatorStyles = false; // an inline style, forbidden too; style.css has them
htmx.config.historyCacheSize = 0; // pages show what is true now
// What a part is refused with is said in its place: without this nothing happens, and what was there before looks like the answer.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4..|500|503", swap: true, error: true, select: "[role=alert]", ignoreTitle: true },
  { code: "...", swap: false, error: true },
];
window.htmx = htmx;
