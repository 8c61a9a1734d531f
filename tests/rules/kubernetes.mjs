// The manifests of conf/deploy beside what Kubernetes and the Prometheus Operator publish: their schemas as kubernetes-models
// (npm) ships them, compiled (types, required, enums, patterns), and as types, by which TypeScript finds keys that are not
// there. Usage: node tests/rules/kubernetes.mjs VANE. Brought by npm.mjs. Kustomizations have no published schema there:
// tests/rules/deploy looks at their structure. The JSON Schemas themselves are on PyPI (kubernetes-validate); where pip can
// bring them, vane judges the same manifests by them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bring, make, skip } from "./npm.mjs";

const MODELS = "kubernetes-models", OPERATOR = "@kubernetes-models/prometheus-operator";
const home = bring("kubernetes", [`${MODELS}@5`, `${OPERATOR}@6`, "typescript@5", "yaml@2"]);
const YAML = createRequire(join(home, "package.json"))("yaml");
const deploy = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "conf", "deploy");
const KINDS = {
	"v1 ConfigMap": [MODELS, "v1/ConfigMap"],
	"v1 Pod": [MODELS, "v1/Pod"],
	"apps/v1 Deployment": [MODELS, "apps/v1/Deployment"],
	"monitoring.coreos.com/v1 PodMonitor": [OPERATOR, "monitoring.coreos.com/v1/PodMonitor"],
};

const documents = (...path) => YAML.parseAllDocuments(readFileSync(join(deploy, ...path), "utf8")).map((d) => d.toJS());

// A strategic merge: mappings by key, lists of named things by name.
function merged(into, patch) {
	if (Array.isArray(into) && Array.isArray(patch) && patch.every((one) => one?.name)) {
		const rest = into.filter((one) => !patch.some((p) => p.name === one.name));
		return [...rest, ...patch.map((p) => merged(into.find((one) => one.name === p.name), p))];
	}
	if (!into || !patch || typeof into !== "object" || typeof patch !== "object" || Array.isArray(patch)) return patch;
	const both = { ...into };
	for (const [key, value] of Object.entries(patch)) both[key] = key in into ? merged(into[key], value) : value;
	return both;
}

function shipped() {
	const [base] = documents("kustomize", "base", "deployment.yaml"), [sidecar] = documents("kustomize", "component", "sidecar.yaml");
	const built = merged(base, { spec: sidecar.spec });
	return [
		...documents("pod.yaml").map((one) => [`pod.yaml ${one.kind}`, one]),
		["deployment.yaml", base],
		["deployment.yaml with sidecar.yaml", built],
		...documents("kustomize", "component", "podmonitor.yaml").map((one) => ["podmonitor.yaml", one]),
	];
}

// [what, manifest]: one thing wrong in each, so that it is known that this test can fail.
function wrong(manifests) {
	const of = (name, change) => {
		const copy = structuredClone(manifests.find(([known]) => known === name)[1]);
		change(copy);
		return [name, copy];
	};
	const vane = (pod) => pod.spec.initContainers[0];
	return [
		["a key misspelt", ...of("pod.yaml Pod", (p) => (vane(p).livenesProbe = vane(p).livenessProbe))],
		["a key at the wrong depth", ...of("pod.yaml Pod", (p) => (vane(p).runAsUser = 1))],
		["a text for a number", ...of("pod.yaml Pod", (p) => (vane(p).ports[0].containerPort = "http"))],
		["no name of a container", ...of("pod.yaml Pod", (p) => delete vane(p).name)],
		["a number for a list", ...of("pod.yaml Pod", (p) => (p.spec.volumes = 1))],
		["a size that is none", ...of("pod.yaml Pod", (p) => (vane(p).resources.limits.memory = { Mi: 64 }))],
		["a number in a ConfigMap", ...of("pod.yaml ConfigMap", (c) => (c.data.workers = 1))],
		["no selector", ...of("deployment.yaml", (d) => delete d.spec.selector)],
		["a key misspelt in a template", ...of("deployment.yaml with sidecar.yaml", (d) => (d.spec.template.spec.volume = []))],
		["no such interval", ...of("podmonitor.yaml", (m) => (m.spec.podMetricsEndpoints[0].interval = "often"))],
		["no endpoints but under a wrong name", ...of("podmonitor.yaml", (m) => (m.spec.endpoints = m.spec.podMetricsEndpoints))],
	];
}

async function byValidator(manifest) {
	const [pack, path] = KINDS[`${manifest.apiVersion} ${manifest.kind}`] ?? skip(`no schema for ${manifest.kind}`);
	const kind = (await import(pathToFileURL(join(home, "node_modules", pack, `${path}.js`))))[manifest.kind];
	try {
		new kind(manifest).validate();
		return "";
	} catch (error) {
		return error.message;
	}
}

// What TypeScript says of each manifest as a value of its kind's type; all in one go, a file for each.
function byTypes(manifests) {
	const folder = mkdtempSync(join(home, "types-"));
	const files = manifests.map((manifest, i) => {
		const [pack, path] = KINDS[`${manifest.apiVersion} ${manifest.kind}`];
		const file = join(folder, `m${i}.mts`);
		writeFileSync(file, `import type { I${manifest.kind} } from "${pack}/${path}";\nexport const m: I${manifest.kind} = ${JSON.stringify(manifest)};\n`);
		return file;
	});
	const done = spawnSync(process.execPath, [join(home, "node_modules", "typescript", "bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck",
		"--module", "nodenext", "--target", "es2022", ...files], { encoding: "utf8", timeout: 240000 });
	rmSync(folder, { recursive: true });
	if (done.error || (done.status && !/m\d+\.mts/.test(done.stdout))) throw new Error(`tsc: ${done.error ?? done.stdout}`);
	return manifests.map((_, i) => done.stdout.split("\n").filter((line) => line.includes(`m${i}.mts(`)).map((line) => line.replace(/^.*?: error /, "")).join("; "));
}

// ---- the schemas themselves, and vane ----

const SCHEMAS = { "v1 ConfigMap": "configmap-v1", "v1 Pod": "pod-v1", "apps/v1 Deployment": "deployment-apps-v1" };
const PUBLISHED = "kubernetes-validate==1.37.0";
const UNPACK = `
import glob, re, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/kubernetes_validate-*.whl")[0])
folders = {n.split("/")[2] for n in wheel.namelist() if re.search(r"/v[0-9.]+-local/", n)}
newest = max(folders, key=lambda n: [int(x) for x in re.findall(r"[0-9]+", n)])
for name in sys.argv[2:]:
    with open(sys.argv[1] + "/" + name, "wb") as out:
        out.write(wheel.read("kubernetes_validate/kubernetes-json-schema/%s/%s" % (newest, name)))
`;

// Where a schema names the properties it means that there are no others: so do servers that check fields strictly.
function closed(schema) {
	if (Array.isArray(schema)) return schema.map(closed);
	if (!schema || typeof schema !== "object") return schema;
	const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
	return typeof copy.properties === "object" && copy.type && !("additionalProperties" in copy) ? { ...copy, additionalProperties: false } : copy;
}

// The folder of the closed schemas, or null with a word of why.
function published() {
	const folder = join(home, "published"), names = ["_definitions.json", ...Object.values(SCHEMAS).map((name) => `${name}.json`)];
	if (names.every((name) => existsSync(join(folder, `closed-${name}`)))) return folder;
	const good = make(folder, (fresh) => {
		const pip = spawnSync("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "-d", fresh, PUBLISHED], { encoding: "utf8", timeout: 180000 });
		const unpack = pip.status === 0 ? spawnSync("python3", ["-c", UNPACK, fresh, ...names], { encoding: "utf8" }) : pip;
		if (unpack.status !== 0) {
			process.stdout.write(`pip cannot bring ${PUBLISHED}: vane does not judge the manifests (${(unpack.stderr ?? "").trim().slice(-150)})\n`);
			return false;
		}
		for (const name of names) writeFileSync(join(fresh, `closed-${name}`), JSON.stringify(closed(JSON.parse(readFileSync(join(fresh, name), "utf8")))));
		return true;
	});
	return good ? folder : null;
}

// "" where vane takes it, or there is no schema; else what it says.
function byVane(folder, manifest) {
	const name = SCHEMAS[`${manifest.apiVersion} ${manifest.kind}`];
	if (!name) return "";
	const instance = join(tmpdir(), `vane-manifest-${process.pid}.json`);
	writeFileSync(instance, JSON.stringify(manifest));
	const done = spawnSync(resolve(process.argv[2]), ["validate", "--schema", join(folder, `closed-${name}.json`),
		"--remote", `/api/_definitions.json=${join(folder, "closed-_definitions.json")}`, instance], { encoding: "utf8", timeout: 60000 });
	rmSync(instance);
	if (done.status !== 0 && done.status !== 1) throw new Error(`vane validate ends with ${done.status}: ${done.stderr}`);
	return done.status ? done.stdout.trim() : "";
}

const good = shipped(), bad = wrong(good);
const types = byTypes([...good.map(([, m]) => m), ...bad.map(([, , m]) => m)]);
const findings = [];
for (const [i, [name, manifest]] of good.entries()) {
	const told = [await byValidator(manifest), types[i]].filter(Boolean);
	if (told.length) findings.push(`${name}: ${told.join("; ")}`);
}
let seen = 0;
for (const [i, [what, name, manifest]] of bad.entries()) {
	const told = [await byValidator(manifest), types[good.length + i]].filter(Boolean);
	seen += told.length > 0;
	if (!told.length) findings.push(`${name} with ${what}: nothing is found`);
}
let judged = 0;
const schemas = process.argv[2] ? published() : null;
for (const [name, manifest] of schemas ? good : []) {
	const told = byVane(schemas, manifest);
	judged += `${manifest.apiVersion} ${manifest.kind}` in SCHEMAS;
	if (told) findings.push(`${name}: vane, by Kubernetes' schema: ${told}`);
}
for (const [what, name, manifest] of schemas ? bad : [])
	if (SCHEMAS[`${manifest.apiVersion} ${manifest.kind}`] && !byVane(schemas, manifest)) findings.push(`${name} with ${what}: vane finds nothing`);
for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(`${good.length} manifests, ${judged} by vane too, ${seen} of ${bad.length} wrong ones refused; ${findings.length} findings\n`);
process.exit(findings.length ? 1 : 0);
