// Packages from npm for the tests that hold what vane ships against others' schemas and validators: brought into a cache
// outside of the repository ($VANE_TEST_CACHE, or ~/.cache/vane-tests), a folder for each set. Where they cannot be had the
// test says why and ends with 77.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export function skip(why) {
	process.stdout.write(`skipped: ${why}\n`);
	process.exit(77);
}

// Makes `folder` by `fill`, in one step, for several builds run their tests at once: what is there already stays. False where
// `fill` says so.
export function make(folder, fill) {
	mkdirSync(join(folder, ".."), { recursive: true });
	const fresh = mkdtempSync(`${folder}-`);
	const good = fill(fresh);
	try {
		if (good) renameSync(fresh, folder);
	} catch (error) {
		if (!["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error; // another one was quicker
	}
	rmSync(fresh, { recursive: true, force: true });
	return good;
}

// `packages`: ["ajv@8", …]. The folder in which their node_modules is.
export function bring(set, packages) {
	const folder = join(process.env.VANE_TEST_CACHE || join(homedir(), ".cache", "vane-tests"), set);
	const name = (one) => one.slice(0, one.lastIndexOf("@"));
	const there = () => packages.every((one) => existsSync(join(folder, "node_modules", name(one), "package.json")));
	if (there()) return folder;
	let why = "";
	const good = make(folder, (fresh) => {
		const done = spawnSync("npm", ["install", "--prefix", fresh, "--no-audit", "--no-fund", ...packages], { encoding: "utf8", timeout: 180000 });
		why = done.error ? `npm cannot be run (${done.error.code})` : done.status ? done.stderr.trim().slice(-200) : "";
		return !why;
	});
	if (!good) skip(`${packages.join(" ")}: not there, and ${why}`);
	if (!there()) skip(`${folder} is an older set: remove it`);
	return folder;
}
