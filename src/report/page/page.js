
'use strict';
(function () {
  const all = (selector, from) => Array.from((from || document).querySelectorAll(selector));
  for (const tools of all('.tools')) {
    const changes = all('.change', tools.parentElement);
    const name = tools.querySelector('input[type=search]');
    const verbs = all('input[type=checkbox]', tools);
    const count = tools.querySelector('[role=status]');
    const show = () => {
      const wanted = name.value.trim().toLowerCase();
      const chosen = new Set(verbs.filter((box) => box.checked).map((box) => box.value));
      let shown = 0;
      for (const change of changes) {
        change.hidden = !chosen.has(change.dataset.verb)
          || !change.dataset.name.toLowerCase().includes(wanted);
        if (!change.hidden) shown += 1;
      }
      count.textContent = shown + ' of ' + changes.length + ' shown';
    };
    name.addEventListener('input', show);
    for (const box of verbs) box.addEventListener('change', show);
    for (const button of all('button', tools)) {
      button.addEventListener('click', () => {
        for (const change of changes) change.querySelector('details').open = button.value === 'open';
      });
    }
    tools.hidden = false;
    show();
  }
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    const fold = target && target.querySelector(':scope > details');
    if (fold) { fold.open = true; target.hidden = false; }
  };
  addEventListener('hashchange', reveal);
  reveal();
  addEventListener('beforeprint', () => { for (const fold of all('details')) fold.open = true; });
})();
