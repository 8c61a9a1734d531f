// Packages from npm for the tests that hold what vane ships against others' schemas and validators: brought into a cache
// outside of the repository ($VANE_TEST_CACHE, or ~/.cache/vane-tests), a folder for each set. Where they cannot be had the
// test says why and ends with 77.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export function skip(why) {
	process.stdout.write(`skipped: ${why}\n`);
	process.exit(77);
}

// `packages`: ["ajv@8", …]. The folder in which their node_modules is.
export function bring(set, packages) {
	const folder = join(process.env.VANE_TEST_CACHE || join(homedir(), ".cache", "vane-tests"), set);
	const name = (one) => one.slice(0, one.lastIndexOf("@"));
	if (packages.every((one) => existsSync(join(folder, "node_modules", name(one), "package.json")))) return folder;
	mkdirSync(folder, { recursive: true });
	const done = spawnSync("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", ...packages], { encoding: "utf8", timeout: 180000 });
	if (done.error) skip(`${packages.join(" ")}: not there, and npm cannot be run (${done.error.code})`);
	if (done.status !== 0) skip(`npm cannot bring ${packages.join(" ")}: ${done.stderr.trim().slice(-200)}`);
	return folder;
}
