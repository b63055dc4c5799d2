// Search, filter, keyboard shortcuts and theme. The script contains no text of the crash.
(() => {
  'use strict';
  const one = (query, root = document) => root.querySelector(query);
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const find = one('#find'), own = one('#own'), count = one('#count'), help = one('#help');
  const rows = all('.row'), groups = all('.group'), frames = all('.frame');
  const isFrame = (row) => row.matches('.frame, .line');

  all('.js').forEach((control) => { if (control.id !== 'no-match') control.hidden = false; });
  all('.graph').forEach((graph) => { graph.scrollTop = graph.scrollHeight; });

  // Search. Details that it opens are closed when it ends.
  const opened = new Set();
  const show = (row) => {
    for (let at = row.parentElement; at; at = at.parentElement) {
      if (at.tagName === 'DETAILS' && !at.open) {
        at.open = true;
        opened.add(at);
      }
    }
  };
  const clear = () => {
    all('mark.hit').forEach((mark) => {
      const parent = mark.parentNode;
      mark.replaceWith(mark.firstChild);
      parent.normalize();
    });
    opened.forEach((details) => { details.open = false; });
    opened.clear();
  };
  // Marks the matches in an element, and returns their number.
  const mark = (element, wanted) => {
    const text = element.firstChild;
    if (!text) return 0;
    const content = text.data, lower = content.toLowerCase();
    // Some characters are longer in lower case: then the offsets differ, and the matches are only counted.
    const sameOffsets = lower.length === content.length;
    const matches = [];
    for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, at + wanted.length)) matches.push(at);
    if (!sameOffsets) return matches.length;
    const parts = document.createDocumentFragment();
    let end = 0;
    for (const at of matches) {
      parts.append(content.slice(end, at));
      const hit = document.createElement('mark');
      hit.className = 'hit';
      hit.textContent = content.slice(at, end = at + wanted.length);
      parts.append(hit);
    }
    if (matches.length) {
      parts.append(content.slice(end));
      element.replaceChildren(parts);
    }
    return matches.length;
  };
  const plural = (number, one, many) => number + ' ' + (number === 1 ? one : many);
  const apply = () => {
    clear();
    const wanted = find.value.trim().toLowerCase();
    const isHit = new Set();
    let hits = 0;
    if (wanted) {
      for (const text of all('main .s')) {
        const found = mark(text, wanted);
        hits += found;
        if (found) {
          isHit.add(text.closest('.row') || text);
          const title = text.closest('summary');
          show(title ? text.closest('.frame') || title.parentElement : text);
        }
      }
    }
    for (const row of rows.filter(isFrame)) {
      row.hidden = (wanted && !isHit.has(row)) || (own.checked && !row.classList.contains('own'));
    }
    for (const group of groups) {
      group.hidden = all('.row', group).every((row) => row.hidden);
    }
    const shown = frames.filter((frame) => !frame.hidden).length;
    const summary = [];
    if (wanted) summary.push(plural(hits, 'match', 'matches'));
    if (wanted || own.checked) summary.push(plural(shown, 'frame', 'frames') + ' of ' + frames.length);
    count.textContent = summary.join(' · ');
    const none = one('#no-match');
    if (none) none.hidden = shown > 0;
  };
  let timer = 0;
  find.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 60);
  });
  own.addEventListener('change', apply);

  // Opening and closing details.
  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    const details = target && (target.tagName === 'DETAILS' ? target : one('details', target));
    if (target?.matches('details, .frame')) {
      details.open = true;
      show(details);
      opened.clear();
    }
  };
  addEventListener('hashchange', openTarget);
  openTarget();
  // A hidden element has no position before it is drawn.
  all('.source').forEach((source) => source.addEventListener('toggle', () => requestAnimationFrame(() => {
    const code = one('.code', source), marked = source.open && one('mark', source);
    if (code && marked) code.scrollTop += marked.getBoundingClientRect().top - code.getBoundingClientRect().top - 120;
  })));
  const setAll = (open) => {
    opened.clear();
    all('main details').forEach((details) => { details.open = open; });
  };
  one('#open').addEventListener('click', () => setAll(true));
  one('#close').addEventListener('click', () => setAll(false));
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = all('details:not([open])');
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => { closed.forEach((details) => { details.open = false; }); });

  // The theme: that of the system, light or dark.
  const themes = ['auto', 'light', 'dark'];
  const theme = one('#theme');
  theme.addEventListener('click', () => {
    const now = document.documentElement.dataset.theme || 'auto';
    const next = themes[(themes.indexOf(now) + 1) % themes.length];
    if (next === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    theme.textContent = 'Theme: ' + next;
  });

  all('[data-copy]').forEach((button) => button.addEventListener('click', async () => {
    const text = one('#' + button.dataset.copy).textContent;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      button.after(area);
      area.select();
      done = document.execCommand('copy');
      area.remove();
      button.focus();
    }
    button.textContent = done ? 'Copied' : 'Cannot copy';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  }));

  // Keyboard shortcuts.
  const stops = () => all('.frames summary').filter((summary) => summary.checkVisibility
    ? summary.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true })
    : summary.offsetParent);
  const step = (by) => {
    const list = stops(), at = list.indexOf(document.activeElement);
    const next = at === -1 ? list[by > 0 ? 0 : list.length - 1] : list[at + by];
    if (next) next.focus();
  };
  const toHelp = () => help.showModal();
  one('#keys').addEventListener('click', toHelp);
  const empty = () => {
    find.value = '';
    find.blur();
    apply();
  };
  const keys = {
    '/': () => { find.focus(); find.select(); },
    j: () => step(1),
    k: () => step(-1),
    p: () => own.click(),
    e: () => setAll(true),
    c: () => setAll(false),
    t: () => theme.click(),
    '?': toHelp,
    Escape: empty,
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    const at = document.activeElement;
    if (at === find) {
      if (event.key === 'Escape') empty();
      if (event.key === 'Enter') {
        clearTimeout(timer);
        apply();
        const hit = one('.frames mark.hit') || one('main mark.hit');
        const stop = hit?.closest('summary');
        if (stop) stop.focus();
        else hit?.scrollIntoView({ block: 'center' });
      } else if (event.key !== 'Escape') return;
      event.preventDefault();
      return;
    }
    const inFrames = at?.matches('.frames summary');
    if (inFrames && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      step(event.key === 'ArrowDown' ? 1 : -1);
      event.preventDefault();
      return;
    }
    const action = Object.hasOwn(keys, event.key) && keys[event.key];
    if (action) {
      action();
      event.preventDefault();
    }
  });
})();
