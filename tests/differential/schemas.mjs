// Schemas of every dialect from a small world of names, texts and numbers, so that keywords meet each other often. What
// the specifications leave open is not written: references that lead to themselves without a step into the instance,
// and numbers that a double does not hold exactly.
const SCHEMA_OF = {
	"2020-12": "https://json-schema.org/draft/2020-12/schema",
	"2019-09": "https://json-schema.org/draft/2019-09/schema",
	7: "http://json-schema.org/draft-07/schema#",
	6: "http://json-schema.org/draft-06/schema#",
	4: "http://json-schema.org/draft-04/schema#",
};
export const DIALECTS = Object.keys(SCHEMA_OF);
const ORDER = { 4: 0, 6: 1, 7: 2, "2019-09": 3, "2020-12": 4 };
const DEEP = 4;

export const NAMES = ["a", "b", "c", "ab", "bc", "x-1", "é", "", "a/b~c", "length"];
export const TEXTS = ["", "a", "b", "ab", "abc", "1", "12", "é", "😀", "a😀b", "A b", "x-1", "null"];
export const NUMBERS = [0, 1, 2, 3, 4, 5, -1, -2, 0.5, 1.5, -0.5, 2.25, 10, 100];
const PATTERNS = ["^a", "b$", "^[a-c]*$", "\\d", "^.$", "^$", "^\\S+$", "(?:ab|c)+", "^[^a]", "^\\p{L}", "x-|é", "^(?!a)"];
const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"];

export function value(r, deep = 2) {
	const kind = r.below(deep > 0 ? 8 : 5);
	if (kind === 0) return null;
	if (kind === 1) return r.chance(0.5);
	if (kind < 4) return r.pick(NUMBERS);
	if (kind === 4 || kind === 5) return r.pick(TEXTS);
	if (kind === 6) return Array.from({ length: r.below(4) }, () => value(r, deep - 1));
	return Object.fromEntries(r.some(NAMES, 0.25).map((name) => [name, value(r, deep - 1)]));
}

const count = (r) => r.below(4);

// What a maker is handed: `w` the schema's own world, `deep` how far down, `free` whether the instance was entered
// since the definition began (then a reference may lead anywhere).
const sub = (w, deep, free) => schema(w, deep + 1, free);
const subs = (w, deep, free) => Array.from({ length: 1 + w.r.below(3) }, () => sub(w, deep, free));
const members = (w, deep, free, names, share = 0.3) =>
	Object.fromEntries(w.r.some(names, share).map((name) => [name, sub(w, deep, free)]));
const subset = (r) => r.some(NAMES, 0.2);

// [keyword, the first dialect, the last, how it is made]
const KEYWORDS = [
	["type", 0, 4, (w) => (w.r.chance(0.7) ? w.r.pick(TYPES) : w.r.some(TYPES, 0.4))],
	["enum", 0, 4, (w) => Array.from({ length: 1 + w.r.below(4) }, () => value(w.r))],
	["const", 1, 4, (w) => value(w.r)],
	["minimum", 0, 4, (w) => w.r.pick(NUMBERS)],
	["maximum", 0, 4, (w) => w.r.pick(NUMBERS)],
	["exclusiveMinimum", 1, 4, (w) => w.r.pick(NUMBERS)],
	["exclusiveMaximum", 1, 4, (w) => w.r.pick(NUMBERS)],
	["multipleOf", 0, 4, (w) => w.r.pick([1, 2, 3, 0.5, 0.25, 5])],
	["minLength", 0, 4, (w) => count(w.r)],
	["maxLength", 0, 4, (w) => count(w.r)],
	["pattern", 0, 4, (w) => w.r.pick(PATTERNS)],
	["minItems", 0, 4, (w) => count(w.r)],
	["maxItems", 0, 4, (w) => count(w.r)],
	["uniqueItems", 0, 4, (w) => w.r.chance(0.8)],
	["minProperties", 0, 4, (w) => count(w.r)],
	["maxProperties", 0, 4, (w) => count(w.r)],
	["required", 0, 4, (w) => subset(w.r)],
	["properties", 0, 4, (w, d) => members(w, d, true, NAMES)],
	["properties", 0, 4, (w, d) => members(w, d, true, NAMES)],
	["patternProperties", 0, 4, (w, d) => members(w, d, true, PATTERNS, 0.15)],
	["additionalProperties", 0, 4, (w, d) => flat(w, d)],
	["propertyNames", 1, 4, (w, d) => sub(w, d, true)],
	["dependencies", 0, 2, (w, d, f) => dependencies(w, d, f)],
	["dependentRequired", 3, 4, (w) => Object.fromEntries(subset(w.r).map((n) => [n, subset(w.r)]))],
	["dependentSchemas", 3, 4, (w, d, f) => members(w, d, f, NAMES, 0.15)],
	["items", 0, 3, (w, d) => (w.r.chance(0.5) ? sub(w, d, true) : subs(w, d, true))],
	["items", 4, 4, (w, d) => sub(w, d, true)],
	["prefixItems", 4, 4, (w, d) => subs(w, d, true)],
	["additionalItems", 0, 3, (w, d) => flat(w, d)],
	["contains", 1, 4, (w, d) => sub(w, d, true)],
	["minContains", 3, 4, (w) => count(w.r)],
	["maxContains", 3, 4, (w) => count(w.r)],
	["unevaluatedProperties", 3, 4, (w, d) => flat(w, d)],
	["unevaluatedItems", 3, 4, (w, d) => flat(w, d)],
	["allOf", 0, 4, (w, d, f) => subs(w, d, f)],
	["anyOf", 0, 4, (w, d, f) => subs(w, d, f)],
	["oneOf", 0, 4, (w, d, f) => subs(w, d, f)],
	["not", 0, 4, (w, d, f) => sub(w, d, f)],
	["if", 2, 4, (w, d, f) => sub(w, d, f)],
	["then", 2, 4, (w, d, f) => sub(w, d, f)],
	["else", 2, 4, (w, d, f) => sub(w, d, f)],
	["$ref", 0, 4, (w, d, f) => reference(w, f)],
	["$dynamicRef", 4, 4, (w, d, f) => (f && w.nodes ? "#node" : undefined)],
	["$recursiveRef", 3, 3, (w, d, f) => (f ? "#" : undefined)],
	["default", 0, 4, (w) => value(w.r)],
];
const TOGETHER = { if: ["then", "else"], minContains: ["contains"], maxContains: ["contains"], additionalItems: ["items"],
	unevaluatedProperties: ["properties", "allOf"], unevaluatedItems: ["items", "anyOf"], additionalProperties: ["properties"] };

// `false`, often: it is what closes an object or a list.
const flat = (w, deep) => (w.r.chance(0.4) ? !w.r.chance(0.9) && w.order === 0 : sub(w, deep, true));

function dependencies(w, deep, free) {
	return Object.fromEntries(subset(w.r).map((name) => {
		const names = subset(w.r);
		return [name, w.r.chance(0.5) && (names.length || w.order > 0) ? names : sub(w, deep, free)];
	}));
}

// Inside one definition, before the instance is entered, only later definitions may be named: no circle without a step.
function reference(w, free) {
	const first = free ? 0 : w.at + 1;
	if (free && w.r.chance(0.15)) return w.home ? w.root : "#";
	if (first >= w.definitions) return undefined;
	return w.name(first + w.r.below(w.definitions - first));
}

function keep(w, s) {
	if (w.order < 2 && s.type && Array.isArray(s.type) && !s.type.length) delete s.type;
	if (Array.isArray(s.type) && !s.type.length) delete s.type;
	if (w.order === 0) {
		if (s.required && !s.required.length) delete s.required;
		if (s.minimum !== undefined && w.r.chance(0.3)) s.exclusiveMinimum = w.r.chance(0.8);
		if (s.maximum !== undefined && w.r.chance(0.3)) s.exclusiveMaximum = w.r.chance(0.8);
	}
	// A SHOULD of drafts 4 to 7 that older metaschemas insist on, draft 7's among them in the other validator.
	if (w.order <= 2 && s.enum) s.enum = s.enum.filter((v, i) => s.enum.findIndex((o) => same(o, v)) === i);
	return s;
}
const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (v) =>
	v && typeof v === "object"
		? Array.isArray(v) ? v.map(sorted) : Object.keys(v).sort().map((k) => [k, sorted(v[k])])
		: v;

function add(w, s, keyword, deep, free) {
	const rows = KEYWORDS.filter(([name, first, last]) => name === keyword && first <= w.order && w.order <= last);
	if (!rows.length || keyword in s) return;
	const made = rows[0][3](w, deep, free);
	if (made !== undefined) s[keyword] = made;
}

function schema(w, deep, free) {
	if (w.order > 0 && w.r.chance(0.08)) return w.r.chance(0.6);
	const s = {};
	const rows = KEYWORDS.filter(([, first, last]) => first <= w.order && w.order <= last);
	const wanted = deep >= DEEP ? 1 : 1 + w.r.below(deep ? 3 : 4);
	for (let i = 0; i < wanted; i++) {
		const keyword = w.r.pick(rows)[0];
		if (deep >= DEEP && !["type", "minimum", "minLength", "required", "const", "pattern", "$ref"].includes(keyword)) continue;
		add(w, s, keyword, deep, free);
		for (const other of TOGETHER[keyword] ?? []) if (w.r.chance(0.7)) add(w, s, other, deep, free);
	}
	return keep(w, s);
}

// A definition may be named by its place, by an anchor, or as a resource of its own.
function define(w, made, i) {
	const id = w.order === 0 ? "id" : "$id";
	const how = w.how[i];
	if (how === "place" || typeof made !== "object") return made;
	if (how === "id") return { [id]: `http://vane.test/${w.key}/d${i}`, ...made };
	return w.order >= 3 ? { $anchor: `d${i}`, ...made } : { [id]: `#d${i}`, ...made };
}

// One document. `key` makes its names its own.
export function document(r, dialect, key) {
	const order = ORDER[dialect], keyword = order >= 3 ? "$defs" : "definitions";
	const w = { r, order, key, definitions: r.below(4), at: -1, home: false, nodes: true, root: `http://vane.test/${key}` };
	w.how = Array.from({ length: w.definitions }, () => r.pick(["place", "place", "anchor", "id"]));
	w.name = (i) => {
		const local = { place: `#/${keyword}/d${i}`, anchor: `#d${i}`, id: `http://vane.test/${key}/d${i}` }[w.how[i]];
		return local.startsWith("#") ? (w.home || r.chance(0.3) ? w.root + local : local) : local;
	};
	let root = schema(w, 0, false);
	if (typeof root !== "object") root = {};
	const definitions = {};
	for (let i = 0; i < w.definitions; i++) {
		w.at = i;
		w.home = w.how[i] === "id";
		w.nodes = !w.home || r.chance(0.6);
		let made = schema(w, 1, false);
		// `$ref` hides what stands beside it up to draft 7, an identifier too; and booleans have no identifier.
		if (typeof made !== "object" || (order < 3 && made.$ref)) made = order === 0 || w.how[i] !== "place" ? { allOf: [typeof made === "object" ? made : {}] } : made;
		if (order === 4 && w.home && w.nodes) made.$dynamicAnchor = "node";
		definitions[`d${i}`] = define(w, made, i);
	}
	const head = { $schema: SCHEMA_OF[dialect], [order === 0 ? "id" : "$id"]: w.root };
	if (order === 4) head.$dynamicAnchor = "node";
	if (order === 3 && r.chance(0.5)) head.$recursiveAnchor = true;
	if (order < 3 && root.$ref) root = { allOf: [root] };
	return { ...head, ...root, ...(w.definitions ? { [keyword]: definitions } : {}) };
}
