// Search, filter, sorting and theme. The script contains no text of the crashes.
(() => {
  'use strict';
  const one = (query, root = document) => root.querySelector(query);
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const table = one('#groups');
  if (!table) return;
  const find = one('#find'), kind = one('#kind'), count = one('#count');
  const body = table.tBodies[0], heads = all('th', table);
  const number = (cell) => Number(cell.textContent.replaceAll(',', ''));
  const rows = [...body.rows].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    kind: one('b', row).textContent,
    crashes: number(row.cells[0]),
    keys: [...row.cells].map((cell) => cell.textContent.toLowerCase()),
  }));

  all('.js').forEach((control) => { if (control.id !== 'no-match') control.hidden = false; });
  for (const name of [...new Set(rows.map((row) => row.kind))].sort()) kind.append(new Option(name, name));

  const plural = (number, one, many) => number.toLocaleString('en') + ' ' + (number === 1 ? one : many);
  let sorted = { column: 0, up: false };
  // The state is in the address, after the `#`, so that a link leads to the same rows.
  const save = () => {
    const state = new URLSearchParams();
    if (find.value.trim()) state.set('q', find.value.trim());
    if (kind.value) state.set('kind', kind.value);
    if (sorted.column !== 0 || sorted.up) state.set('sort', sorted.column + (sorted.up ? 'up' : 'down'));
    try {
      history.replaceState(null, '', '#' + state);
    } catch { /* The page may not change its address. */ }
  };
  const apply = () => {
    const wanted = find.value.toLowerCase().split(' ').filter(Boolean);
    let shown = 0, crashes = 0;
    for (const row of rows) {
      const is = wanted.every((word) => row.text.includes(word)) && (!kind.value || row.kind === kind.value);
      row.row.hidden = !is;
      if (is) {
        shown += 1;
        crashes += row.crashes;
      }
    }
    count.textContent = shown === rows.length ? ''
      : shown.toLocaleString('en') + ' of ' + plural(rows.length, 'fingerprint', 'fingerprints') + ' · ' + plural(crashes, 'crash', 'crashes');
    one('#no-match').hidden = shown > 0;
  };
  const sort = (column, up) => {
    sorted = { column, up };
    const compare = (a, b) => column === 0 ? a.crashes - b.crashes
      : a.keys[column] < b.keys[column] ? -1 : Number(a.keys[column] > b.keys[column]);
    rows.sort((a, b) => (up ? 1 : -1) * compare(a, b));
    body.append(...rows.map((row) => row.row));
    heads.forEach((head, index) => {
      if (index === column) head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      else head.removeAttribute('aria-sort');
    });
  };
  const changed = () => {
    apply();
    save();
  };
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      // Texts are first sorted upwards, numbers and dates downwards.
      const isText = column === 1 || column === 2;
      sort(column, sorted.column === column ? !sorted.up : isText);
      save();
    });
  });
  let timer = 0;
  find.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, 60);
  });
  kind.addEventListener('change', changed);

  // A click on a version or a function searches it.
  for (const name of all('.pick')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.title = 'Search';
    name.replaceWith(button);
    button.append(name);
    button.addEventListener('click', () => {
      find.value = name.textContent.replace(/…$/, '');
      changed();
      find.scrollIntoView({ block: 'start' });
    });
  }

  const load = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && body.contains(target)) {
      const details = one('details', target);
      if (details) details.open = true;
      return;
    }
    const state = new URLSearchParams(location.hash.slice(1));
    const by = /^([0-4])(up|down)$/.exec(state.get('sort') || '0down');
    find.value = state.get('q') || '';
    kind.value = state.get('kind') || '';
    if (kind.selectedIndex < 0) kind.value = '';
    if (by && (Number(by[1]) !== sorted.column || (by[2] === 'up') !== sorted.up)) sort(Number(by[1]), by[2] === 'up');
    apply();
  };
  addEventListener('hashchange', load);
  load();

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
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === '/' && !document.activeElement.matches('input, select')) {
      find.focus();
      find.select();
      event.preventDefault();
    }
    if (event.key === 'Escape' && document.activeElement === find) {
      find.value = '';
      find.blur();
      changed();
    }
  });
})();
