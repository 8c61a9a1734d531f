// Instances for a schema: values that its keywords ask for, the same with something changed, and values of the same
// small world at random; written as JSON texts that say the same in more than one way.
import { NAMES, NUMBERS, TEXTS, value } from "./schemas.mjs";

// What a schema seems to want, looking a few keywords down; no solver: being right half of the time is enough.
function wanted(r, s, root, deep) {
	if (typeof s !== "object" || deep <= 0) return value(r, 1);
	if (s.$ref && r.chance(0.9)) return wanted(r, look(s.$ref, root), root, deep - 1);
	if ("const" in s) return s.const;
	if (s.enum?.length) return r.pick(s.enum);
	const branch = s.allOf ?? s.anyOf ?? s.oneOf;
	if (branch && r.chance(0.5)) return wanted(r, r.pick(branch), root, deep - 1);
	const type = Array.isArray(s.type) ? r.pick(s.type) : s.type;
	if (type === "object" || (!type && OBJECT.some((k) => k in s))) return object(r, s, root, deep);
	if (type === "array" || (!type && ARRAY.some((k) => k in s))) return array(r, s, root, deep);
	if (type === "string" || (!type && ["pattern", "minLength", "maxLength"].some((k) => k in s))) return r.pick(TEXTS);
	if (type === "integer") return r.pick(NUMBERS.filter(Number.isInteger));
	if (type === "number" || "minimum" in s || "maximum" in s || "multipleOf" in s) return r.pick(NUMBERS);
	if (type === "null") return null;
	return type === "boolean" ? r.chance(0.5) : value(r);
}
const OBJECT = ["properties", "required", "patternProperties", "additionalProperties", "unevaluatedProperties",
	"minProperties", "propertyNames", "dependencies", "dependentSchemas", "dependentRequired", "maxProperties"];
const ARRAY = ["items", "prefixItems", "contains", "unevaluatedItems", "uniqueItems", "minItems", "maxItems"];

function look(ref, root) {
	if (ref === "#" || ref === root.$id) return root;
	const name = ref.match(/d\d+$/)?.[0];
	return (root.$defs ?? root.definitions ?? {})[name] ?? true;
}

function object(r, s, root, deep) {
	const names = new Set(s.required ?? []);
	for (const name of Object.keys(s.properties ?? {})) if (r.chance(0.7)) names.add(name);
	for (const name of r.some(NAMES, 0.08)) names.add(name);
	while (names.size < (s.minProperties ?? 0)) names.add(r.pick(NAMES));
	return Object.fromEntries([...names].map((name) => {
		const own = Object.hasOwn(s.properties ?? {}, name) ? s.properties[name] : s.additionalProperties;
		return [name, wanted(r, own ?? true, root, deep - 1)];
	}));
}

function array(r, s, root, deep) {
	const items = Math.max(s.minItems ?? 0, r.below(4));
	const first = s.prefixItems ?? (Array.isArray(s.items) ? s.items : []);
	const rest = Array.isArray(s.items) ? s.additionalItems : s.items;
	return Array.from({ length: Math.min(items, s.maxItems ?? 4) }, (_, i) =>
		wanted(r, first[i] ?? (s.contains && r.chance(0.5) ? s.contains : (rest ?? true)), root, deep - 1));
}

function changed(r, v) {
	if (Array.isArray(v) && v.length && r.chance(0.8)) {
		const copy = [...v], at = r.below(v.length), how = r.below(4);
		if (how === 0) copy.splice(at, 1);
		else if (how === 1) copy.push(copy[at]);
		else copy[at] = changed(r, copy[at]);
		return copy;
	}
	if (v && typeof v === "object" && !Array.isArray(v) && Object.keys(v).length && r.chance(0.8)) {
		const copy = { ...v }, name = r.pick(Object.keys(v)), how = r.below(4);
		if (how === 0) delete copy[name];
		else if (how === 1) copy[r.pick(NAMES)] = value(r, 1);
		else copy[name] = changed(r, copy[name]);
		return copy;
	}
	return value(r, 1);
}

// A text for the value. In draft 4 a number with a fraction is no integer, and JSON.parse cannot tell: no 1.0 there.
function text(r, v, plain) {
	if (Array.isArray(v)) return `[${v.map((e) => text(r, e, plain)).join(r.chance(0.1) ? " , " : ",")}]`;
	if (v && typeof v === "object")
		return `{${Object.keys(v).map((k) => `${text(r, k, plain)}:${r.chance(0.1) ? "\t" : ""}${text(r, v[k], plain)}`).join(",")}}`;
	if (typeof v === "string" && r.chance(0.1))
		return `"${[...Array(v.length).keys()].map((i) => `\\u${v.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
	if (typeof v === "number" && !plain && r.chance(0.2)) return otherwise(r, v);
	return JSON.stringify(v);
}

function otherwise(r, v) {
	if (v === 0) return r.pick(["-0", "0.0", "0e5", "-0.0"]);
	return r.pick([`${v}e0`, `${v * 100}e-2`, Number.isInteger(v) ? `${v}.0` : `${v}0`]);
}

export function texts(r, schema, dialect, count) {
	const out = [];
	for (let i = 0; i < count; i++) {
		let v = i % 5 === 4 ? value(r) : wanted(r, schema, schema, 6);
		for (let n = r.below(3); i % 2 && n > 0; n--) v = changed(r, v);
		out.push(text(r, v, dialect === "4"));
	}
	return out;
}
