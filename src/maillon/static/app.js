// What pages gain from a script. Each works without it: menus are <details>, forms post, links go somewhere.
(function () {
  function each (root, selector, act) { root.querySelectorAll(selector).forEach(act) }

  // Menus close when one looks elsewhere.
  document.addEventListener('click', function (event) {
    each(document, 'details.menu[open]', function (menu) { if (!menu.contains(event.target)) menu.open = false })
  })
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return
    each(document, 'details.menu[open]', function (menu) {
      menu.open = false
      menu.querySelector('summary').focus()
    })
  })

  function markTheme () {
    const chosen = document.documentElement.dataset.theme || ''
    each(document, '[data-theme-choice]', function (button) {
      button.setAttribute('aria-pressed', String(button.dataset.themeChoice === chosen))
    })
  }
  document.addEventListener('click', function (event) {
    const target = event.target.closest('[data-theme-choice], [data-print], [data-copy]')
    if (!target) return
    if ('themeChoice' in target.dataset) {
      window.maillonTheme(target.dataset.themeChoice)
      markTheme()
    } else if ('print' in target.dataset) window.print()
    else if (navigator.clipboard) navigator.clipboard.writeText(target.dataset.copy).then(function () { say(target.dataset.copied || target.dataset.copy) })
  })

  // A form that can not be taken back asks first; a filter answers as soon as it changes.
  document.addEventListener('submit', function (event) {
    const question = event.target.dataset.confirm
    if (question && !window.confirm(question)) event.preventDefault()
  })
  document.addEventListener('change', function (event) {
    if (event.target.matches('[data-submit-on-change]')) event.target.form.requestSubmit()
  })

  // One polite line at the foot of the screen, for what no page part shows.
  function say (sentence) {
    const live = document.getElementById('live')
    const box = document.createElement('p')
    box.className = 'notice'
    box.textContent = sentence
    live.replaceChildren(box)
    window.setTimeout(function () { if (box.isConnected) live.replaceChildren() }, 8000)
  }
  window.maillonSay = say
  document.addEventListener('htmx:sendError', function () { say(document.body.dataset.offline) })
  document.addEventListener('htmx:responseError', function () { say(document.body.dataset.failed) })

  // Files and folders dropped on a zone go into its own input, so that the form stays the one way in.
  async function walk (entry, found) {
    if (entry.isFile) {
      const file = await new Promise(function (resolve, reject) { entry.file(resolve, reject) })
      file.relativePath = entry.fullPath.slice(1) // a dropped file does not know its folder
      found.push(file)
    }
    if (entry.isDirectory) {
      const reader = entry.createReader()
      for (;;) {
        const batch = await new Promise(function (resolve, reject) { reader.readEntries(resolve, reject) })
        if (!batch.length) return
        for (const inner of batch) await walk(inner, found)
      }
    }
  }
  function dropZone (zone) {
    if (zone.dataset.ready) return
    zone.dataset.ready = 'yes'
    const input = zone.querySelector('input[type=file]')
    const list = zone.querySelector('.drop-list')
    function show (files) {
      const names = files.slice(0, 5).map(function (file) { return file.name })
      if (files.length > 5) names.push('… (' + files.length + ')')
      list.textContent = names.join(', ')
      zone.dispatchEvent(new CustomEvent('maillon:files', { bubbles: true, detail: { files } }))
    }
    input.addEventListener('change', function () { show(Array.from(input.files)) })
    ;['dragenter', 'dragover'].forEach(function (name) {
      zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add('over') })
    })
    zone.addEventListener('dragleave', function (event) { if (!zone.contains(event.relatedTarget)) zone.classList.remove('over') })
    zone.addEventListener('drop', async function (event) {
      event.preventDefault()
      zone.classList.remove('over')
      const entries = Array.from(event.dataTransfer.items || []).map(function (item) { return item.webkitGetAsEntry && item.webkitGetAsEntry() }).filter(Boolean)
      const found = []
      if (entries.length) for (const entry of entries) await walk(entry, found)
      else found.push(...event.dataTransfer.files)
      const kept = input.multiple ? found : found.slice(0, 1)
      const bag = new DataTransfer()
      kept.forEach(function (file) { bag.items.add(file) })
      input.files = bag.files
      show(kept)
    })
  }

  function prepare (root) { each(root, '[data-drop-zone]', dropZone) }
  document.addEventListener('DOMContentLoaded', function () { prepare(document); markTheme() })
  document.addEventListener('htmx:load', function (event) { prepare(event.detail.elt.parentNode || document) })
})()
