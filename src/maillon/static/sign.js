// A signature drawn with a finger, a pen or the mouse: the points it goes through are sent, in the canvas's own units.
// Without this script the page offers paper and a one-time code.
(function () {
  const pad = document.getElementById('sign-pad')
  if (!pad) return
  const form = document.getElementById('sign-form')
  const field = document.getElementById('sign-strokes')
  const pen = pad.getContext('2d')
  const MOST_POINTS = 6000
  let strokes = []
  let points = 0
  let drawing = null // the pointer that draws: a palm on the screen is another one

  function at (event) {
    const box = pad.getBoundingClientRect()
    const inside = function (value, most) { return Math.max(0, Math.min(most, Math.round(value))) }
    return [
      inside((event.clientX - box.left) * pad.width / box.width, pad.width),
      inside((event.clientY - box.top) * pad.height / box.height, pad.height)
    ]
  }
  function line (from, to) {
    pen.lineWidth = 4
    pen.lineCap = pen.lineJoin = 'round'
    pen.strokeStyle = '#1c2b2a'
    pen.beginPath()
    pen.moveTo(from[0], from[1])
    pen.lineTo(to[0], to[1])
    pen.stroke()
  }
  pad.addEventListener('pointerdown', function (event) {
    if (drawing !== null || points >= MOST_POINTS || event.button > 0) return
    event.preventDefault()
    drawing = event.pointerId
    pad.setPointerCapture(drawing)
    const point = at(event)
    strokes.push(point.slice())
    points += 1
    line(point, point)
  })
  pad.addEventListener('pointermove', function (event) {
    if (event.pointerId !== drawing) return
    const stroke = strokes[strokes.length - 1]
    const moves = event.getCoalescedEvents ? event.getCoalescedEvents() : []
    ;(moves.length ? moves : [event]).forEach(function (each) {
      const before = stroke.slice(-2)
      const point = at(each)
      if (points >= MOST_POINTS || Math.abs(point[0] - before[0]) + Math.abs(point[1] - before[1]) < 2) return
      stroke.push(point[0], point[1])
      points += 1
      line(before, point)
    })
  })
  function lift (event) { if (event.pointerId === drawing) drawing = null }
  pad.addEventListener('pointerup', lift)
  pad.addEventListener('pointercancel', lift)
  document.getElementById('sign-clear').addEventListener('click', function () {
    strokes = []
    points = 0
    drawing = null
    pen.clearRect(0, 0, pad.width, pad.height)
  })
  form.addEventListener('submit', function () { field.value = JSON.stringify(strokes) })
})()
