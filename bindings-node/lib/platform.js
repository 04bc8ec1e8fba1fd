'use strict'

/** This machine in the words of the packages under `npm/`. */
function platform() {
  const { platform, arch } = process
  if (platform === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`
}

function isMusl() {
  const report = /** @type {any} */ (process.report.getReport())
  return report.header.glibcVersionRuntime === undefined
}

module.exports = { platform }
