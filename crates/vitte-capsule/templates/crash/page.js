// What the page can do beyond being read: search, filter, keys, theme. No text of the crash is in here.
(() => {
  'use strict';
  const one = (query, root = document) => root.querySelector(query);
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const find = one('#find'), own = one('#own'), count = one('#count'), help = one('#help');
  const rows = all('.row'), groups = all('.group'), frames = all('.call');
  const isFrame = (row) => row.matches('.call, .line');

  all('.js').forEach((control) => { if (control.id !== 'no-match') control.hidden = false; });
  all('.graph').forEach((graph) => { graph.scrollTop = graph.scrollHeight; });

  // Search. What it opens is closed again when it ends.
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
  // Marks each place where the wanted text is in an element, and says how many there are.
  const mark = (element, wanted) => {
    const text = element.firstChild;
    if (!text) return 0;
    const content = text.data, low = content.toLowerCase();
    // Of some characters the small letter is longer: then nothing can be said of places.
    const same = low.length === content.length;
    const places = [];
    for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, at + wanted.length)) places.push(at);
    if (!same) return places.length;
    const parts = document.createDocumentFragment();
    let end = 0;
    for (const at of places) {
      parts.append(content.slice(end, at));
      const hit = document.createElement('mark');
      hit.className = 'hit';
      hit.textContent = content.slice(at, end = at + wanted.length);
      parts.append(hit);
    }
    if (places.length) {
      parts.append(content.slice(end));
      element.replaceChildren(parts);
    }
    return places.length;
  };
  const plural = (number, noun, more) => number + ' ' + (number === 1 ? noun : more);
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
          show(text.closest('.call') || text.closest('summary')?.parentElement || text);
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
    const left = plural(shown, 'frame', 'frames') + ' of ' + frames.length;
    const told = [];
    if (wanted) told.push(plural(hits, 'match', 'matches'));
    if (wanted || own.checked) told.push(left);
    count.textContent = told.join(' · ');
    const none = one('#no-match');
    if (none) none.hidden = shown > 0;
  };
  let timer = 0;
  find.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 60);
  });
  own.addEventListener('change', apply);

  // What opens and closes.
  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    const details = target && (target.tagName === 'DETAILS' ? target : one('details', target));
    if (target?.matches('details, .call')) {
      details.open = true;
      show(details);
      opened.clear();
    }
  };
  addEventListener('hashchange', openTarget);
  openTarget();
  // What was hidden has no places before it is drawn.
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

  // The theme: that of the system, or one of both.
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

  // Keys.
  const stops = () => all('.calls summary').filter((summary) => summary.checkVisibility
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
        const hit = one('.calls mark.hit') || one('main mark.hit');
        const stop = hit?.closest('summary');
        if (stop) stop.focus();
        else hit?.scrollIntoView({ block: 'center' });
      } else if (event.key !== 'Escape') return;
      event.preventDefault();
      return;
    }
    const inFrames = at?.matches('.calls summary');
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
