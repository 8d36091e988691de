// Before the first paint: the theme a person chose earlier, so that the page does not flash in the other one.
try {
  const chosen = localStorage.getItem('rushes-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch (error) {
  console.debug('the chosen theme cannot be read; the system decides', error);
}
