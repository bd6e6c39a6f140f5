// A refused or cancelled passkey says so on the page instead of in the console alone.
(function () {
  const sentence = document.currentScript.dataset.sentence
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    window.maillonSay(sentence)
  })
})()
