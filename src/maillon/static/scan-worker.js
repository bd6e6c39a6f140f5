// Decodes QR codes away from the page, so that it stays smooth. Receives {library}, then {pixels, width, height}.
self.onmessage = function (event) {
  const asked = event.data
  if (asked.library) {
    self.importScripts(asked.library)
    return
  }
  const found = self.jsQR(new Uint8ClampedArray(asked.pixels), asked.width, asked.height, { inversionAttempts: 'dontInvert' })
  self.postMessage(found ? found.data : '')
}
