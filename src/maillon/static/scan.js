// Scan mode: a reader that types, a person who types, or the phone's camera. Each code is sent in its turn, answered by
// one line and one sound. Without this script the form posts, and comes back with its context.
(function () {
  const root = document.getElementById('scan')
  if (!root) return
  const form = document.getElementById('scan-form')
  const field = document.getElementById('scan-field')
  const lines = document.getElementById('scan-lines')
  const undo = document.getElementById('scan-undo') // absent where nothing is undone
  const follow = 'follow' in root.dataset // each scan opens a page: the form is sent as a form
  const video = document.getElementById('scan-camera')
  const start = document.getElementById('scan-start')
  const stop = document.getElementById('scan-stop')

  // Sounds: one high and short for yes, two low for no. Browsers allow them after a first touch or key.
  let audio = null
  function note (frequency, from, length) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    tone.frequency.value = frequency
    volume.gain.value = 0.2
    tone.connect(volume).connect(audio.destination)
    tone.start(audio.currentTime + from)
    tone.stop(audio.currentTime + from + length)
  }
  function sound (yes) {
    const Audio = window.AudioContext || window.webkitAudioContext
    if (!Audio) return
    audio = audio || new Audio()
    if (audio.state === 'suspended') audio.resume()
    if (yes) note(1320, 0, 0.09)
    else { note(220, 0, 0.18); note(165, 0.22, 0.3) }
    if (navigator.vibrate) navigator.vibrate(yes ? 60 : [120, 80, 120])
  }

  function show (html, yes) {
    const none = document.getElementById('scan-none')
    if (none) none.remove()
    lines.insertAdjacentHTML('afterbegin', html)
    while (lines.children.length > 60) lines.lastElementChild.remove()
    if (undo) undo.querySelector('button').disabled = false
    sound(yes)
  }

  // One at a time and in order: a reader may be faster than the network. What could not be sent is tried again.
  const waiting = []
  let sending = false
  async function send () {
    if (sending || !waiting.length) return
    sending = true
    const next = waiting[0]
    try {
      const answer = await fetch(next.url, { method: 'POST', body: next.body, headers: { 'X-Maillon-Scan': '1' }, redirect: 'error' })
      if (answer.status !== 200 && answer.status !== 409) { window.location.reload(); return } // signed out, or a context that is gone
      waiting.shift()
      show(await answer.text(), answer.status === 200)
    } catch (error) {
      if (!next.told) { next.told = true; sound(false); window.maillonSay(root.dataset.notSent) }
      await new Promise(function (resolve) { window.setTimeout(resolve, 2000) })
    }
    sending = false
    send()
  }
  function post (from) {
    waiting.push({ url: from.action, body: new FormData(from) })
    send()
  }
  function scanned (text) {
    field.value = text
    if (follow) { form.submit(); return }
    post(form)
    field.value = ''
  }
  form.addEventListener('submit', function (event) {
    if (follow) return
    event.preventDefault()
    if (field.value.trim()) scanned(field.value)
    field.focus()
  })
  if (undo) undo.addEventListener('submit', function (event) {
    event.preventDefault()
    post(undo)
    field.focus()
  })
  window.addEventListener('beforeunload', function (event) { if (waiting.length) event.preventDefault() })

  // A reader types wherever the focus is: bring it back to the field, unless someone is in another one.
  document.addEventListener('keydown', function (event) {
    const at = document.activeElement
    const elsewhere = at && at !== document.body && at.matches('input, select, textarea, button, a, summary, [tabindex="0"]')
    if (!elsewhere && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) field.focus()
  })

  // The camera: the browser's own detector where there is one, else a small decoder in a worker, fetched only then.
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return
  start.hidden = false
  let stream = null
  let read = null
  const seen = new Map() // text -> when it was last in view

  async function browserReader () {
    if (!('BarcodeDetector' in window)) return null
    const formats = await window.BarcodeDetector.getSupportedFormats()
    if (!formats.includes('qr_code')) return null
    const detector = new window.BarcodeDetector({ formats: ['qr_code'] })
    return async function () {
      return (await detector.detect(video)).map(function (found) { return found.rawValue })
    }
  }
  function workerReader () {
    const worker = new Worker(root.dataset.worker)
    worker.postMessage({ library: root.dataset.jsqr })
    const canvas = document.createElement('canvas')
    const pen = canvas.getContext('2d', { willReadFrequently: true })
    return function () {
      const scale = Math.min(1, 800 / Math.max(video.videoWidth, video.videoHeight))
      canvas.width = Math.round(video.videoWidth * scale)
      canvas.height = Math.round(video.videoHeight * scale)
      pen.drawImage(video, 0, 0, canvas.width, canvas.height)
      const image = pen.getImageData(0, 0, canvas.width, canvas.height)
      return new Promise(function (resolve, reject) {
        worker.onmessage = function (event) { resolve(event.data ? [event.data] : []) }
        worker.onerror = reject
        worker.postMessage({ pixels: image.data.buffer, width: image.width, height: image.height }, [image.data.buffer])
      })
    }
  }
  async function look () {
    if (!stream) return
    if (video.readyState >= 2 && video.videoWidth) {
      let texts = []
      try { texts = await read() } catch (error) { texts = [] }
      const now = Date.now()
      texts.forEach(function (text) {
        const fresh = !seen.has(text) || now - seen.get(text) > 2500 // a label that stays in view counts once
        seen.set(text, now)
        if (fresh) scanned(text)
      })
    }
    window.setTimeout(look, 120)
  }
  start.addEventListener('click', async function () {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'environment', width: { ideal: 1280 } } })
      read = read || await browserReader() || workerReader()
      video.srcObject = stream
      video.hidden = false
      await video.play()
    } catch (error) {
      if (stream) stream.getTracks().forEach(function (track) { track.stop() })
      stream = null
      window.maillonSay(root.dataset.noCamera)
      return
    }
    start.hidden = true
    stop.hidden = false
    look()
  })
  stop.addEventListener('click', function () {
    if (stream) stream.getTracks().forEach(function (track) { track.stop() })
    stream = null
    video.hidden = stop.hidden = true
    start.hidden = false
    field.focus()
  })
})()
