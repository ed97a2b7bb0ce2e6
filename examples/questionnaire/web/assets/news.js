// The page waits for news: this script asks for the page again, puts in what has changed,
// and says it once for screen readers. Where the focus was it stays. It ends with the page
// that waits for nothing more, which does not name it.
"use strict";
(() => {
  const shortest = 1500, longest = 60000; // milliseconds between two looks
  const main = document.getElementById("content"), told = document.getElementById("told");
  const states = (root) => [...root.querySelectorAll(".chip")].map((chip) => chip.textContent.trim());
  let wait = shortest;

  // keep runs change, and gives the focus back to what had it.
  const keep = (change) => {
    const at = document.activeElement;
    const name = at.id ? `#${CSS.escape(at.id)}` : at.hasAttribute("href") ? `[href="${CSS.escape(at.getAttribute("href"))}"]` : "";
    change();
    if (!at.isConnected && name) main.querySelector(name)?.focus({ preventScroll: true });
  };

  // differing returns the parts that differ, each with what comes in its place. Where parts
  // have come or gone, all between the first and the last difference are one.
  const differing = (now, next) => {
    if (now.length === next.length) return now.map((part, i) => [[part], [next[i]]]).filter(([[a], [b]]) => !a.isEqualNode(b));
    const least = Math.min(now.length, next.length);
    let head = 0, tail = 0;
    while (head < least && now[head].isEqualNode(next[head])) head++;
    while (tail < least - head && now.at(-1 - tail).isEqualNode(next.at(-1 - tail))) tail++;
    return [[now.slice(head, now.length - tail), next.slice(head, next.length - tail), now[now.length - tail] ?? null]];
  };

  // take puts the parts of fresh in that differ, and reports whether there were any.
  const take = (fresh) => {
    const before = states(main), changes = differing([...main.children], [...fresh.children]);
    keep(() => {
      for (const [old, parts, next = old[0].nextElementSibling] of changes) {
        old.forEach((part) => part.remove());
        parts.forEach((part) => main.insertBefore(part, next));
      }
    });
    const news = states(main).filter((state, i) => state !== before[i]);
    if (news.length > 0) told.textContent = [...new Set(news)].join(", ");
    return changes.length > 0;
  };

  const look = async () => {
    wait = Math.min(wait * 1.5, longest);
    try {
      const answer = await fetch(location.href, { cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect" || (answer.status >= 400 && answer.status < 500)) return; // the session has ended
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (main.querySelector(":active")) return later(); // somebody is pressing a button
        if (take(page.getElementById("content"))) wait = shortest;
        if (!page.querySelector('script[src="/assets/news.js"]')) return;
      }
    } catch {
      // The network is away, or the app: later.
    }
    later();
  };

  // Nobody looks at a hidden page, so it does not look either.
  const later = () =>
    setTimeout(() => (document.hidden ? document.addEventListener("visibilitychange", look, { once: true }) : look()), wait);
  later();
})();
