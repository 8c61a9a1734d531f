// Looks at a vane's status page in a headless Chromium, and says as JSON what a person would see. Called by
// 47_status_page.py: node status_page.mjs '{"url": …, "modules": …, "chromium": …}'.
import { createRequire } from "node:module";

const wanted = JSON.parse(process.argv[2]);
const { chromium } = createRequire(wanted.modules + "/")("playwright-core");
const seen = { requests: [], console: [] };
const browser = await chromium.launch({ executablePath: wanted.chromium, args: ["--no-sandbox", "--disable-gpu"] });

// Every page of every context reports where it went and what it complained about.
async function open(options) {
  const context = await browser.newContext(options);
  await context.addInitScript(() => {
    window.violated = [];
    document.addEventListener("securitypolicyviolation", e => window.violated.push(e.violatedDirective));
  });
  const page = await context.newPage();
  page.on("request", r => seen.requests.push(r.url()));
  page.on("console", m => seen.console.push(m.text()));
  page.on("pageerror", e => seen.console.push(String(e)));
  await page.goto(wanted.url, { waitUntil: "load" });
  return page;
}

const background = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const page = await open({ colorScheme: "light", viewport: { width: 1280, height: 900 }, permissions: ["clipboard-read", "clipboard-write"] });
seen.title = await page.title();
seen.text = await page.innerText("body");
seen.light = await background(page);
seen.wide = await overflow(page);
seen.elements = await page.evaluate(() => ({
  scripts: document.scripts.length, images: document.images.length, frames: document.querySelectorAll("iframe,object,embed").length,
  lines: document.querySelectorAll("svg").length, lang: document.documentElement.lang, handlers: document.querySelectorAll("[onerror],[onclick],[onload]").length,
}));
if (wanted.screenshot) await page.screenshot({ path: wanted.screenshot, clip: { x: 0, y: 0, width: 1280, height: 900 } });

const form = "#explain";
await page.selectOption(form + " select", "GET");
await page.fill(form + " input", wanted.target);
await page.press(form + " input", "Enter");
await page.waitForFunction(() => document.getElementById("explained")?.textContent.length > 2);
seen.explained = await page.textContent("#explained");

const copy = page.locator("a[data-copy]").first();
if (await copy.count()) {
  await copy.scrollIntoViewIfNeeded();
  await copy.click();
  await page.waitForTimeout(500);
  seen.copied = await page.evaluate(() => navigator.clipboard.readText());
}

// The page refreshes itself: what happens now is seen without a click.
process.stdout.write("ready\n");
seen.refreshed = await page.waitForFunction(text => document.body.innerText.includes(text), wanted.later, { timeout: 20000 })
  .then(() => true, () => false);
seen.pwned = await page.evaluate(() => typeof window.pwned);
seen.violated = await page.evaluate(() => window.violated);

const dark = await open({ colorScheme: "dark", viewport: { width: 1280, height: 900 } });
seen.dark = await background(dark);
const phone = await open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
seen.phone = await overflow(phone);
seen.phoneFont = await phone.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
const plain = await open({ javaScriptEnabled: false });
seen.plain = await plain.innerText("body");
await browser.close();
process.stdout.write(JSON.stringify(seen) + "\n");
