'use strict'

// Puts the changing part of the page in place once a second, and sends the form without leaving.

const state = document.getElementById('state')
const live = document.getElementById('live')
const form = document.getElementById('send')
const notice = document.getElementById('notice')
let shown = ''

/** Elements of the state that have an id and match. */
const named = (selector) => state.querySelectorAll(`${selector}[id]`)

/** Replaces the state: what is open stays open, and what has the focus or is scrolled keeps it. */
function show(text) {
  const open = [...named('details[open]')].map((it) => it.id)
  const scrolled = [...named('.scroll')].map((it) => [it.id, it.scrollLeft])
  const focused = state.contains(document.activeElement) ? document.activeElement.id : ''
  state.innerHTML = text
  for (const id of open) document.getElementById(id)?.setAttribute('open', '')
  for (const [id, left] of scrolled) {
    const region = document.getElementById(id)
    if (region) region.scrollLeft = left
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
}

/** Whether somebody marks text, which would be lost. */
function isMarked() {
  const selection = document.getSelection()
  return selection && !selection.isCollapsed && state.contains(selection.anchorNode)
}

function say(text, isWell) {
  if (live.textContent !== text) live.textContent = text
  live.className = isWell ? 'well' : 'lost'
}

async function refresh() {
  try {
    const answer = await fetch('/page/state')
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
    if (text !== shown && !isMarked()) {
      show(text)
      shown = text
    }
    say('live', true)
  } catch {
    say('the server does not answer', false)
  }
}

async function forever() {
  if (!document.hidden) await refresh()
  setTimeout(forever, 1000)
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  notice.textContent = ''
  try {
    const body = new URLSearchParams(new FormData(form))
    const headers = { Accept: 'text/plain' }
    const answer = await fetch(form.action, { method: 'POST', headers, body })
    notice.textContent = await answer.text()
    notice.className = answer.ok ? 'well' : 'lost'
  } catch {
    notice.textContent = 'Not sent: the server does not answer.'
    notice.className = 'lost'
  }
  await refresh()
})

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh()
})
forever()
