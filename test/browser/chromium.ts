// `npm run test:browser`: the bundle's probe in headless Chromium must give the text that Node gives. Where Chromium is missing this
// says so and leaves with 0, in CI with 1. CHROMIUM names another executable than the usual ones.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { bundle } from './bundle.js';
import { probe } from './probe.js';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Background services of the browser look up hosts of their own; a test needs none of them, nor a GPU. */
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

async function runInChromium(executablePath: string, code: string): Promise<{ version: string; text: string }> {
	const profile = mkdtempSync(join(tmpdir(), 'secretsim-chromium-'));
	const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: FLAGS });
	try {
		const page = await context.newPage();
		const errors: string[] = [];
		page.on('pageerror', (error) => errors.push(error.message));
		await page.setContent('<!doctype html><title>secretsim</title>');
		await page.addScriptTag({ content: code });
		const text = await page.evaluate('bundled.probe()');
		if (errors.length > 0) throw new Error(`the page reported: ${errors.join('; ')}`);
		return { version: context.browser()?.version() ?? 'unknown version', text: String(text) };
	} finally {
		await context.close();
		rmSync(profile, { recursive: true, force: true });
	}
}

const executable = process.env['CHROMIUM'] ?? CANDIDATES.find((path) => existsSync(path));
if (executable === undefined) {
	console.error(`Chromium is missing (looked for ${CANDIDATES.join(', ')}); install it or set CHROMIUM.`);
	process.exitCode = process.env['CI'] === undefined ? 0 : 1;
} else {
	const { code } = await bundle(`export { probe } from './test/browser/probe.js';`);
	const { version, text } = await runInChromium(executable, code);
	const expected = probe();
	if (text !== expected) throw new Error(`Chromium ${version} gives another text than Node ${process.version}:\n${text}\n${expected}`);
	console.log(`Chromium ${version} and Node ${process.version} give the same text: ${text.length} characters, bundle ${code.length} bytes`);
}
