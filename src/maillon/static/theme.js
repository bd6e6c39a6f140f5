// Runs before the first paint, hence alone and small: says that scripts run, and applies the theme the reader chose.
(function () {
  const root = document.documentElement
  root.classList.add('scripted')
  function apply (choice) {
    const dark = document.getElementById('dark-theme')
    if (dark) dark.media = choice === 'dark' ? 'all' : choice === 'light' ? 'not all' : '(prefers-color-scheme: dark)'
    if (choice) root.dataset.theme = choice
    else delete root.dataset.theme
  }
  let stored = null
  try { stored = window.localStorage.getItem('theme') } catch (e) { /* storage refused: the system's choice stays */ }
  apply(stored)
  window.maillonTheme = function (choice) {
    try {
      if (choice) window.localStorage.setItem('theme', choice)
      else window.localStorage.removeItem('theme')
    } catch (e) { /* the choice lasts for this page */ }
    apply(choice)
  }
})()
