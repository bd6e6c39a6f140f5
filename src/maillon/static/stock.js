// The stock page: what a script adds to the list. Without it, the form and its buttons do everything.
(function () {
  const wide = window.matchMedia('(min-width: 42rem)')

  // Filters lie open beside the list on a wide screen, folded above it on a phone.
  function openFilters () {
    document.querySelectorAll('[data-wide-open]').forEach(function (box) { box.open = wide.matches })
  }
  function pickedCount () {
    const form = document.getElementById('stock-selection')
    if (!form) return
    const shown = form.querySelector('.stock-picked')
    if (shown) shown.textContent = shown.dataset.picked + ' ' + form.querySelectorAll('[name=device]:checked').length
  }
  document.addEventListener('change', function (event) { if (event.target.name === 'device') pickedCount() })
  document.addEventListener('click', function (event) {
    if (!event.target.closest('[data-pick-all]')) return
    const boxes = Array.from(document.querySelectorAll('#stock-selection [name=device]'))
    const all = boxes.every(function (box) { return box.checked })
    boxes.forEach(function (box) { box.checked = !all })
    pickedCount()
  })

  // Facets that were open stay so when the list is drawn again.
  let open = []
  let boxOpen = false
  document.addEventListener('htmx:beforeSwap', function () {
    open = Array.from(document.querySelectorAll('.stock-facet[open] > summary')).map(function (s) { return s.textContent })
    const box = document.querySelector('[data-wide-open]')
    boxOpen = Boolean(box && box.open)
  })
  document.addEventListener('htmx:afterSwap', function () {
    document.querySelectorAll('.stock-facet > summary').forEach(function (s) { if (open.includes(s.textContent)) s.parentNode.open = true })
    document.querySelectorAll('[data-wide-open]').forEach(function (box) { box.open = boxOpen })
    const shown = document.querySelector('[data-query]')
    const query = document.getElementById('stock-query')
    if (shown && query) query.value = shown.dataset.query
    pickedCount()
  })
  document.addEventListener('DOMContentLoaded', function () { openFilters(); pickedCount() })
})()
