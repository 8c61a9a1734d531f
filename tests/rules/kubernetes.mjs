// The manifests of conf/deploy beside what Kubernetes and the Prometheus Operator publish: their schemas as kubernetes-models
// (npm) ships them, compiled (types, required, enums, patterns), and as types, by which TypeScript finds keys that are not
// there. Usage: node tests/rules/kubernetes.mjs. Brought by npm.mjs. Kustomizations have no published schema on npm:
// tests/rules/deploy looks at their structure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bring, skip } from "./npm.mjs";

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
for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(`${good.length} manifests, ${seen} of ${bad.length} wrong ones refused; ${findings.length} findings\n`);
process.exit(findings.length ? 1 : 0);
