// `vane schema` beside ajv and `vane check`: what is shipped passes both, what is wrong is refused by both. Usage:
// node tests/rules/schema.mjs VANE [--all]. ajv 8 (JSON Schema 2020-12) and yaml (YAML 1.2) come from npm: npm.mjs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bring } from "./npm.mjs";
import { unsaid, wrong } from "./schema_wrong.mjs";

const vane = resolve(process.argv[2]);
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(join(bring("schema", ["ajv@8", "yaml@2"]), "package.json"));
const Ajv = require("ajv/dist/2020").default;
const YAML = require("yaml");
const folder = mkdtempSync(join(tmpdir(), "vane-schema-"));
const findings = [];
const counts = { shipped: 0, landscapes: 0, wrong: 0, unsaid: 0, defaults: 0, compared: 0 };

function run(...words) {
	return spawnSync(vane, words, { encoding: "utf8", cwd: folder, timeout: 60000 });
}

function compiled(...words) {
	const schema = JSON.parse(run("schema", ...words).stdout);
	return new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false, allErrors: true }).compile(schema);
}

const judge = compiled();
const judgeLandscape = compiled("landscape");

const read = (text) => YAML.parse(text, { version: "1.2", merge: true });
const words = (judged) => judged.errors.map((e) => `${e.instancePath || "/"} ${e.message}`).slice(0, 4).join("; ");

// ---- what is shipped ----

function* files(at) {
	for (const entry of readdirSync(at, { withFileTypes: true })) {
		if (entry.name.startsWith(".") || entry.name.startsWith("build") || entry.name === "node_modules") continue;
		if (entry.isDirectory()) yield* files(join(at, entry.name));
		else yield join(at, entry.name);
	}
}

// [name, text] of each configuration: files, READMEs' blocks, what the manifests carry.
function* configurations() {
	for (const path of files(root)) {
		const name = relative(root, path);
		if (path.endsWith("README.md"))
			for (const block of readFileSync(path, "utf8").matchAll(/^```yaml\n(.*?)^```$/gms)) yield [name, block[1]];
		else if (/^conf\/([^/]*|examples\/(?!openapi)[^/]*|deploy\/kustomize\/base\/vane)\.yaml$/.test(name)) yield [name, readFileSync(path, "utf8")];
	}
	const pod = YAML.parseAllDocuments(readFileSync(join(root, "conf/deploy/pod.yaml"), "utf8"));
	yield ["conf/deploy/pod.yaml", pod[0].toJS().data["vane.yaml"]];
	const compose = read(readFileSync(join(root, "conf/deploy/compose.yaml"), "utf8"));
	for (const [name, config] of Object.entries(compose.configs)) if (config.content) yield [`conf/deploy/compose.yaml ${name}`, config.content];
}

for (const [name, text] of configurations()) {
	const isLandscape = /^services:/m.test(text) && text.includes("requires:");
	if (!isLandscape && !/^versions:/m.test(text)) continue;
	const by = isLandscape ? judgeLandscape : judge;
	counts[isLandscape ? "landscapes" : "shipped"]++;
	if (!by(read(text))) findings.push(`${name}: ajv refuses it: ${words(by)}`);
}

// ---- what is wrong ----

mkdirSync(join(folder, "extra"));
for (const name of ["openapi-v1.yaml", "openapi-v2.yaml"]) copyFileSync(join(root, "conf/examples", name), join(folder, name));

function refusals(text) {
	const file = join(folder, "vane.yaml");
	writeFileSync(file, text);
	let tree;
	try {
		tree = read(text);
	} catch (error) {
		return { ajv: `no YAML: ${error.message}`, check: run("check", file) };
	}
	return { ajv: judge(tree) ? null : words(judge), check: run("check", file) };
}

for (const text of wrong) {
	const { ajv, check } = refusals(text);
	counts.wrong++;
	if (!ajv) findings.push(`ajv takes what is wrong:\n${text}`);
	if (check.status !== 1 || !check.stderr.includes("vane.yaml:")) findings.push(`vane check ends with ${check.status}:\n${text}${check.stderr}`);
}
for (const [why, text] of unsaid) {
	const { ajv, check } = refusals(text);
	counts.unsaid++;
	if (ajv) findings.push(`ajv can say it after all (${why}): ${ajv}\n${text}`);
	if (check.status !== 1) findings.push(`vane check ends with ${check.status}:\n${text}${check.stderr}`);
}

// In every mapping that the schema knows, a key that nobody knows.

const UNKNOWN = "surely_not_a_key";

// Calls `visit` with the path of each mapping with named keys; "*" is a free name, "[]" an item.
function walk(schema, path, visit) {
	if (typeof schema !== "object") return;
	if (schema.additionalProperties === false && schema.properties) visit(path);
	for (const part of [...(schema.anyOf ?? []), ...(schema.allOf ?? []), ...(schema.oneOf ?? [])]) walk(part, path, visit);
	for (const [name, below] of Object.entries(schema.properties ?? {})) walk(below, [...path, name], visit);
	if (schema.items) walk(schema.items, [...path, "[]"], visit);
	if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, [...path, "*"], visit);
}

// `tree` with what `plant` makes of what stands at the path.
function planted(tree, path, plant) {
	if (!path.length) return plant(tree);
	const [first, ...rest] = path;
	if (first === "[]") return [planted(undefined, rest, plant)];
	const name = first === "*" ? (Object.keys(tree ?? {})[0] ?? "v1") : first;
	return { ...(typeof tree === "object" ? tree : {}), [name]: planted(tree?.[name], rest, plant) };
}

const mappings = new Map();
walk(judge.schema, [], (path) => mappings.set(path.join(" "), path));
const plain = { versions: { v1: { backend: "127.0.0.1:9001", contract: "openapi-v1.yaml", operations: { createOrder: {} } } } };
for (const path of mappings.values()) {
	const text = JSON.stringify(planted(plain, path, (tree) => ({ ...(tree ?? {}), [UNKNOWN]: 1 })), null, 1);
	const { ajv, check } = refusals(text);
	if (!ajv) findings.push(`ajv takes an unknown key at ${path.join(".")}`);
	if (check.status !== 1 || !check.stderr.includes(UNKNOWN)) findings.push(`vane check, with an unknown key at ${path.join(".")}: ${check.stderr}`);
}

// What vane check takes an editor must not underline: values of all sorts at every key, and where ajv refuses one, so must
// vane check, and at that line.

const values = [0, 1, 7, -1, 1.2, 1.5, "", "x", "v1", "1", "1.2", "5%", "0.5%", "30s", "1h30m", "64KiB", "1.5MiB", true, false, "on", "off", "2027-01-01",
	"2027-01-01T14:00Z", "2027-01-01 14:00:00Z", ":9999", "127.0.0.1:9009", "[::1]:9009", "unix:/tmp/x", "fd:x", "auto", "reject", null, [], {}, ["x"],
	{ v1: "x" }, { x: "v1" }, "${UNSET:-1}", "${UNSET:-info}", "${UNSET:-on}", "${UNSET:-off}", "${UNSET:-report}", "${UNSET:-5%}", "${UNSET:-5s}",
	"${UNSET:-2KiB}", "${UNSET:-:9999}", "${UNSET:-2027-01-01}", "${UNSET:-gone}", "${UNSET:-auto}", "${UNSET:-1.5x}", "${UNSET:-address}", "1.5x"];
const every = process.argv.includes("--all") ? 1 : 29; // all of them take a minute
const keys = new Map();
for (const path of mappings.values()) {
	const at = (schema) => (typeof schema === "object" ? [schema, ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(at)] : []);
	let here = at(judge.schema);
	for (const step of path) here = here.flatMap((s) => at(step === "[]" ? s.items : step === "*" ? s.additionalProperties : s.properties?.[step]));
	for (const name of here.flatMap((s) => Object.keys(s.properties ?? {}))) keys.set([...path, name].join(" "), [...path, name]);
}
for (const [i, path] of [...keys.values()].entries())
	for (const value of values.filter((_, j) => (i + j) % every === 0)) {
		const tree = planted(plain, path, () => value);
		if (judge(tree)) continue;
		const { ajv, check } = refusals(JSON.stringify(tree, null, 1));
		counts.compared++;
		if (check.status === 0) findings.push(`${path.join(".")}: ${JSON.stringify(value)} is taken by vane check, but ajv says ${ajv}`);
	}

// Every default is one of the values that its own row takes, as an editor sees it: 1.2 is a number.

const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false });
function defaults(schema, path) {
	if (typeof schema !== "object") return;
	if ("default" in schema) {
		counts.defaults++;
		const one = ajv.compile({ ...schema, default: undefined });
		if (!one(schema.default)) findings.push(`the default of ${path} is refused by its own schema: ${JSON.stringify(schema.default)}`);
	}
	for (const part of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) defaults(part, path);
	for (const [name, below] of Object.entries(schema.properties ?? {})) defaults(below, `${path}.${name}`);
	defaults(schema.items, `${path}[]`);
	defaults(schema.additionalProperties, `${path}.*`);
}
defaults(judge.schema, "");

// The right one that all the wrong ones are made from.
const right = refusals("versions:\n  v1: {backend: 127.0.0.1:9001, contract: openapi-v1.yaml}\n");
if (right.ajv || right.check.status !== 0) findings.push(`the right one: ajv ${right.ajv}, vane check ${right.check.status} ${right.check.stderr}`);

rmSync(folder, { recursive: true });
for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(`${counts.shipped} configurations and ${counts.landscapes} landscapes pass ajv; ${counts.wrong} wrong ones are refused by both, ` +
	`${counts.unsaid} by vane check alone; unknown keys in ${mappings.size} mappings, ${counts.defaults} defaults, ${counts.compared} values in ${keys.size} keys; ${findings.length} findings\n`);
process.exit(findings.length || counts.shipped < 8 || counts.landscapes < 2 || mappings.size < 40 || counts.defaults < 50 ? 1 : 0);
