// Opens each page at three widths and runs axe on it: every violation is printed, and any ends with 1.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import puppeteer from 'puppeteer-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] })
let violations = 0
for (const file of process.argv.slice(2)) {
  for (const width of [390, 820, 1280]) {
    const page = await browser.newPage()
    await page.setBypassCSP(true) // the page forbids every script; axe is one
    await page.setViewport({ width, height: 900 })
    await page.goto(pathToFileURL(resolve(file)).href)
    await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true }))
    await page.evaluate(axe)
    const result = await page.evaluate(() => window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
    if (wide) {
      violations++
      const worst = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .unseen')).map((e) => e.tagName + '.' + e.className + '#' + e.id).slice(0, 3).join(', '))
      console.log(`${file} at ${width}: the page scrolls sideways: ${worst}`)
    }
    for (const v of result.violations) {
      violations++
      console.log(`${file} at ${width}: ${v.id}: ${v.help} (${v.nodes.length}): ${v.nodes[0].target.join(' ')}`)
    }
    console.log(`${file} at ${width}: ${result.passes.length} rules passed, ${result.violations.length} violated, ${result.incomplete.length} undecided`)
    await page.close()
  }
}
await browser.close()
process.exit(violations > 0 ? 1 : 0)
