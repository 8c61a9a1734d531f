// Holds `vane validate` against an independent validator, @hyperjump/json-schema from npm, on schemas and instances
// made from fixed seeds. Not part of what must be installed: where node or the package is absent this says so and ends
// with 77.
//
//   VANE=build/vane node tests/differential/run.mjs [--seed N] [--schemas N] [--instances N] [--dialect D] [--keep]
//
// The package is looked for in $VANE_NPM, or ~/.cache/vane-npm:
//   npm install --prefix ~/.cache/vane-npm @hyperjump/json-schema
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { random } from "./random.mjs";
import { DIALECTS, document } from "./schemas.mjs";
import * as formats from "./formats.mjs";
import { texts } from "./instances.mjs";
import { forHyperjump, settled } from "./known.mjs";

const { values: flags } = parseArgs({
	options: {
		seed: { type: "string", default: "1" },
		schemas: { type: "string", default: "300" },
		instances: { type: "string", default: "20" },
		dialect: { type: "string" },
		keep: { type: "boolean", default: false },
	},
});
const vane = process.env.VANE ?? "build/vane";
const home = join(process.env.VANE_NPM ?? join(homedir(), ".cache", "vane-npm"), "node_modules", "@hyperjump", "json-schema");
const ENTRY = { 4: "draft-04", 6: "draft-06", 7: "draft-07", "2019-09": "draft-2019-09", "2020-12": "draft-2020-12" };
const say = (text) => process.stdout.write(`${text}\n`);
const SHOWN = 20;

if (!existsSync(home)) {
	say(`skipped: ${home} is not there (npm install --prefix DIR @hyperjump/json-schema, and VANE_NPM=DIR)`);
	process.exit(77);
}

const load = (name) => import(pathToFileURL(join(home, name, "index.js")));
const folder = mkdtempSync(join(tmpdir(), "vane-differential-"));
const totals = { cases: 0, valid: 0, refused: 0, told: 0, aside: 0, differ: 0 };

// How vane ended with: [exit code, its lines, what it complained of].
const judge = (file, dialect, lines, ...more) =>
	new Promise((resolve) => {
		const child = execFile(vane, ["validate", "--schema", file, "--dialect", dialect, "--lines", ...more], (error, out, err) =>
			resolve([error ? (error.code ?? error.signal) : 0, out.split("\n").slice(0, -1), err]));
		child.stdin.on("error", () => {}); // a schema that is refused: nobody reads
		child.stdin.end(lines.join("\n") + "\n");
	});

function differs(schema, instance, mine, theirs) {
	if (totals.differ++ < SHOWN)
		say(`differs: vane says ${mine}, hyperjump ${theirs}\n  schema   ${JSON.stringify(schema)}\n  instance ${instance}`);
}

// What the other validator makes of a schema: a function, or null where it refuses it.
async function compiled(hyperjump, schema, dialect, uri) {
	const told = forHyperjump(schema, dialect);
	totals.told += told !== schema;
	hyperjump.registerSchema(structuredClone(told), uri);
	try {
		return await hyperjump.validate(uri);
	} catch {
		return null; // it refuses the schema
	}
}

function verdict(theirs, line) {
	try {
		return theirs(JSON.parse(line)).valid ? "valid" : "invalid";
	} catch {
		return "throws";
	}
}

async function compare(hyperjump, dialect, key, schema, lines, ...more) {
	const file = join(folder, `${key.replace("/", "-")}.json`);
	writeFileSync(file, JSON.stringify(schema));
	const theirs = await compiled(hyperjump, schema, dialect, `http://vane.test/${key}`);
	const [code, said, complaint] = await judge(file, dialect, lines, ...more);
	if (!flags.keep) rmSync(file);
	const loaded = said.length === lines.length && (code === 0 || code === 1);
	if (!loaded || !theirs) {
		totals.refused++;
		if (loaded || theirs)
			differs(schema, "(the schema)", loaded ? "loaded" : `refused (${code}): ${complaint}`, theirs ? "loaded" : "refused");
		return;
	}
	lines.forEach((line, i) => {
		const word = verdict(theirs, line), mine = said[i].split(" ")[0];
		if (word === "throws" || settled(schema.format, JSON.parse(line))) return void totals.aside++;
		totals.cases++;
		totals.valid += word === "valid";
		if (mine !== word) differs(schema, line, said[i], word);
	});
}

async function schemas(dialect) {
	const hyperjump = await load(ENTRY[dialect]);
	for (let i = 0; i < Number(flags.schemas); i++) {
		const key = `${dialect}/${i}`, r = random(Number(flags.seed) * 1000003 + i * 7 + DIALECTS.indexOf(dialect));
		const schema = document(r, dialect, key);
		await compare(hyperjump, dialect, key, schema, texts(r, schema, dialect, Number(flags.instances)));
	}
}

// Last: once it is loaded, the other validator checks formats in all schemas.
async function formatted() {
	const hyperjump = await load(ENTRY["2020-12"]);
	await load("formats");
	hyperjump.setShouldValidateFormat(true);
	console.log = () => {}; // it tells of each hostname that it refuses
	for (const format of Object.keys(formats.FORMATS)) {
		const r = random(Number(flags.seed) * 1000003 + format.length), key = `format/${format}`;
		const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", format };
		await compare(hyperjump, "2020-12", key, schema, formats.texts(r, format, 20 * Number(flags.instances)), "--formats");
	}
}

try {
	for (const dialect of flags.dialect ? [flags.dialect] : DIALECTS) if (dialect !== "format") await schemas(dialect);
	if (!flags.dialect || flags.dialect === "format") await formatted();
} finally {
	if (flags.keep) say(`schemas kept in ${folder}`);
	else rmSync(folder, { recursive: true });
}
say(`${totals.cases} cases (${totals.valid} valid), ${totals.refused} schemas refused by both or one, ` +
	`${totals.told} schemas told otherwise and ${totals.aside} cases set aside (known.mjs), ${totals.differ} differ`);
process.exit(totals.differ ? 1 : 0);
